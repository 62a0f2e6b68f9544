"""One conversation with the relay, and what its answers mean (RFC 5321, section 4.2.1)."""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import TracebackType

from olmo.kernel.config import Relay
from olmo.kernel.text import clean_line

from .addresses import on_the_wire

TIMEOUT_SECONDS = 60
_LEADING_DOT = re.compile(rb"(?m)^\.")


class Result(Enum):
    SENT = "sent"
    LATER = "later"  # this message: try again
    REFUSED = "refused"  # this message: never
    IN_DOUBT = "in doubt"  # handed over, and the answer was not heard
    DROPPED = "dropped"  # nobody is to get it any more
    UNREACHABLE = "unreachable"  # the relay itself: nothing can be sent now


@dataclass(frozen=True)
class Outcome:
    """What came of one try, with the relay's own words."""

    result: Result
    words: str = ""


class Conversation:
    """A connection to the relay, opened when first needed and used for many messages."""

    def __init__(self, relay: Relay, hostname: str) -> None:
        self._relay, self._hostname = relay, hostname
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._hang_up()

    def deliver(
        self, sender: str, recipient: str, content: bytes, *, utf8: bool, handing_over: Callable[[], None]
    ) -> Outcome:
        """Offer one message. `handing_over` is called just before its content goes out: from then on it may have arrived."""
        try:
            smtp = self._open()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Outcome(Result.UNREACHABLE, _words(error))
        try:
            refusal = self._offer(smtp, sender, recipient, utf8)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Outcome(Result.LATER, _words(error))
        return refusal or self._hand_over(smtp, content, handing_over)

    def _offer(self, smtp: smtplib.SMTP, sender: str, recipient: str, utf8: bool) -> Outcome | None:
        """MAIL, RCPT and DATA; None when the relay now waits for the content."""
        if utf8 and not smtp.has_extn("smtputf8"):
            return Outcome(Result.REFUSED, "The relay takes no addresses outside ASCII (no SMTPUTF8).")
        smtp.command_encoding = "utf-8" if utf8 else "ascii"
        mail = f"FROM:<{on_the_wire(sender)}>{' SMTPUTF8 BODY=8BITMIME' if utf8 else ''}"
        for command, argument in (("MAIL", mail), ("RCPT", f"TO:<{on_the_wire(recipient)}>"), ("DATA", "")):
            code, said = smtp.docmd(command, argument)
            if code >= 400 or code < 200:
                return self._turned_down(smtp, code, said)
        return None

    def _hand_over(self, smtp: smtplib.SMTP, content: bytes, handing_over: Callable[[], None]) -> Outcome:
        handing_over()
        try:
            smtp.send(_LEADING_DOT.sub(b"..", content).removesuffix(b"\r\n") + b"\r\n.\r\n")
            code, said = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Outcome(Result.IN_DOUBT, _words(error))
        if 200 <= code < 300:
            return Outcome(Result.SENT, _said(code, said))
        return self._turned_down(smtp, code, said)

    def _turned_down(self, smtp: smtplib.SMTP, code: int, said: bytes) -> Outcome:
        if code == 421 or code < 0:
            self._hang_up()
        else:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.rset()
        return Outcome(Result.REFUSED if code >= 500 else Result.LATER, _said(code, said))

    def _open(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        relay = self._relay
        if relay.security == "tls":
            context = ssl.create_default_context()
            self._smtp = smtplib.SMTP_SSL(
                relay.host, relay.port, self._hostname, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            self._smtp = smtplib.SMTP(relay.host, relay.port, self._hostname, timeout=TIMEOUT_SECONDS)
        self._smtp.ehlo_or_helo_if_needed()
        if relay.security == "starttls":
            self._smtp.starttls(context=ssl.create_default_context())
            self._smtp.ehlo()
        if relay.user:
            self._smtp.login(relay.user, relay.password or "")
        return self._smtp

    def _hang_up(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _said(code: int, said: bytes) -> str:
    return clean_line(f"{code} {said.decode('utf-8', 'replace')}", 480)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _said(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return clean_line(f"{type(error).__name__}: {error}", 480)
