"""The filters of a list as a sentence, and what each of its words may become."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from olmo.assets import queries as assets
from olmo.kernel import spoken
from olmo.kernel.errors import Words
from olmo.people.models import Kind, Person, Team
from olmo.people.queries import agents, clients_of, visible_to
from olmo.reports.queries import leads
from olmo.reports.selection import Selection
from olmo.service_levels.compliance import Behind
from olmo.tenancy.scope import EveryClient
from olmo.tickets import boxes, suppliers, working
from olmo.tickets.models import Category, Channel, Priority, Reason, Status, Supplier, TicketKind, WorkingState

from . import belonging
from .filters import ANSWER, DAYS, GROUPS, LED, ME, NONE, SORTS, Filters, clients, since, sorts_of

LABELS: Mapping[str, Words] = {
    "box": gettext_lazy("Whose tickets"),
    "client": gettext_lazy("Client"),
    "team": gettext_lazy("Team"),
    "kind": gettext_lazy("Kind"),
    "priority": gettext_lazy("Priority"),
    "reason": gettext_lazy("Reason"),
    "working_state": gettext_lazy("Working state"),
    "supplier": gettext_lazy("Supplier"),
    "asset": gettext_lazy("Asset"),
    "assignee": gettext_lazy("Agent"),
    "requester": gettext_lazy("Requester"),
    "category": gettext_lazy("Category"),
    "channel": gettext_lazy("Channel"),
    "language": gettext_lazy("Language"),
    "tag": gettext_lazy("Tag"),
    "opened": gettext_lazy("Opened since"),
    "updated": gettext_lazy("Changed since"),
    "due": gettext_lazy("By when somebody must act"),
    "unread": gettext_lazy("Unread"),
    "only": gettext_lazy("Tickets behind a number"),
    "promise": gettext_lazy("Promises behind a number"),
    "of": gettext_lazy("What they belong to"),
    "sort": gettext_lazy("Order"),
    "group": gettext_lazy("Groups"),
    "further": gettext_lazy("More words"),
}
ALWAYS = ("client", "team", "kind", "priority")  # said even where they narrow nothing
SOMETIMES = (
    "reason", "working_state", "supplier", "assignee", "requester", "category", "asset", "channel", "language", "tag", "opened",
    "updated", "due", "unread",
)  # fmt: skip
TYPED = frozenset({"tag", "requester", "asset", "opened", "updated"})  # words that can be typed
DAY_WORDS: Mapping[str, Words] = {
    "1d": gettext_lazy("the last 24 hours"),
    "7d": gettext_lazy("the last 7 days"),
    "30d": gettext_lazy("the last 30 days"),
    "90d": gettext_lazy("the last 90 days"),
}
DUE_WORDS: Mapping[str, Words] = {
    "late": gettext_lazy("late"),
    "day": gettext_lazy("due within a day"),
    "any": gettext_lazy("due sooner or later"),
}
MOST_PEOPLE = 20

type Option = tuple[str, Words, dict[str, Any]]  # value, words, marks


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
        *_narrower(viewer, filters),
        *([_word(filters, "only", Selection.read(filters.only).words())] if filters.only else []),
        *([_word(filters, "promise", _promise_words(viewer, filters.promise))] if filters.promise else []),
        *([_word(filters, "of", belonging.words(viewer, filters.of))] if filters.of else []),
        {"text": _("sorted by")},
        _word(filters, "sort", str(SORTS[filters.order])),
        *([{"text": _("grouped by")}, _word(filters, "group", str(GROUPS[filters.group]))] if filters.group else []),
        {**_word(filters, "further", _("and more…"), is_off=True), "is_invitation": True},
    ]


def _beginning(filters: Filters) -> Iterator[dict[str, Any]]:
    box = boxes.BOXES[filters.box]
    if box.before:
        yield {"text": box.before}
    yield _word(filters, "box", str(box.word or box.label))


def _narrower(viewer: Person, filters: Filters) -> Iterator[dict[str, Any]]:
    for name in SOMETIMES:
        value = getattr(filters, name)
        if value:
            before, word = _SAID[name](viewer, value)
            yield {"text": before}
            yield _word(filters, name, word)


_SAID: Mapping[str, Callable[[Person, str], tuple[str, str]]] = {
    "reason": lambda _viewer, value: (_("where"), _reason_name(value)),
    "working_state": lambda _viewer, value: (_("in the state"), _state_name(value)),
    "supplier": lambda _viewer, value: (_("waiting for"), _supplier_name(value)),
    "assignee": lambda viewer, value: (_("assigned to"), _agent_name(viewer, value)),
    "requester": lambda viewer, value: (_("asked by"), _person_name(viewer, value)),
    "category": lambda _viewer, value: (_("about"), _category_name(value)),
    "channel": lambda _viewer, value: (_("by way of"), str(Channel(value).label).lower()),
    "language": lambda _viewer, value: (_("in the language"), _language_name(value)),
    "asset": lambda viewer, value: (_("concerning"), _asset_name(viewer, value)),
    "tag": lambda _viewer, value: (_("tagged"), value),
    "opened": lambda _viewer, value: (
        (_("opened in"), str(DAY_WORDS[value])) if value in DAYS else (_("opened since"), _day_name(value))
    ),
    "updated": lambda _viewer, value: (
        (_("changed in"), str(DAY_WORDS[value])) if value in DAYS else (_("changed since"), _day_name(value))
    ),
    "due": lambda _viewer, value: (_("that are"), str(DUE_WORDS[value])),
    "unread": lambda _viewer, _value: (_("that are"), _("unread by me")),
}


def _word(filters: Filters, name: str, word: str, *, is_off: bool | None = None) -> dict[str, Any]:
    off = name in ALWAYS and not getattr(filters, name) if is_off is None else is_off
    return {"word": word, "label": LABELS[name], "is_off": off, "url": choices_url(filters, name)}


def choices_url(filters: Filters, name: str) -> str:
    """Where the other words for one word are."""
    return filters.url(reverse("desk:choices", args=[name]))


def choices(viewer: Person, filters: Filters, name: str, typed: str = "") -> list[dict[str, Any]]:
    """What one word of the sentence may become: {label, url, active}, and marks. "tag" is typed and has none."""
    if name == "further":
        return _further(filters)
    if name == "requester":
        return [_choice(filters, name, option) for option in _requesters(viewer, typed)]
    if name == "asset":
        return [_choice(filters, name, option) for option in _assets(viewer, typed)]
    if name == "sort":
        return [_choice(filters, name, option) for option in _sorts(filters)]
    return [_choice(filters, name, option) for option in _OPTIONS[name](viewer)]


def _choice(filters: Filters, name: str, option: Option) -> dict[str, Any]:
    value, label, marks = option
    now = filters.order if name == "sort" else getattr(filters, name)
    return {"label": label, "url": filters.url(**{name: value}), "active": value == now, **marks}


def _further(filters: Filters) -> list[dict[str, Any]]:
    """The words that the sentence does not say yet; each leads to its own choices."""
    names = [name for name in (*SOMETIMES, "group") if not getattr(filters, name)]
    return [{"label": LABELS[name], "url": choices_url(filters, name), "is_further": True} for name in names]


_OPTIONS: Mapping[str, Callable[[Person], list[Option]]] = {
    "box": lambda _viewer: [
        (box.name, f"{box.before} {box.word}" if box.before else box.word or box.label, {"icon": box.icon})
        for box in boxes.BOXES.values()
    ],
    "kind": lambda _viewer: [("", _("Any kind"), {}), *((k.value, k.label, {}) for k in TicketKind)],
    "priority": lambda _viewer: [("", _("Any priority"), {}), *_priorities()],
    "team": lambda viewer: [("", _("Any team"), {}), (NONE, _("No team"), {}), *_led(viewer), *_teams()],
    "client": lambda viewer: [("", _("Any client"), {}), *((str(c.pk), c.name, {}) for c in clients(viewer))],
    "tag": lambda _viewer: [("", _("Any tag or none"), {})],
    "reason": lambda _viewer: [("", _("Any reason"), {}), *_reasons()],
    "working_state": lambda _viewer: [("", _("Any working state"), {}), *_states()],
    "supplier": lambda _viewer: [("", _("Any supplier or none"), {}), *((str(s.pk), s.name, {}) for s in suppliers.offered())],
    "assignee": lambda _viewer: [("", _("Any agent or nobody"), {}), (ME, _("Me"), {}), (NONE, _("Nobody"), {}), *_agents()],
    "category": lambda _viewer: [("", _("Any category"), {}), *_categories()],
    "channel": lambda _viewer: [("", _("Any channel"), {}), *((c.value, c.label, {}) for c in Channel)],
    "language": lambda _viewer: [("", _("Any language"), {}), *((c, n, {}) for c, n in settings.LANGUAGES)],
    "opened": lambda _viewer: [("", _("Whenever it was"), {}), *DAY_OPTIONS],
    "updated": lambda _viewer: [("", _("Whenever it was"), {}), *DAY_OPTIONS],
    "due": lambda _viewer: [("", _("Due or not"), {}), *((key, capfirst(str(word)), {}) for key, word in DUE_WORDS.items())],
    "unread": lambda _viewer: [("", _("Read or not"), {}), ("1", _("Unread by me"), {})],
    "only": lambda _viewer: [("", _("Without this limit"), {})],
    "promise": lambda _viewer: [("", _("Without this limit"), {})],
    "of": lambda _viewer: [("", _("Without this limit"), {})],
    "group": lambda _viewer: [(key, word, {}) for key, word in GROUPS.items()],
}  # fmt: skip
DAY_OPTIONS: list[Option] = [(key, word, {}) for key, word in DAY_WORDS.items()]


def _sorts(filters: Filters) -> list[Option]:
    return [(key, SORTS[key], {}) for key in sorts_of(boxes.BOXES[filters.box])]


def _requesters(viewer: Person, typed: str) -> list[Option]:
    found: list[Option] = [("", _("Anybody"), {})]
    if typed:
        people = visible_to(viewer).filter(Q(name__icontains=typed) | Q(email__icontains=typed), kind=Kind.REQUESTER)
        found += [(str(p.pk), p.name, {}) for p in _allowed(viewer, people).order_by("name")[:MOST_PEOPLE]]
    return found


def _assets(viewer: Person, typed: str) -> list[Option]:
    found = assets.find(viewer, typed, limit=MOST_PEOPLE) if typed else []
    return [("", _("Any asset or none"), {}), *((str(one.pk), str(one), {"icon": one.kind.icon}) for one in found)]


def _asset_name(viewer: Person, pk: str) -> str:
    return assets.visible_to(viewer).filter(pk=pk).values_list("tag", flat=True).first() or _("something unknown")


def _allowed(viewer: Person, people: QuerySet[Person]) -> QuerySet[Person]:
    of = clients_of(viewer)
    return people if isinstance(of, EveryClient) else people.filter(client_id__in=list(of))


def _priorities() -> list[Option]:
    return [(str(p.value), p.label, {"priority": p.value}) for p in Priority]


def _teams() -> list[Option]:
    return [(str(t.pk), t.name, {"team": t.name}) for t in Team.objects.filter(is_active=True)]


def _led(viewer: Person) -> list[Option]:
    """The teams that somebody leads, as one word; an administrator's are all of them, which needs none."""
    return [(LED, _("The teams that I lead"), {})] if leads(viewer) else []


def _agents() -> list[Option]:
    return [(str(p.pk), p.name, {"agent": p.name}) for p in agents()]


def _categories() -> list[Option]:
    return [(str(c.pk), str(c), {}) for c in Category.objects.filter(is_active=True)]


def _states() -> list[Option]:
    return [(str(one.pk), f"{Status(one.status).label} · {one}", {}) for one in working.in_order(only_active=True)]


def _state_name(pk: str) -> str:
    return str(WorkingState.objects.filter(pk=pk).first() or pgettext("working state", "something unknown"))


def _reasons() -> list[Option]:
    return [(ANSWER, _("Somebody waits for an answer"), {}), *((r.value, r.label, {}) for r in Reason)]


def _reason_name(value: str) -> str:
    return _("somebody waits for an answer") if value == ANSWER else str(Reason(value).label).lower()


def _promise_words(viewer: Person, value: str) -> str:
    behind = Behind.read(value)
    return behind.words(viewer, spoken.month(behind.month.first))


def _supplier_name(pk: str) -> str:
    return str(Supplier.objects.filter(pk=pk).first() or pgettext("supplier", "somebody unknown"))


def _client_name(viewer: Person, pk: str) -> str:
    return clients(viewer).filter(pk=pk).values_list("name", flat=True).first() or "" if pk else ""


def _team_name(pk: str) -> str:
    if pk == NONE:
        return _("no team")
    if pk == LED:
        return _("the teams that I lead")
    return Team.objects.filter(pk=pk).values_list("name", flat=True).first() or "" if pk else ""


def _agent_name(viewer: Person, value: str) -> str:
    if value in (ME, NONE):
        return _("me") if value == ME else _("nobody")
    return agents().filter(pk=value).values_list("name", flat=True).first() or _("somebody unknown")


def _person_name(viewer: Person, pk: str) -> str:
    people = _allowed(viewer, Person.objects.filter(pk=pk, kind=Kind.REQUESTER))
    return people.values_list("name", flat=True).first() or _("somebody unknown")


def _category_name(pk: str) -> str:
    return str(Category.objects.filter(pk=pk).first() or pgettext("category", "something unknown"))


def _language_name(code: str) -> str:
    return str(dict(settings.LANGUAGES)[code]).lower()


def _day_name(value: str) -> str:
    moment = since(value)
    return spoken.day(moment) if moment else ""


def _priority_name(value: str) -> str:
    return _("priority %(level)s") % {"level": str(Priority(int(value)).label).lower()} if value else ""
