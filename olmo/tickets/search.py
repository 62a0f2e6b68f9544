"""Full-text search over tickets, and the little language of its field.

    vpn "error 0x80070005" status:open team:network from:rossi@ tag:vpn before:2026-03-01 #1042

Words are matched in English and Italian, accents folded, the last letters free (`stampan` finds `stampante`); a phrase stands
in quotes. The newest tickets are read first, so a common word costs no more among a million tickets than among a thousand.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from olmo.assets import queries as assets
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line
from olmo.people.models import Identity, Kind, Person, Team
from olmo.tenancy.models import Client

from . import concerns
from .changes import (
    CallbackDone,
    CallbackPromised,
    Called,
    Change,
    Noted,
    Opened,
    Received,
    Replied,
    Resolved,
    Retitled,
    Undone,
)
from .models import (
    ACTIVE,
    Category,
    Channel,
    Event,
    HoldReason,
    Message,
    Priority,
    Status,
    Tagging,
    Ticket,
    TicketKind,
)

MAX_QUERY = 500
MAX_NAMED = 1000  # people, teams or categories that one word of a query may stand for
PUBLIC_WEIGHTS = "ABC"  # A subject, B file names, C public words; D is internal
_SAYING = (Replied, Received, Noted, Resolved, Called, CallbackPromised, CallbackDone)
_PART = re.compile(r'(?:(\w+):)?(?:"([^"]*)"?|(\S+))')


@dataclass
class Query:
    """What somebody looks for: words and phrases for the index, `conditions` for the columns."""

    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    conditions: Q = field(default_factory=Q)
    number: int | None = None

    @property
    def has_words(self) -> bool:
        return bool(self.words or self.phrases)


def parse(text: str, viewer: Person) -> Query:
    """Read a query. Raises Invalid("q", ...) that names the word it does not understand."""
    query = Query()
    for match in _PART.finditer(clean_line(text, MAX_QUERY)):
        key, phrase, word = match.group(1), match.group(2), match.group(3)
        value = phrase if phrase is not None else word
        if key and key.lower() in _KEYS:
            query.conditions &= _KEYS[key.lower()](value, viewer)
        elif key and phrase is None and not value.startswith("//") and key.isalpha():
            raise Invalid("q", _not_understood(key))
        elif phrase is not None:
            query.phrases += [phrase] if any(c.isalnum() for c in phrase) else []
        else:
            _add_word(query, f"{key}:{word}" if key else word)
    return query


def tagged(tag: str) -> Q:
    """The condition that a ticket has this tag."""
    return Q(pk__in=Tagging.objects.filter(tag=tag.lower()).values("ticket_id"))


def candidates(query: Query, *, limit: int, public_only: bool, tickets: list[int] | None = None) -> list[int]:
    """Ids of tickets of the scope that hold the words: the newest `limit`, best first.

    Up to 200 are a page: they are ranked, and looking ends at 25. More come newest first, as many as there are.
    public_only: internal notes do not count. tickets: look only among these ids.
    """
    weights = PUBLIC_WEIGHTS if public_only else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "select ticket_id from olmo_search_tickets(%s::text[], %s::text[], %s, %s, %s::bigint[])",
            [query.words, query.phrases, weights, limit, tickets],
        )
        return [row[0] for row in cursor.fetchall()]


def index(ticket: Ticket, events: list[Event], changes: list[Change]) -> None:
    """INSIDE reaction: add the words of new messages (and a new subject) to the ticket's search document."""
    for change in changes:
        if isinstance(change, Opened):
            _open(ticket, change.message)
        elif isinstance(change, _SAYING) and change.message:
            _add_message(ticket, change.message)
        elif isinstance(change, Retitled) or (isinstance(change, Undone) and change.is_about_words):
            rebuild(ticket)


def rebuild(ticket: Ticket) -> None:
    """Write the search document anew from the subject and the messages that are left."""
    with connection.cursor() as cursor:
        cursor.execute("delete from tickets_searchdocument where ticket_id = %s", [ticket.pk])
    _add(ticket, "A", ticket.subject)
    for message_id in Message.objects.filter(ticket=ticket).order_by("at").values_list("pk", flat=True):
        _add_message(ticket, message_id)


def _open(ticket: Ticket, message_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select olmo_search_open(%s, %s, %s, %s, %s)",
            [ticket.pk, ticket.client_id, ticket.language, ticket.subject, message_id],
        )


def _add_message(ticket: Ticket, message_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select olmo_search_add_message(%s, %s, %s, %s)", [ticket.pk, ticket.client_id, ticket.language, message_id]
        )


def _add(ticket: Ticket, weight: str, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select olmo_search_add(%s, %s, %s, %s, %s)", [ticket.pk, ticket.client_id, ticket.language, weight, text]
        )


def _add_word(query: Query, word: str) -> None:
    bare = word.removeprefix("#")
    if bare.isdecimal() and (word.startswith("#") or not query.has_words) and len(bare) < 19:
        query.number = int(bare)
    if any(c.isalnum() for c in word):
        (query.words if bare.isalnum() else query.phrases).append(bare)


def _not_understood(word: str) -> str:
    known = ", ".join(sorted(_KEYS))
    return _("“%(word)s:” is not a word that the search knows. It knows: %(known)s.") % {"word": word, "known": known}


def _bad_value(key: str, value: str, known: list[str]) -> Invalid:
    return Invalid(
        "q", _("“%(value)s” does not fit “%(key)s:”. Try one of: %(known)s.")
        % {"value": value, "key": key, "known": ", ".join(known)},
    )  # fmt: skip


def _status(value: str, _viewer: Person) -> Q:
    if value == "active":
        return Q(status__in=ACTIVE)
    if value not in Status.values:
        raise _bad_value("status", value, ["active", *Status.values])
    return Q(status=value)


def _one_of(key: str, column: str, choices: Any) -> Any:
    def condition(value: str, _viewer: Person) -> Q:
        if value not in [str(v) for v in choices.values]:
            raise _bad_value(key, value, [str(v) for v in choices.values])
        return Q(**{column: value})

    return condition


def _day(key: str, value: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    except ValueError as error:
        raise _bad_value(key, value, ["2026-03-01"]) from error


def _assignee(value: str, viewer: Person) -> Q:
    if value in ("me", "none"):
        return Q(assignee=viewer) if value == "me" else Q(assignee=None)
    return Q(assignee__in=_ids(Person.objects.filter(name__icontains=value).exclude(kind=Kind.REQUESTER)))


def _team(value: str, _viewer: Person) -> Q:
    return Q(team=None) if value == "none" else Q(team__in=_ids(Team.objects.filter(name__icontains=value)))


def _from(value: str, _viewer: Person) -> Q:
    by_address = Identity.objects.filter(value__icontains=value).values_list("person_id", flat=True)[:MAX_NAMED]
    return Q(requester__in={*_ids(Person.objects.filter(name__icontains=value)), *by_address})


def _asset(value: str, viewer: Person) -> Q:
    return concerns.about(*_ids(assets.visible_to(viewer).filter(assets.holding(value))))


def _waiting(value: str, viewer: Person) -> Q:
    reason: Q = _one_of("waiting", "hold_reason", HoldReason)(value, viewer)
    return reason & Q(status=Status.WAITING)  # the status leads to the index over open work


def _ids(found: QuerySet[Any]) -> list[int]:
    """Whom or what a word names is looked up first: with ids, an index of the tickets answers."""
    return list(found.values_list("pk", flat=True)[:MAX_NAMED])


_KEYS: dict[str, Any] = {
    "status": _status,
    "team": _team,
    "assignee": _assignee,
    "from": _from,
    "client": lambda value, _viewer: Q(client__in=_ids(Client.objects.filter(name__icontains=value))),
    "category": lambda value, _viewer: Q(category__in=_ids(Category.objects.filter(name__icontains=value))),
    "asset": _asset,
    "tag": lambda value, _viewer: tagged(value),
    "priority": _one_of("priority", "priority", Priority),
    "kind": _one_of("kind", "kind", TicketKind),
    "channel": _one_of("channel", "channel", Channel),
    "waiting": _waiting,
    "before": lambda value, _viewer: Q(opened_at__lt=_day("before", value)),
    "after": lambda value, _viewer: Q(opened_at__gte=_day("after", value)),
}
