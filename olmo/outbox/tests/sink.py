"""A relay for tests: a real SMTP server on a free port that does as its script says, and keeps what it took."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope

Answer = Callable[[str], str]


@dataclass
class Sink:
    """`at_rcpt` and `at_data` say what to answer a recipient ("250 OK" takes it); "close" hangs up without a word."""

    at_rcpt: Answer = lambda _recipient: "250 OK"
    at_data: Answer = lambda _recipient: "250 OK"
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    return_paths: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> "Sink":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """For OLMO_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def mails(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [message_from_bytes(raw, policy=policy.default) for _to, raw in self.taken]

    async def _serve(self) -> asyncio.Server:
        make = lambda: SMTP(self, hostname="sink.example", enable_SMTPUTF8=True, loop=self._loop, data_size_limit=None)  # noqa: E731
        return await self._loop.create_server(make, "127.0.0.1", 0)

    async def handle_RCPT(
        self, server: SMTP, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.offered.append(address)
        answer = self.at_rcpt(address)
        if answer == "close":
            cast(asyncio.Transport, server.transport).abort()
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Envelope) -> str:
        answer = self.at_data(envelope.rcpt_tos[0])
        if answer.startswith("250") or answer == "take and close":
            self.taken += [(to, cast(bytes, envelope.content)) for to in envelope.rcpt_tos]
            self.return_paths.append(envelope.mail_from or "")
        if answer in ("close", "take and close"):
            cast(asyncio.Transport, server.transport).abort()
        return answer
