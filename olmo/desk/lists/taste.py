"""How an agent likes the lists: columns, density, what comes after an action, the order of the saved views."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from olmo.kernel.errors import Words
from olmo.people.models import Person

COLUMNS: Mapping[str, Words] = {
    "people": _("Requester and organisation"),
    "reason": _("Reason"),
    "promise": _("Promise"),
    "team": _("Team"),
    "category": _("Category"),
    "tags": _("Tags"),
    "kind": _("Kind"),
    "opened": pgettext_lazy("column", "Opened"),
    "updated": pgettext_lazy("column", "Changed"),
    "channel": _("Channel"),
    "clock": _("Time"),
    "owner": _("Agent"),
}
USUAL = ("people", "reason", "channel", "clock", "owner")
DENSITIES: Mapping[str, Words] = {"comfortable": _("Comfortable"), "compact": _("Compact")}
AFTER: Mapping[str, Words] = {
    "stay": _("Stay on the ticket"),
    "next": _("Go to the next ticket of the list"),
    "list": _("Go back to the list"),
}


@dataclass(frozen=True)
class Taste:
    """The choices of one person; what is not known any more is left out."""

    columns: tuple[str, ...] = USUAL
    density: str = "comfortable"
    after: str = "stay"
    views: tuple[int, ...] = ()

    @classmethod
    def of(cls, person: Person) -> "Taste":
        """The taste of a person."""
        kept: dict[str, Any] = person.lists or {}
        return cls(
            columns=columns(kept.get("columns", USUAL)),
            density=kept["density"] if kept.get("density") in DENSITIES else cls.density,
            after=kept["after"] if kept.get("after") in AFTER else cls.after,
            views=tuple(kept.get("views", ())),
        )


def columns(names: Sequence[str]) -> tuple[str, ...]:
    """The known ones of these columns, in the order in which a row prints them."""
    return tuple(name for name in COLUMNS if name in names)


def keep(person: Person, **changes: Any) -> None:
    """Remember a choice."""
    person.lists = asdict(replace(Taste.of(person), **changes))
    person.save(update_fields=["lists"])
