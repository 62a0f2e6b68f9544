"""SMTP and LMTP sessions: any bytes at all, within a size; yes only when the message is safe (RFC 5321, RFC 2033)."""

import logging
import re
from dataclasses import dataclass

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from .limiting import Limiter
from .store import Arrival, Way
from .writing import NO_DATABASE, Writer

log = logging.getLogger("olmo.mail-in")

END = b"\r\n.\r\n"
CHUNK = 2**20
READ_AHEAD = 256 * 1024
MOST_RECIPIENTS = 1000
IDENT = "Olmo"
_DOTS_AFTER_BARE_LF = re.compile(rb"(?<!\r)\n\.\.")
_SIZE = re.compile(r"\bSIZE=(\d{1,20})\b", re.IGNORECASE)


def _without_transparency(data: bytearray, end: int) -> bytes:
    """The message between the first line end and `end`, the doubled dots single again (RFC 5321, 4.5.2).

    A client that sends bare line feeds should not; those that do (Python's among them) double the dots after them too.
    """
    plain = data[:end].replace(b"\r\n.", b"\r\n")
    return bytes(_DOTS_AFTER_BARE_LF.sub(b"\n.", plain)[2:])


def _too_big(limit: int) -> str:
    return f"552 5.3.4 The message is larger than the {limit / 2**20:.4g} MB ({limit} bytes) that this desk takes"


class Reading(SMTP):
    """aiosmtpd's session with our way of reading a message: lines of any length, no copy per line, the limit said."""

    line_length_limit = READ_AHEAD

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802  (aiosmtpd finds it by this name)
        """Refuse at once what announces too many bytes, and say how many are allowed (RFC 1870)."""
        announced = _SIZE.search(arg or "")
        if announced and self.data_size_limit and int(announced.group(1)) > self.data_size_limit:
            await self.push(_too_big(self.data_size_limit))
            return
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Take the message and answer when the handler has kept it."""
        if await self.check_helo_needed():
            return
        envelope, limit = self.envelope, self.data_size_limit
        assert envelope is not None
        assert limit is not None
        if not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        envelope.content = await self._message(limit)
        status = _too_big(limit) if envelope.content is None else await self._call_handler_hook("DATA")
        replies = len(envelope.rcpt_tos) if isinstance(self, LMTP) else 1
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push("\r\n".join([status] * replies))

    async def _message(self, limit: int) -> bytes | None:
        """The bytes up to the lone dot, transparency undone (RFC 5321, 4.5.2); None when there are more than `limit`."""
        data, too_much = bytearray(b"\r\n"), False  # the line end of the DATA command stands before the first line
        while True:
            chunk = await self._reader.read(CHUNK)
            if not chunk:
                raise ConnectionResetError("the connection ended inside a message")
            self._reset_timeout()
            start = max(0, len(data) - len(END) + 1)
            data += chunk
            end = data.find(END, start)
            if end >= 0:
                # The reader is empty now: what a client sent ahead goes back in front of what it will send.
                if rest := bytes(data[end + len(END) :]):
                    self._reader.feed_data(rest)
                too_much = too_much or end > limit
                return None if too_much else _without_transparency(data, end + 2)
            if len(data) > limit + CHUNK:
                too_much = True
            if too_much:
                del data[: -len(END)]


class ReadingLMTP(Reading, LMTP):
    """The same for LMTP, which answers once for every recipient."""


@dataclass
class Handler:
    """What a session may do: see `aiosmtpd`'s handler hooks."""

    writer: Writer
    limiter: Limiter
    way: Way

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Slow floods down."""
        if not self.limiter.allows(address):
            return "450 4.7.1 Too many messages from this sender; please try again later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Each recipient is answered for itself: ours, or not (550)."""
        ours = await self.writer.ours()
        if ours is None:
            return NO_DATABASE
        if not ours.takes(address):
            return "550 5.1.1 There is no such mailbox at this desk"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Yes only after the commit."""
        content = envelope.content
        if not isinstance(content, bytes):
            return NO_DATABASE
        arrival = Arrival(content, self.way, envelope.mail_from or "", tuple(envelope.rcpt_tos))
        envelope.content = None
        return await self.writer.keep(arrival)

    async def handle_exception(self, error: Exception) -> str:
        """What we did not foresee is our fault: the sender keeps the message and comes again."""
        log.error("A session failed: %s: %s", type(error).__name__, error)
        return NO_DATABASE


def session(writer: Writer, limiter: Limiter, way: Way, *, limit: int, hostname: str) -> SMTP:
    """A new session; `limit` in bytes."""
    kind = ReadingLMTP if way == "lmtp" else Reading
    return kind(
        Handler(writer, limiter, way), data_size_limit=limit, enable_SMTPUTF8=True, hostname=hostname, ident=IDENT,
        loop=writer.loop,
    )  # fmt: skip
