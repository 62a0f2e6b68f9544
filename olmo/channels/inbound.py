"""What a message says, whatever channel it came by: the one shape that intake understands."""

from dataclasses import dataclass, field
from enum import Enum

from olmo.tickets.actions.writing import NewFile
from olmo.tickets.models import Channel

from .models import Mailbox


class Proof(Enum):
    """What our own mail server found out about the sender (RFC 8601)."""

    NONE = "none"  # nobody checked
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A notice about the delivery of a message of ours. original: its Message-ID without brackets, "" when not told."""

    is_final: bool
    is_permanent: bool
    recipients: tuple[str, ...]
    original: str
    status: str
    diagnostic: str


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A message from outside.

    address: the sender's, "" when none can be read; name: as the sender writes it. recipients: every address that it was sent
    to, in lower case. references: Message-IDs without brackets, the nearest first. is_automatic: no person wrote it, so nothing
    answers it; is_auto_reply: a vacation notice or the like. source_id: the raw message.
    """

    channel: str = Channel.MAIL
    address: str
    name: str
    recipients: tuple[str, ...]
    to: list[str]
    cc: list[str]
    subject: str
    text: str
    quoted: str = ""
    html: str = ""
    files: list[NewFile] = field(default_factory=list)
    mail_id: str = ""
    references: tuple[str, ...] = ()
    is_automatic: bool = False
    is_auto_reply: bool = False
    failure: Failure | None = None
    proof: Proof = Proof.NONE
    mailbox: Mailbox | None = None
    source_id: int | None = None
    named_recipients: int = 0  # how many the message named, when more than `to` and `cc` keep
    is_copy: bool = False  # another message with the same Message-ID has acted already

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]
