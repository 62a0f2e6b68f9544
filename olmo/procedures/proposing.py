"""A proposal of a procedure from how the fastest solved tickets of a category went. Nothing is guessed: the same tickets always
propose the same, and each step names the tickets in which it was done.

Looked at are resolved tickets of the category (and of those below it) that were never reopened; of them the fastest quarter.
The log of each becomes a sequence of what agents did: questions asked, calls, articles used, lines ticked off, headings of
notes, tasks and procedures, escalations, partners asked, the resolution. What half of them or more have in common becomes the
steps, in the order in which it was done on average.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from statistics import mean
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.people.models import Person, Team
from olmo.tickets.models import (
    Category,
    ChecklistItem,
    Event,
    Message,
    MessageKind,
    ResolutionCode,
    Status,
    Supplier,
    Ticket,
)
from olmo.tickets.queries import visible_to
from olmo.tickets.reactions import names_of

from .steps import Step

LEAST, MOST, DAYS = 12, 2000, 365
SHARE = 4  # the fastest quarter
type Token = tuple[str, str]  # what kind of thing, and which
_HEADING = re.compile(r"^(?:#{1,6} +(?P<hash>.+?)|\*\*(?P<bold>[^*]+)\*\*:?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Proposed:
    """A step, and the numbers of the tickets in which it was done."""

    step: Step
    tickets: list[int]


@dataclass(frozen=True)
class Proposal:
    """What was found. solved: resolved tickets; kept: those that were never reopened; fastest: (number, subject, minutes)."""

    category: Category
    solved: int
    kept: int
    fastest: list[tuple[int, str, int]] = field(default_factory=list)
    steps: list[Proposed] = field(default_factory=list)

    @property
    def too_few(self) -> str:
        """Why nothing is proposed, in words; "" when something is."""
        words = {"kept": self.kept, "least": LEAST, "category": self.category}
        if self.kept < LEAST:
            return (
                _("There are %(kept)d solved tickets of “%(category)s” that were never reopened; %(least)d are needed.")
                % words
            )
        if not self.steps:
            return (
                _("The fastest tickets of “%(category)s” have no step in common, so there is no method to write down.")
                % words
            )
        return ""


def propose(viewer: Person, category: Category) -> Proposal:
    """Look at the last year (up to 2,000 tickets, the newest), as far as the viewer may see."""
    since = clock.now() - timedelta(days=DAYS)
    rows = visible_to(viewer).filter(
        category__in=_below(category), status__in=[Status.RESOLVED, Status.CLOSED], resolved_at__gte=since, merged_into=None
    ).exclude(resolution_code__in=[ResolutionCode.WITHDRAWN, ResolutionCode.MISTAKE])  # fmt: skip
    solved = list(rows.order_by("-resolved_at", "-pk")[:MOST])
    reopened = set(Event.objects.filter(ticket__in=solved, kind="reopened").values_list("ticket_id", flat=True))
    kept = sorted((t for t in solved if t.pk not in reopened), key=lambda t: (_length(t), t.pk))
    if len(kept) < LEAST:
        return Proposal(category, len(solved), len(kept))
    quarter = kept[: len(kept) // SHARE]
    fastest = [(t.number, t.subject, round(_length(t).total_seconds() / 60)) for t in quarter]
    return Proposal(
        category, len(solved), len(kept), fastest, common(sequences(quarter), {t.pk: t.number for t in quarter})
    )


def _below(category: Category) -> list[int]:
    """The category and all below it."""
    found, grows = {category.pk}, True
    parents = list(Category.objects.values_list("pk", "parent_id"))
    while grows:
        more = {pk for pk, parent in parents if parent in found and pk not in found}
        found |= more
        grows = bool(more)
    return sorted(found)


def _length(ticket: Ticket) -> timedelta:
    return (ticket.resolved_at or ticket.opened_at) - ticket.opened_at


def common(found: Mapping[int, Sequence[Token]], numbers: Mapping[int, int]) -> list[Proposed]:
    """The tokens that half of the sequences or more hold, by their mean place (0 the first, 1 the last) in those."""
    places: dict[Token, dict[int, float]] = {}
    for pk, sequence in found.items():
        for n, token in enumerate(dict.fromkeys(sequence)):
            places.setdefault(token, {})[pk] = n / max(len(dict.fromkeys(sequence)) - 1, 1)
    needed = -(-len(found) // 2)
    shared = [(token, at) for token, at in places.items() if len(at) >= needed]
    shared.sort(key=lambda pair: (pair[0][0] == "resolved", round(mean(pair[1].values()), 6), pair[0]))
    worth = [(token, at) for token, at in shared if token[0] != "resolved"]
    listed = shared if worth else []  # that they were all resolved is no method
    return [Proposed(_step(token), sorted(numbers[pk] for pk in at)) for token, at in listed]


def sequences(tickets: Sequence[Ticket]) -> dict[int, list[Token]]:
    """What agents did on each ticket, in order. A few statements, however many tickets."""
    ids = [ticket.pk for ticket in tickets]
    events = _that_hold(list(Event.objects.filter(ticket__in=ids).order_by("ticket_id", "seq")))
    reader = _Reader(events)
    timed: list[tuple[int, Any, Token]] = [
        (e.ticket_id, e.at, token) for e in events if (token := reader.token(e)) is not None
    ]
    timed += _used_articles(ids)
    found: dict[int, list[Token]] = {pk: [] for pk in ids}
    for pk, _at, token in sorted(timed, key=lambda one: (one[0], one[1], one[2])):
        found[pk].append(token)
    return found


def _that_hold(events: Sequence[Event]) -> list[Event]:
    """Without those that were taken back."""
    undone = {(e.ticket_id, seq) for e in events if e.kind == "undone" for seq in e.data.get("seqs", [])}
    return [e for e in events if (e.ticket_id, e.seq) not in undone]


def _used_articles(ids: Sequence[int]) -> Iterable[tuple[int, Any, Token]]:
    """(ticket, when, token) of articles that were put into answers; another room knows (`wiring.ARTICLES_USED`)."""
    used: Any = getattr(import_module(settings.OLMO_WIRING), "ARTICLES_USED", None)
    return [(ticket, at, ("article", title)) for ticket, at, title in used(ids)] if used else []


class _Reader:
    """Events as tokens; names and words are fetched together."""

    def __init__(self, events: Sequence[Event]) -> None:
        def ids(kind: str, key: str) -> list[int]:
            return [e.data[key] for e in events if e.kind == kind and isinstance(e.data.get(key), int)]

        self.teams = dict(Team.objects.filter(pk__in=ids("escalated", "team")).values_list("pk", "name"))
        self.items = dict(ChecklistItem.objects.filter(pk__in=ids("item_ticked", "item")).values_list("pk", "text"))
        self.suppliers = dict(
            Supplier.objects.filter(pk__in=ids("partner_asked", "supplier")).values_list("pk", "name")
        )
        self.tasks = names_of("task", ids("task_done", "task"))
        notes = Message.objects.filter(pk__in=ids("noted", "message"), kind=MessageKind.INTERNAL, withdrawn_at=None)
        self.headings = {pk: _heading(text) for pk, text in notes.values_list("pk", "text")}
        self.by_kind: Mapping[str, Callable[[dict[str, Any]], Token | None]] = {
            "escalated": lambda d: _named("escalated", self.teams.get(d.get("team", 0))),
            "item_ticked": lambda d: _named("tick", self.items.get(d.get("item", 0))),
            "partner_asked": lambda d: _named("partner", self.suppliers.get(d.get("supplier", 0))),
            "task_done": lambda d: _named("task", self.tasks.get(d.get("task", 0))),
            "noted": lambda d: _named("note", self.headings.get(d.get("message", 0))),
            "procedure_started": lambda d: _named("procedure", d.get("title")),
            "put_on_hold": lambda d: ("ask", "") if d.get("reason") == "requester" else None,
            "called": lambda d: ("call", ""),
            "resolved": lambda d: ("resolved", d.get("code", "")),
        }

    def token(self, event: Event) -> Token | None:
        """What an event was, if it is something that one does."""
        read = self.by_kind.get(event.kind)
        return read(event.data) if read else None


def _named(kind: str, name: str | None) -> Token | None:
    return (kind, name) if name else None


def _heading(text: str) -> str:
    """The first heading of a note: a line that begins with # or is bold as a whole."""
    matched = _HEADING.search(text)
    return (matched["hash"] or matched["bold"]).strip()[:120] if matched else ""


def _step(token: Token) -> Step:
    kind, name = token
    words: Mapping[str, str] = {
        "ask": _("Ask the requester what is missing"), "call": _("Call the requester"),
        "article": _("Follow the article “%(name)s”"), "tick": "%(name)s", "note": "%(name)s", "task": "%(name)s",
        "procedure": _("Run the procedure “%(name)s”"), "escalated": _("Escalate to %(name)s"),
        "partner": _("Ask the partner %(name)s"), "resolved": _("Resolve: %(name)s"),
    }  # fmt: skip
    shown = str(ResolutionCode(name).label) if kind == "resolved" and name in ResolutionCode.values else name
    return Step(title=(words[kind] % {"name": shown})[:200])
