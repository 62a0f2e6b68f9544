"""Delivery status fields (RFC 3464 section 2), wherever a mail carries them.

Most reports have them in a message/delivery-status part; some systems send that part as text, or print the
fields into the body. The fields are the same, so they are read the same way.
"""

import re
from dataclasses import dataclass, field

from .. import addresses, words
from ..charsets import decode
from ..tree import Part

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_FIELD = re.compile(r"[ \t>]{0,8}([A-Za-z][A-Za-z-]{2,40})[ \t]{0,4}:[ \t]*(.*)")
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ADDRESS_FIELDS = frozenset({"final-recipient", "original-recipient", "x-actual-recipient"})
_GROUP_FIELDS = _ADDRESS_FIELDS | {"action", "status", "diagnostic-code", "remote-mta"}
_FAILED = re.compile(r"(?i)fail|expired|undeliver|bounce")
_DELAYED = re.compile(r"(?i)delay|deferred|warning")
_READ_LIMIT = 500_000


@dataclass(slots=True)
class Recipient:
    """One per-recipient group. address "" when the group names none that could be an address."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Final recipient, else the one that it was addressed to first; a host name of the inside never wins."""
        names = ("final-recipient", "original-recipient", "x-actual-recipient")
        found = [mailbox for name in names if (mailbox := _mailbox(self.fields.get(name, "")))]
        return next((mailbox for mailbox in found if "." in mailbox.rpartition("@")[2]), "") or next(iter(found), "")

    @property
    def failed(self) -> bool:
        """It was given up. Without an Action field the status class decides."""
        action = self.fields.get("action", "")
        return bool(_FAILED.search(action)) if action else self.status[:1] in ("5", "4")

    @property
    def delayed(self) -> bool:
        """It is late but still tried."""
        return bool(_DELAYED.search(self.fields.get("action", "")))

    @property
    def succeeded(self) -> bool:
        """It arrived, or went on to a system that reports no further."""
        return self.fields.get("action", "").strip().lower().startswith(("delivered", "relayed", "expanded"))

    @property
    def status(self) -> str:
        """Enhanced status code, "" when none. What the remote server said outranks a vague x.0.0."""
        own = enhanced(self.fields.get("status", ""))
        said = enhanced(self.fields.get("diagnostic-code", ""))
        return said if said and (not own or own.endswith(".0.0")) else own

    @property
    def diagnostic(self) -> str:
        """What the remote server said."""
        return self.fields.get("diagnostic-code", "")


def enhanced(text: str) -> str:
    """The first enhanced status code (RFC 3463) of a text, or ""."""
    match = _ENHANCED.search(text[:2000])
    return match.group() if match else ""


def _mailbox(value: str) -> str:
    _, semicolon, address = value.partition(";")
    address = (address if semicolon else value).strip()
    found = addresses.addresses_in(address, limit=1)
    return found[0] if found else ""


def has_report(root: Part) -> bool:
    """Whether there is a delivery-status part at all."""
    return any(part.content_type in _STATUS_TYPES for part in root.walk())


def recipients(root: Part, text: str) -> list[Recipient]:
    """Every recipient that the status fields of the message speak of, in order."""
    found: list[Recipient] = []
    for part in root.walk():
        if part.content_type in _STATUS_TYPES:
            found += parse(decode(part.content[:_READ_LIMIT], part.charset))
    if not found and re.search(r"(?im)^[ \t>]*(?:final|original)-recipient[ \t]*:", text[:_READ_LIMIT]):
        found = parse(text[:_READ_LIMIT])
    return found


def parse(text: str) -> list[Recipient]:
    """The per-recipient groups of a block of status fields."""
    groups: list[Recipient] = []
    current = Recipient()
    last = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        if line[:1] in (" ", "\t") and last and ":" not in line[:30]:
            current.fields[last] = f"{current.fields[last]} {line.strip()}"[:2000]
            continue
        match = _FIELD.match(line)
        name = match.group(1).lower() if match else ""
        if not match or name not in _GROUP_FIELDS:
            if not line.strip():
                current, last = _closed(groups, current), ""
            else:
                last = ""
            continue
        if name in current.fields and name in _ADDRESS_FIELDS:
            current = _closed(groups, current)
        current.fields.setdefault(name, words.decoded(match.group(2).strip())[:2000])
        last = name
    _closed(groups, current)
    return groups


def _closed(groups: list[Recipient], current: Recipient) -> Recipient:
    if _ADDRESS_FIELDS & current.fields.keys():
        groups.append(current)
        return Recipient()
    return current if current.fields and len(groups) < 1000 else Recipient()
