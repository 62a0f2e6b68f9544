"""What a parsed mail is: plain frozen data, every text storable in PostgreSQL (no NUL, no surrogate)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one message may cost. What lies beyond is cut with a note; the raw bytes hold it all."""

    depth: int = 30  # nested multiparts
    parts: int = 1000  # MIME parts
    header_bytes: int = 4_000_000  # of one header block
    header_fields: int = 50_000  # of one header block
    subject_chars: int = 2000
    recipients: int = 1000  # mailboxes of one field
    references: int = 200  # message ids of References; the first and the latest are kept
    text_chars: int = 2_000_000  # readable body
    html_bytes: int = 1_500_000  # HTML that is sanitised
    html_depth: int = 250  # nested elements
    html_tags: int = 60_000  # tags that are sanitised
    unpacked_bytes: int = 100_000_000  # what is taken out of TNEF and uuencoded containers


DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: readable name ("" when none) and address as written ("" when none could be found)."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the message.

    name: safe to show and to offer for download: NFC, no path, no control character, at most 200 characters.
    content_id: without angle brackets, "" when none. inline: meant to be shown within the body.
    """

    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""
    inline: bool = False

    @property
    def size(self) -> int:
        """Octets of the content."""
        return len(self.content)


SegmentKind = Literal["new", "quote", "signature"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the text. The segments of a message in order, joined, are its text."""

    kind: SegmentKind
    text: str


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A text split into what is new and what is history. `segments` joined give the text back."""

    new_text: str
    quoted_text: str
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a message says about the delivery of another one.

    failed: it is a notice of failed delivery. delayed: delivery is only late so far. permanent: None when
    unknown. status: enhanced status code (RFC 3463) such as "5.1.1", "" when none was found.
    original_message_id: Message-ID of the mail that failed, "" when it is not told.
    """

    failed: bool = False
    delayed: bool = False
    recipients: tuple[str, ...] = ()
    permanent: bool | None = None
    status: str = ""
    diagnostic: str = ""
    original_message_id: str = ""


NO_BOUNCE = Bounce()


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was cut, repaired or left raw: a stable code and a short English detail for the operator."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A message as the desk understands it. See the package docstring for how each field is found."""

    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date_claimed: datetime | None
    text: str
    new_text: str
    quoted_text: str
    segments: tuple[Segment, ...]
    html: str
    attachments: tuple[Attachment, ...]
    delivery: Bounce
    auto_reply: bool
    is_automatic: bool
    automatic_reason: str
    feedback_report: bool
    spam: bool
    forwarded_from: str
    original_sender: str
    headers: Mapping[str, tuple[str, ...]] = field(repr=False)
    notes: tuple[Note, ...] = ()

    @property
    def bounce(self) -> bool:
        """It is a notice about the delivery of another mail: failed, or (when `delayed`) late so far."""
        return self.delivery.failed or self.delivery.delayed

    @property
    def delayed(self) -> bool:
        """It tells that a mail is late but still being tried."""
        return self.delivery.delayed

    @property
    def bounced_recipients(self) -> tuple[str, ...]:
        """Addresses that could not be reached, in lower case."""
        return self.delivery.recipients

    @property
    def bounce_permanent(self) -> bool | None:
        """Whether trying again is pointless; None when it is no bounce or nothing is known."""
        return self.delivery.permanent
