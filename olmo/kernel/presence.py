"""Who looks at which ticket, and what they do there: kept in memory, told by NOTIFY, forgotten by itself.

A page that shows a ticket carries a pass, signed by a view that knows the person may see it, and posts every few seconds what
its reader does (`beats`). Nothing is read from or written to a table: NOTIFY tells every process, each keeps the signs until
`SECONDS` after the last one, and its streams tell the agents who hear of that ticket (`Listener.hears`, as an internal change).
A requester's stream hears nothing of it.

    read   reply   note   partner   change:priority   gone
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from django.core import signing
from django.utils.crypto import constant_time_compare

from .text import digest

SALT = "olmo.here"
PASS_SECONDS = 600  # then the page asks for a new one, and is checked again
SECONDS = 30.0
MOST_TABS = 5000
_DOING = re.compile(r"read|reply|note|partner|gone|change:[a-z_]{1,24}")
_TAB = re.compile(r"[0-9a-z-]{1,40}")
_TURN = re.compile(r"[0-9]{1,9}")
_STRENGTH = {"reply": 0, "partner": 1, "note": 2, "change": 3, "read": 4}


@dataclass(frozen=True, slots=True)
class Sign:
    """What one open page says: who is there, at which ticket of which client, doing what."""

    client: int
    ticket: int
    number: int
    person: int
    name: str
    tab: str
    doing: str
    turn: int  # counts up in one page: what overtook it on the way is known

    def as_list(self) -> list[Any]:
        """As it travels."""
        return [self.client, self.ticket, self.number, self.person, self.name, self.tab, self.doing, self.turn]


class Refused(Exception):
    """A sign that is not taken: its HTTP status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def pass_for(*, person: int, name: str, session: str, client: int, ticket: int, number: int) -> str:
    """A signed pass for a page of this person, who may see this ticket. It works for ten minutes, with the same session."""
    return signing.dumps([client, ticket, number, person, name, digest(session)], salt=SALT, compress=True)


def read(body: bytes, session: str) -> Sign:
    """The sign in the body of a request: `pass`, `tab`, `doing`. Raises Refused."""
    given = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
    try:
        client, ticket, number, person, name, owner = signing.loads(
            given.get("pass", ""), salt=SALT, max_age=PASS_SECONDS
        )
    except (signing.BadSignature, ValueError) as error:
        raise Refused(403) from error
    if not constant_time_compare(owner, digest(session)):
        raise Refused(403)
    tab, doing, turn = given.get("tab", ""), given.get("doing", ""), given.get("turn", "")
    if not (_TAB.fullmatch(tab) and _DOING.fullmatch(doing) and _TURN.fullmatch(turn)):
        raise Refused(400)
    return Sign(client, ticket, number, person, name, tab, doing, int(turn))


class Presence:
    """The signs that this process has heard and not yet forgotten, by ticket."""

    def __init__(self) -> None:
        self._here: dict[int, dict[tuple[int, str], tuple[Sign, float]]] = {}

    def hear(self, sign: Sign) -> bool:
        """Take a sign; whether anything that others see has changed."""
        before = self.at(sign.ticket)
        tabs = self._here.setdefault(sign.ticket, {})
        key = (sign.person, sign.tab)
        is_newest = key not in tabs or tabs[key][0].turn <= sign.turn
        if is_newest and (key in tabs or len(tabs) < MOST_TABS):
            tabs[key] = (sign, time.monotonic() + SECONDS)
        return self.at(sign.ticket) != before

    def forget(self) -> list[Sign]:
        """Drop signs that were not repeated; one of each ticket where that changed what others see."""
        now, changed = time.monotonic(), []
        for ticket, tabs in list(self._here.items()):
            late = [key for key, (_sign, until) in tabs.items() if until < now]
            if not late:
                continue
            before, sign = self.at(ticket), tabs[late[0]][0]
            for key in late:
                del tabs[key]
            if not tabs:
                del self._here[ticket]
            if self.at(ticket) != before:
                changed.append(sign)
        return changed

    def everywhere(self) -> Iterable[Sign]:
        """One sign of each ticket where somebody is."""
        return [next(iter(tabs.values()))[0] for tabs in self._here.values()]

    def at(self, ticket: int) -> list[tuple[int, str, str]]:
        """Who is at a ticket, each person once with the most telling thing they do: (id, name, doing)."""
        found: dict[int, tuple[int, str, str]] = {}
        for sign, _until in self._here.get(ticket, {}).values():
            if sign.doing == "gone":  # kept for a while, so that what it overtook does not bring them back
                continue
            known = found.get(sign.person)
            if known is None or _rank(sign.doing) < _rank(known[2]):
                found[sign.person] = (sign.person, sign.name, sign.doing)
        return list(found.values())


def _rank(doing: str) -> int:
    return _STRENGTH[doing.partition(":")[0]]
