"""Who may listen to live news, and to what: signed into the address of a stream by a view that knows the person.

The address works for a minute and only with the session it was made for.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote

from django.conf import settings
from django.core import signing
from django.http.cookie import parse_cookie
from django.utils.crypto import constant_time_compare

from .text import digest

PATH = "/live"
SALT = "olmo.live"
ADDRESS_SECONDS = 60

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens, and to what.

    clients: their ids, None for every client. tickets: ids, None for every ticket of these clients. session: the session's key;
    proof: what ends the stream when it changes (the guard knows what it means).
    """

    person: int
    session: str
    proof: str
    clients: frozenset[int] | None
    tickets: frozenset[int] | None

    def hears(self, client: int, ticket: int, is_public: bool) -> bool:
        """Whether a change of this ticket is for these ears. Who listens to named tickets hears nothing of internal changes."""
        if self.tickets is not None and not is_public:
            return False
        if self.clients is not None and client not in self.clients:
            return False
        return self.tickets is None or ticket in self.tickets


class Refused(Exception):
    """A stream that is not opened: its HTTP status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def address(listener: Listener) -> str:
    """The path of a stream for this listener, signed, good for a minute. It names no session: the cookie must bring the same."""
    claims = [
        listener.person, digest(listener.session), listener.proof, _listed(listener.clients), _listed(listener.tickets),
        time.time(),
    ]  # fmt: skip
    return f"{PATH}?t={quote(signing.dumps(claims, salt=SALT, compress=True))}"


def _listed(ids: Iterable[int] | None) -> list[int] | None:
    return None if ids is None else sorted(ids)


def claimed(scope: Message) -> tuple[Listener, float]:
    """The listener of a request, and when the address was made. Raises Refused."""
    if scope["method"] != "GET":
        raise Refused(405)
    session = cookie(scope, settings.SESSION_COOKIE_NAME)
    token = parse_qs(bytes(scope["query_string"]).decode("latin-1")).get("t", [""])[0]
    try:
        person, session_digest, proof, clients, tickets, made_at = signing.loads(
            token, salt=SALT, max_age=ADDRESS_SECONDS
        )
    except (signing.BadSignature, ValueError) as error:
        raise Refused(403) from error
    if not constant_time_compare(session_digest, digest(session)):
        raise Refused(403)
    sets = [None if ids is None else frozenset(ids) for ids in (clients, tickets)]
    return Listener(person, session, proof, *sets), made_at


def cookie(scope: Message, name: str) -> str:
    """A cookie of a request, "" when it brought none."""
    raw = b"; ".join(value for key, value in scope["headers"] if key == b"cookie")
    return parse_cookie(raw.decode("latin-1")).get(name, "")
