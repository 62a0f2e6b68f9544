"""Through what a report is looked at: days, client, team, and by what it is told apart. It lives in the address as a sentence."""

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.people.models import Person, Team
from olmo.reports.models import Progress
from olmo.reports.queries import Lens
from olmo.reports.rollup import as_of

from ..lists import filters

DAYS = {"1": gettext_lazy("today"), "7": gettext_lazy("the last 7 days"), "14": gettext_lazy("the last 14 days"),
        "30": gettext_lazy("the last 30 days"), "90": gettext_lazy("the last 90 days")}  # fmt: skip
BY = {"team": gettext_lazy("team"), "agent": gettext_lazy("agent"), "category": gettext_lazy("category"),
      "client": gettext_lazy("organisation"), "channel": gettext_lazy("channel")}  # fmt: skip
LABELS = {"client": gettext_lazy("Client"), "team": gettext_lazy("Team"), "days": gettext_lazy("Days"),
          "by": gettext_lazy("Told apart by")}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Look:
    """The words of the sentence."""

    days: str = "14"
    client: str = ""
    team: str = ""
    by: str = "team"

    @classmethod
    def read(cls, data: QueryDict) -> "Look":
        """From an address. Raises Invalid naming the word."""
        found = cls(**{f.name: str(data[f.name])[:20] for f in fields(cls) if data.get(f.name)})
        for name, known in (("days", DAYS), ("by", BY)):
            if getattr(found, name) not in known:
                raise Invalid(
                    name, _("“%(value)s” is not something that a report can show.") % {"value": getattr(found, name)}
                )
        for name in ("client", "team"):
            value = getattr(found, name)
            if value and whole_number(value) is None:
                raise Invalid(name, _("“%(value)s” is not something that a report can show.") % {"value": value})
        return found

    def url(self, **changes: str) -> str:
        """The same page with some words changed."""
        changed = replace(self, **changes)
        return "?" + urlencode({f.name: getattr(changed, f.name) for f in fields(self) if getattr(changed, f.name)})

    def lens(self, viewer: Person, led: tuple[int, ...] | None, progress: Progress | None = None) -> Lens:
        """What the viewer sees through these words. led: the only teams whose numbers are theirs. Raises NotFound."""
        teams = (int(self.team),) if self.team else led
        if self.team and led is not None and int(self.team) not in led:
            raise NotFound
        clients = (int(self.client),) if self.client else None
        last = today(progress)
        first = last - timedelta(days=int(self.days) - 1)
        return Lens(viewer=viewer, first=first, last=last, clients=clients, teams=teams)


def today(progress: Progress | None = None) -> date:
    """The day at the desk. progress: how far the numbers go, where that has been read."""
    return clock.now().astimezone(ZoneInfo((progress or as_of()).zone or "UTC")).date()


def word(look: Look, name: str, options: list[tuple[str, Any]]) -> dict[str, Any]:
    """One word of the sentence with what it may become."""
    now = getattr(look, name)
    return {
        "label": LABELS[name],
        "word": next((label for value, label in options if value == now), options[0][1]),
        "options": [
            {"label": label, "url": look.url(**{name: value}), "active": value == now} for value, label in options
        ],
    }


def clients(viewer: Person) -> list[tuple[str, Any]]:
    """The client's choices."""
    return [("", _("every client")), *((str(c.pk), c.name) for c in filters.clients(viewer))]


def teams(led: tuple[int, ...] | None) -> list[tuple[str, Any]]:
    """The team's choices: those that somebody leads, or all."""
    known = Team.objects.filter(is_active=True)
    rows = known if led is None else known.filter(pk__in=led)
    every = _("every team") if led is None else _("my teams")
    return [("", every), *((str(team.pk), team.name) for team in rows)]
