"""What a list shows: a box, narrowed by a few words and put in an order. It lives in the address and reads as a sentence."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Invalid, Words
from olmo.kernel.text import clean_line
from olmo.people.models import Person, Team
from olmo.people.queries import clients_of
from olmo.reports.selection import Selection
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient
from olmo.tickets import queries
from olmo.tickets.models import Priority, Ticket, TicketKind

SORTS: Mapping[str, Words] = {
    "updated": gettext_lazy("what changed last"),
    "newest": gettext_lazy("what is new"),
    "oldest": gettext_lazy("what is oldest"),
    "priority": gettext_lazy("priority"),
    "due": gettext_lazy("what is due first"),
    "callback": gettext_lazy("who is called first"),
}
WHOSE: Mapping[str, Words] = {
    "mine": gettext_lazy("me"),
    "teams": gettext_lazy("my teams"),
    "unassigned": gettext_lazy("nobody"),
    "open": gettext_lazy("anybody"),
}
BEGINNING: Mapping[str, Words] = {
    "callbacks": gettext_lazy("Promised call-backs"),
    "mentions": gettext_lazy("Tickets that mention you"),
    "waiting": gettext_lazy("Waiting tickets"),
    "done": gettext_lazy("Finished tickets"),
    "all": gettext_lazy("All tickets"),
}
NONE = "none"
LONGEST: Mapping[str, int] = {"only": 200}  # letters of a word; 60 where nothing is said


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The state of a list. An empty word narrows nothing. `client` is an id, `team` an id or "none"."""

    box: str = "mine"
    sort: str = "updated"
    client: str = ""
    team: str = ""
    priority: str = ""
    kind: str = ""
    tag: str = ""
    only: str = ""  # the tickets behind a number of a report

    @classmethod
    def read(cls, data: QueryDict) -> "Filters":
        """The filters of an address. Raises Invalid naming the word that is not understood."""
        given = {
            f.name: clean_line(str(data[f.name]), LONGEST.get(f.name, 60)) for f in fields(cls) if data.get(f.name)
        }
        found = cls(**given)
        _check("box", found.box, queries.BOXES)
        _check("sort", found.sort, SORTS)
        _check("priority", found.priority, ["", *map(str, Priority.values)])
        _check("kind", found.kind, ["", *TicketKind.values])
        _check_id("client", found.client)
        _check_id("team", "" if found.team == NONE else found.team)
        Selection.read(found.only)
        return found

    def tickets(self, viewer: Person) -> QuerySet[Ticket]:
        """The tickets that the viewer sees through these filters."""
        found = queries.box(viewer, self.box)
        conditions: dict[str, Any] = {
            "client_id": self.client, "priority": self.priority, "kind": self.kind,
            "team_id": None if self.team == NONE else self.team,
        }  # fmt: skip
        found = found.filter(**{column: value for column, value in conditions.items() if value != ""})
        found = found.filter(queries.tagged(self.tag)) if self.tag else found
        return Selection.read(self.only).among(found) if self.only else found

    def url(self, path: str = "", **changes: str) -> str:
        """The address of the list with some words changed (and from its beginning)."""
        changed = replace(self, **changes)
        given = {f.name: getattr(changed, f.name) for f in fields(self) if getattr(changed, f.name) != f.default}
        return f"{path or reverse('desk:list')}{'?' if given else ''}{urlencode(given)}"

    def hidden(self, *, but: str) -> list[tuple[str, str]]:
        """Name and value of everything but one word, for a form that sets that word."""
        return [(f.name, getattr(self, f.name)) for f in fields(self) if f.name != but and getattr(self, f.name)]


def sentence(viewer: Person, filters: Filters) -> list[dict[str, Any]]:
    """The filters as a sentence: pieces of text, and words that open the choice of another one."""
    return [
        *_beginning(filters),
        {"text": _("from")},
        _word(filters, "client", _client_name(viewer, filters.client) or _("any client")),
        {"text": _("in")},
        _word(filters, "team", _team_name(filters.team) or _("any team")),
        {"text": _("of")},
        _word(filters, "kind", str(TicketKind(filters.kind).label).lower() if filters.kind else _("any kind")),
        {"text": _("and")},
        _word(filters, "priority", _priority_name(filters.priority) or _("any priority")),
        *([_word(filters, "only", Selection.read(filters.only).words())] if filters.only else []),
        *([{"text": _("tagged")}, _word(filters, "tag", filters.tag)] if filters.tag else []),
        {"text": _("sorted by")},
        _word(filters, "sort", str(SORTS[filters.sort])),
        *([] if filters.tag else [{**_word(filters, "tag", _("and a tag…")), "is_invitation": True}]),
    ]


def _beginning(filters: Filters) -> Iterator[dict[str, Any]]:
    if filters.box in WHOSE:
        yield {"text": _("Open tickets of")}
        yield _word(filters, "box", str(WHOSE[filters.box]))
    else:
        yield {"text": BEGINNING[filters.box]}


def _word(filters: Filters, name: str, word: str) -> dict[str, Any]:
    is_off = name not in ("box", "sort") and not getattr(filters, name)
    url = filters.url(reverse("desk:choices", args=[name]))
    return {"word": word, "label": LABELS[name], "is_off": is_off, "url": url}


LABELS: Mapping[str, Words] = {
    "box": gettext_lazy("Whose tickets"),
    "client": gettext_lazy("Client"),
    "team": gettext_lazy("Team"),
    "kind": gettext_lazy("Kind"),
    "priority": gettext_lazy("Priority"),
    "tag": gettext_lazy("Tag"),
    "only": gettext_lazy("Tickets behind a number"),
    "sort": gettext_lazy("Order"),
}


def choices(viewer: Person, filters: Filters, name: str) -> list[dict[str, Any]]:
    """What one word of the sentence may become: {label, url, active}, and marks. "tag" is typed and has none."""
    now = getattr(filters, name)
    return [
        {"label": label, "url": filters.url(**{name: key}), "active": key == now, **marks}
        for key, label, marks in _OPTIONS[name](viewer)
    ]


type Option = tuple[str, Words, dict[str, Any]]  # value, words, marks

_OPTIONS: Mapping[str, Callable[[Person], list[Option]]] = {
    "box": lambda _viewer: [(key, word, {}) for key, word in WHOSE.items()],
    "sort": lambda _viewer: [(key, word, {}) for key, word in SORTS.items()],
    "kind": lambda _viewer: [("", _("Any kind"), {}), *((k.value, k.label, {}) for k in TicketKind)],
    "priority": lambda _viewer: [("", _("Any priority"), {}), *_priorities()],
    "team": lambda _viewer: [("", _("Any team"), {}), (NONE, _("No team"), {}), *_teams()],
    "client": lambda viewer: [("", _("Any client"), {}), *((str(c.pk), c.name, {}) for c in clients(viewer))],
    "tag": lambda _viewer: [],
    "only": lambda _viewer: [("", _("Without this limit"), {})],
}  # fmt: skip


def clients(viewer: Person) -> QuerySet[Client]:
    """The organisations that an agent works for, by name."""
    of = clients_of(viewer)
    known = Client.objects.filter(is_active=True)
    return known if isinstance(of, EveryClient) else known.filter(pk__in=list(of))


def _priorities() -> list[Option]:
    return [(str(p.value), p.label, {"priority": p.value}) for p in Priority]


def _teams() -> list[Option]:
    return [(str(t.pk), t.name, {"team": t.name}) for t in Team.objects.filter(is_active=True)]


def _client_name(viewer: Person, pk: str) -> str:
    return clients(viewer).filter(pk=pk).values_list("name", flat=True).first() or "" if pk else ""


def _team_name(pk: str) -> str:
    if pk == NONE:
        return _("no team")
    return Team.objects.filter(pk=pk).values_list("name", flat=True).first() or "" if pk else ""


def _priority_name(value: str) -> str:
    return _("priority %(level)s") % {"level": str(Priority(int(value)).label).lower()} if value else ""


def _check(name: str, value: str, known: Any) -> None:
    if value not in known:
        raise Invalid(name, _("“%(value)s” is not something that a list can show.") % {"value": value})


def _check_id(name: str, value: str) -> None:
    if value and not (value.isascii() and value.isdecimal() and len(value) < 19):
        raise Invalid(name, _("“%(value)s” is not something that a list can show.") % {"value": value})
