"""The process that takes mail in: SMTP, LMTP, and one thread for each IMAP mailbox. It imports no Django and stays small."""

import asyncio
import contextlib
import logging
import signal
import socket
from dataclasses import dataclass, field

from olmo.kernel.config import Config, current

from .limiting import Limiter
from .smtp import session
from .store import Way
from .writing import Writer

log = logging.getLogger("olmo.mail-in")

MOST_SESSIONS = 300


def main() -> None:
    """Take mail until SIGTERM or SIGINT; messages that are under way then are finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells every command of every session
    asyncio.run(_until_stopped(current()))


async def _until_stopped(config: Config) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for how in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(how, stopping.set)
    intake = Intake(config)
    await intake.start()
    from .imap import Fetchers  # only now: its library is not needed to be listening

    fetchers = Fetchers(config)
    fetchers.start()
    await stopping.wait()
    fetchers.stop()
    await intake.stop(config.stop_seconds)
    fetchers.join(config.stop_seconds)


@dataclass
class Intake:
    """Both servers and the writer behind them. `ports` tells where they listen (a configured port 0 takes any)."""

    config: Config
    limiter: Limiter = field(default_factory=Limiter)
    ports: dict[Way, int] = field(default_factory=dict)

    async def start(self) -> None:
        """Listen. Raises OSError when a port is taken."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.Transport] = set()
        self._writer = Writer(self.config, asyncio.get_running_loop())
        self._writer.start()
        places: list[tuple[Way, str, int]] = [
            ("smtp", self.config.smtp_host, self.config.smtp_port),
            ("lmtp", self.config.lmtp_host, self.config.lmtp_port),
        ]
        self._servers = [await self._listen(way, host, port) for way, host, port in places]

    async def _listen(self, way: Way, host: str, port: int) -> asyncio.Server:
        hostname = socket.gethostname()

        def new_session() -> asyncio.Protocol:
            made = session(self._writer, self.limiter, way, limit=self.config.max_message_bytes, hostname=hostname)
            return _counted(made, self._open)

        server = await asyncio.get_running_loop().create_server(new_session, host, port, backlog=256)
        self.ports[way] = server.sockets[0].getsockname()[1]
        log.info("Taking mail by %s at %s:%s", way.upper(), host, self.ports[way])
        return server

    async def stop(self, seconds: float) -> None:
        """Listen no more, let messages under way end within `seconds`, answer what waits, end."""
        for server in self._servers:
            server.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._quiet(), seconds)
        for transport in list(self._open):
            with contextlib.suppress(OSError):
                transport.write(b"421 4.3.2 The desk is being restarted; please try again\r\n")
            transport.close()
        await asyncio.sleep(0)
        self._writer.stop()
        await asyncio.to_thread(self._writer.join, 10)

    async def _quiet(self) -> None:
        """Wait until no message is under way."""
        while any(_is_busy(transport) for transport in self._open):  # noqa: ASYNC110  (aiosmtpd has no event for it)
            await asyncio.sleep(0.05)


def _counted(protocol: asyncio.Protocol, known: set[asyncio.Transport]) -> asyncio.Protocol:
    """Remember a session's transport while it is open; turn one away when there are too many."""
    made, lost = protocol.connection_made, protocol.connection_lost

    def connection_made(transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if len(known) >= MOST_SESSIONS:
            transport.write(b"421 4.3.2 Too many connections; please try again later\r\n")
            transport.close()
            return
        known.add(transport)
        made(transport)

    def connection_lost(error: Exception | None) -> None:
        transports = [transport for transport in known if transport.get_protocol() is protocol]
        known.difference_update(transports)
        if transports:
            lost(error)

    protocol.connection_made = connection_made  # type: ignore[method-assign]
    protocol.connection_lost = connection_lost  # type: ignore[method-assign,assignment]
    return protocol


def _is_busy(transport: asyncio.Transport) -> bool:
    """Whether a session has a sender or recipients: a message is under way."""
    envelope = getattr(transport.get_protocol(), "envelope", None)
    return bool(envelope is not None and envelope.rcpt_tos)
