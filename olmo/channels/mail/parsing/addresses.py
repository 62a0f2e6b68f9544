"""Address lists (RFC 5322 section 3.4) as they really come: unquoted commas, encoded whole, nested comments.

One forward scan over tokens, so ten thousand recipients cost ten thousand steps.
"""

import re
from collections.abc import Iterable, Iterator

from .charsets import one_line
from .model import Address
from .words import decoded

_TOKEN = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"?|<[^<>]*>?|=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,600}\?=|[,;:()]|[^"(),;:<=]+|=', re.DOTALL
)
_LONGEST_NAME = 300
_LONGEST_ADDRESS = 1000  # RFC 5321 allows 254; what is longer is still shown, never sent to
_RUN = re.compile(r"[^\s<>,;:\"()\[\]]+(?:\[[^\]\s]{1,60}\])?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ROUTE = re.compile(r"^@[^:]{1,500}:")


class _Pending:
    """The pieces of one mailbox, until a comma ends it."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None

    def mailbox(self) -> Address | None:
        name = _spaced(self.words)
        if self.angle is None:
            return self._bare(name)
        email = _ROUTE.sub("", self.angle.strip())
        if "@" not in email and (inside := _first(name)):
            email, name = inside.group(), ""
        return _address(name or " ".join(self.comments), email)

    def _bare(self, text: str) -> Address | None:
        match = _first(text)
        if match:
            rest = (text[: match.start()] + " " + text[match.end() :]).strip(" <>\t[]")
            return _address(rest or " ".join(self.comments), match.group())
        if "=?" in text:
            again = decoded(text)
            return next(iter(parse(again, limit=1)), None) if "=?" not in again else _address(again, "")
        return _address(text, "") if text else None


def parse(value: str, limit: int = 1000) -> list[Address]:
    """The mailboxes of a raw (still encoded) address field, at most `limit`. Group names are dropped.

    A mailbox without an address (as "undisclosed recipients") keeps its words as the name, with email "".
    """
    found: list[Address] = []
    pending = _Pending()
    comment: list[str] = []
    depth = 0
    for match in _TOKEN.finditer(value):
        piece = match.group()
        if piece == "(" or (depth and piece == ")"):
            depth = depth + 1 if piece == "(" else depth - 1
            if depth == 0:
                pending.comments.append(_spaced(comment))
                comment = []
        elif depth:
            comment.append(piece)
        elif piece in ",;":
            pending = _finished(pending, found)
            if len(found) >= limit:
                return found
        elif piece == ":" and pending.angle is None and not any("@" in word for word in pending.words):
            pending = _Pending()  # what came before was a group name
        else:
            _take(pending, piece)
    if depth:
        pending.words.extend(comment)
    _finished(pending, found)
    return found[:limit]


def _take(pending: _Pending, token: str) -> None:
    if token.startswith("<"):
        inner = token.strip("<>")
        if pending.angle is None or "@" not in pending.angle:
            pending.angle = inner
    elif token.startswith("@") and pending.words and pending.words[-1].startswith('"'):
        pending.angle = pending.words.pop() + token.strip()  # a quoted local part
    else:
        pending.words.append(token)


def _finished(pending: _Pending, found: list[Address]) -> _Pending:
    """Close a mailbox. A piece without an address before one with it was a name with a bare comma."""
    mailbox = pending.mailbox()
    if mailbox is None:
        return _Pending()
    if found and mailbox.email and not found[-1].email and found[-1].name and mailbox.name:
        mailbox = Address(f"{found.pop().name}, {mailbox.name}", mailbox.email)
    found.append(mailbox)
    return _Pending()


def _address(name: str, email: str) -> Address:
    email = one_line(email).strip(" <>'\"\t") if not email.lstrip(" '").startswith('"') else one_line(email)
    if email.lower().startswith("mailto:"):
        email = email[7:]
    if "=?" in email:
        email = decoded(email)
    if "@" in email and not email.startswith('"'):
        email = email.replace(" ", "").rstrip(".")
    return Address(_unescaped(decoded(name))[:_LONGEST_NAME].strip(), email[:_LONGEST_ADDRESS])


def _unescaped(name: str) -> str:
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    return _ESCAPED.sub(r"\1", name) if "\\" in name else name


def _spaced(pieces: Iterable[str]) -> str:
    text = "".join(_plain(piece) for piece in pieces)
    return re.sub(r"\s+", " ", text).strip()


def _plain(piece: str) -> str:
    if piece.startswith('"'):
        inner = piece[1:-1] if len(piece) > 1 and piece.endswith('"') else piece[1:]
        return _ESCAPED.sub(r"\1", inner)
    return piece


def _first(text: str) -> re.Match[str] | None:
    return next(_candidates(text), None) if "@" in text else None


def _candidates(text: str) -> Iterator[re.Match[str]]:
    for match in _RUN.finditer(text):
        local, at, domain = match.group().rpartition("@")
        if at and 0 < len(local) <= 250 and 0 < len(domain) <= 255:
            yield match


def addresses_in(text: str, limit: int = 50) -> list[str]:
    """Everything that looks like an address in running text, in order, without repetition."""
    seen: dict[str, None] = {}
    if "@" in text:
        for match in _candidates(text):
            seen.setdefault(match.group().strip(".'`*!?"), None)
            if len(seen) >= limit:
                break
    return list(seen)
