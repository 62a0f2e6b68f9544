"""What is known of a ticket, as rules may ask: each property with its name, how it can be compared, and what it can be."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from olmo.assets.models import AssetKind
from olmo.catalogue.models import Service
from olmo.kernel.errors import Words
from olmo.people.models import Person, Team
from olmo.people.queries import agents
from olmo.tenancy.models import Client
from olmo.tickets.administration import tree
from olmo.tickets.models import Channel, CustomField, Impact, Priority, Status, TicketKind, Urgency
from olmo.tickets.working import in_order

from .matching import ALL, ANY, LEAST, MOST, NONE
from .world import neighbour

type Options = list[tuple[Any, str]]

IS = ((ANY, pgettext_lazy("condition", "is one of")), (NONE, pgettext_lazy("condition", "is none of")))
HAS = (
    (ANY, pgettext_lazy("condition", "has one of")), (ALL, pgettext_lazy("condition", "has all of")),
    (NONE, pgettext_lazy("condition", "has none of")),
)  # fmt: skip
WITHIN = ((ANY, pgettext_lazy("condition", "is within")), (NONE, pgettext_lazy("condition", "is outside of")))
YES = ((ANY, pgettext_lazy("condition", "yes")), (NONE, pgettext_lazy("condition", "no")))
AMOUNT = (*IS, (LEAST, pgettext_lazy("condition", "is at least")), (MOST, pgettext_lazy("condition", "is at most")))
DAYS: tuple[Words, ...] = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip


@dataclass(frozen=True)
class Property:
    """One property. shape: how it is written in a form (ticks, phrases, lines, people, amount, hours, flag)."""

    name: str
    label: Words
    shape: str
    hows: tuple[tuple[str, Words], ...]


PROPERTIES: tuple[Property, ...] = (
    Property("subject", gettext_lazy("Words in the subject"), "phrases", HAS),
    Property("words", gettext_lazy("Words in the subject or the text"), "phrases", HAS),
    Property("text", gettext_lazy("Words in the text"), "phrases", HAS),
    Property("client", gettext_lazy("Organisation"), "ticks", IS),
    Property("requester", gettext_lazy("Requester"), "people", IS),
    Property("domain", gettext_lazy("Mail domain of the requester"), "lines", HAS[::2]),
    Property("vip", gettext_lazy("The requester is a VIP"), "flag", YES),
    Property("channel", gettext_lazy("Channel"), "ticks", IS),
    Property("mailbox", gettext_lazy("Mailbox"), "ticks", IS),
    Property("language", gettext_lazy("Language"), "ticks", IS),
    Property("kind", gettext_lazy("Kind"), "ticks", IS),
    Property("service", gettext_lazy("Service"), "ticks", IS),
    Property("category", gettext_lazy("Category (with all below it)"), "ticks", IS),
    Property("team", gettext_lazy("Team"), "ticks", IS),
    Property("assignee", gettext_lazy("Owner"), "ticks", IS),
    Property("impact", gettext_lazy("Impact"), "ticks", IS),
    Property("urgency", gettext_lazy("Urgency"), "ticks", IS),
    Property("priority", gettext_lazy("Priority"), "ticks", IS),
    Property("tags", gettext_lazy("Tags"), "lines", HAS),
    Property("asset_kind", gettext_lazy("Kind of asset"), "ticks", HAS),
    Property("asset", gettext_lazy("Tag of the asset"), "lines", HAS),
    Property("working_state", gettext_lazy("Working state"), "ticks", IS),
    Property("time", gettext_lazy("Day and time"), "hours", WITHIN),
    Property("calendar", gettext_lazy("Working time of a calendar"), "ticks", WITHIN),
)
_SHAPES: Mapping[str, tuple[str, tuple[tuple[str, Words], ...]]] = {
    CustomField.Kind.TEXT: ("phrases", HAS), CustomField.Kind.NUMBER: ("amount", AMOUNT),
    CustomField.Kind.DATE: ("amount", AMOUNT),
    CustomField.Kind.CHOICE: ("ticks", IS), CustomField.Kind.BOOLEAN: ("flag", YES),
}  # fmt: skip


class Known:
    """All properties of this desk with their choices, each read once, when it is asked for."""

    def __init__(self) -> None:
        self._options: dict[str, Options] = {}

    @cached_property
    def properties(self) -> dict[str, Property]:
        """Properties by their names; those of the desk's custom fields are called `field:key`."""
        own = [
            Property(f"field:{one.key}", str(one), *_SHAPES[one.kind]) for one in self.fields.values()
        ]  # fmt: skip
        return {one.name: one for one in (*PROPERTIES, *own)}

    @cached_property
    def fields(self) -> dict[str, CustomField]:
        """Custom fields by their keys."""
        return {one.key: one for one in CustomField.objects.all()}

    def options(self, name: str) -> Options:
        """(value, label) of all that a property can be, where that is a list; "" stands for none."""
        if name not in self._options:
            self._options[name] = list(self._offered(name))
        return self._options[name]

    def labels(self, name: str) -> dict[Any, str]:
        """value -> label."""
        return dict(self.options(name))

    def _offered(self, name: str) -> Iterable[tuple[Any, str]]:
        if name.startswith("field:"):
            found = self.fields.get(name.removeprefix("field:"))
            return [(one, one) for one in found.choices] if found else []
        offer = _OFFERED.get(name)
        return offer() if offer else []


def _rows(rows: QuerySet[Any], nothing: str = "") -> Options:
    """Rows by their ids; what is switched off says so."""
    none = [("", nothing)] if nothing else []
    off = _("%(name)s (not active)")
    return [*none, *((one.pk, str(one) if getattr(one, "is_active", True) else off % {"name": one}) for one in rows)]


def _choices(choices: Any) -> Callable[[], Options]:
    return lambda: [(value, str(label)) for value, label in choices]


def _categories() -> Options:
    return [("", _("No category")), *((one.pk, " — " * depth + str(one)) for one, depth in tree())]


def _states() -> Options:
    own = [(one.pk, f"{Status(one.status).label} · {one}") for one in in_order()]
    return [("", _("No working state")), *own]


_OFFERED: Mapping[str, Callable[[], Options]] = {
    "client": lambda: _rows(Client.objects.order_by("name")),
    "channel": _choices(Channel.choices),
    "mailbox": lambda: [("", _("None: it did not come by mail")), *neighbour("MAILBOX_CHOICES")()],
    "language": _choices(settings.LANGUAGES),
    "kind": _choices(TicketKind.choices),
    "service": lambda: _rows(Service.objects.all(), _("No service")),
    "category": _categories,
    "team": lambda: _rows(Team.objects.all(), _("No team")),
    "assignee": lambda: _rows(agents(), _("Nobody")),
    "impact": _choices(Impact.choices),
    "urgency": _choices(Urgency.choices),
    "priority": _choices(Priority.choices),
    "working_state": _states,
    "asset_kind": lambda: _rows(AssetKind.objects.all()),
    "calendar": lambda: list(neighbour("CALENDAR_CHOICES")()),
}


def addresses(ids: Iterable[int]) -> list[str]:
    """The people of a condition as they are written: by their mail address."""
    return [str(one.email) for one in Person.objects.filter(pk__in=list(ids)).exclude(email=None).order_by("email")]


def queues(known: Known) -> Options:
    """Where tickets come in: channels, mailboxes, and teams with which they begin."""
    found: Options = [
        (f"channel-{value}", _("Channel: %(name)s") % {"name": label}) for value, label in known.options("channel")
    ]
    for name, words in (("mailbox", _("Mailbox: %(name)s")), ("team", _("Came in for the team %(name)s"))):
        found += [(f"{name}-{value}", words % {"name": label}) for value, label in known.options(name) if value]
    return found
