"""The tickets behind a number: a few conditions on facts, short enough for an address, long enough to be exact.

resolved:2026-11-12..2026-11-25,resolver:5      those that Alma (5) resolved in these days
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import spoken
from olmo.kernel.errors import Invalid, Words
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Channel, Priority, Ticket

from .models import NOBODY, Fact
from .rollup import BANDS

_DAYS = ("opened", "answered", "resolved", "reopened")
_IDS = ("client", "team", "agent", "answerer", "resolver", "category")
_BANDS = {"response": "response_minutes", "resolution": "resolution_minutes"}
_YES = {
    "open": "is_open",
    "first": "is_first_contact",
    "kept": "is_resolution_in_time",
    "prompt": "is_response_in_time",
    "kept_waived": "is_resolution_waived",
    "prompt_waived": "is_response_waived",
}
_WAIVED = {
    "kept_waived": (
        gettext_lazy("solved late without a waiver, or in time"),
        gettext_lazy("solved late, which was waived"),
    ),
    "prompt_waived": (
        gettext_lazy("answered late without a waiver, or in time"),
        gettext_lazy("answered late, which was waived"),
    ),
}
_SMALL = {"priority": "priority", "hour": "opened_hour"}
_OTHERS: Mapping[str, Callable[[str], Q]] = {
    "channel": lambda value: Q(channel=Channel(value)),
    "field": lambda value: Q(ticket__fields__has_key=value),
    "promised": lambda value: Q(is_resolution_in_time__isnull=not int(value)),
    "teams": lambda value: Q(team__in=[int(pk) for pk in value.split("+")]),
}


@dataclass(frozen=True)
class Selection:
    """Conditions by their names, as an address has them."""

    parts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, text: str) -> "Selection":
        """The selection of an address. Raises Invalid naming the part that is not understood."""
        parts = tuple(_part(piece) for piece in text.split(",") if piece)
        found = cls(parts)
        found.condition()
        return found

    @classmethod
    def of(cls, **parts: object) -> "Selection":
        """A selection of these conditions; those that are None or "" are left out."""
        return cls(tuple((name, str(value)) for name, value in parts.items() if value is not None and value != ""))

    def __str__(self) -> str:
        return ",".join(f"{name}:{value}" for name, value in self.parts)

    def condition(self) -> Q:
        """As a condition on facts. Raises Invalid."""
        found = Q()
        for name, value in self.parts:
            found &= _condition(name, value)
        return found

    def among(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Those of `tickets` that are selected."""
        facts = Fact.objects.filter(self.condition())
        return tickets.filter(pk__in=facts.values("ticket_id"))

    def words(self) -> str:
        """What is selected, for the sentence of a list."""
        return ", ".join(_WORDS[_family(name)](name, value) for name, value in self.parts)


def days(first: date, last: date) -> str:
    """A span of days, both included, as a value of a condition."""
    return f"{first.isoformat()}..{last.isoformat()}"


def _part(piece: str) -> tuple[str, str]:
    name, colon, value = piece.partition(":")
    if not colon or name not in {*_DAYS, *_IDS, *_BANDS, *_YES, *_SMALL, *_OTHERS, "weekday"}:
        raise Invalid("only", _("“%(value)s” is not something that a list can show.") % {"value": piece[:40]})
    return name, value


def _condition(name: str, value: str) -> Q:
    try:
        if name in _DAYS:
            first, last = _span(value)
            return Q(**{f"{name}_day__range": (first, last)})
        if name in _BANDS:
            return _band(_BANDS[name], int(value))
        if name in _OTHERS:
            return _OTHERS[name](value)
        return Q(**{_column(name): int(value)})
    except (ValueError, IndexError, OverflowError) as error:
        raise Invalid(
            "only", _("“%(value)s” is not something that a list can show.") % {"value": f"{name}:{value}"[:40]}
        ) from error


def _column(name: str) -> str:
    return {**_YES, **_SMALL, "weekday": "opened_day__iso_week_day", "client": "client_id"}.get(name, name)


def _span(value: str) -> tuple[date, date]:
    first, _dots, last = value.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


def _band(column: str, band: int) -> Q:
    if not 0 <= band <= len(BANDS):
        raise ValueError(band)
    found = Q(**{f"{column}__isnull": False})
    if band > 0:
        found &= Q(**{f"{column}__gte": BANDS[band - 1]})
    return found & Q(**{f"{column}__lt": BANDS[band]}) if band < len(BANDS) else found


def span_words(first: date, last: date) -> str:
    """Days as one says them: "12 Nov", "12 Nov to 25 Nov"."""
    if first == last:
        return spoken.short_day(first)
    return _("%(first)s to %(last)s") % {"first": spoken.short_day(first), "last": spoken.short_day(last)}


def band_words(band: int) -> str:
    """A band of durations: "under 15 m", "1 h to 4 h", "7 d and more"."""
    if band == 0:
        return _("under %(most)s") % {"most": minutes_words(BANDS[0])}
    if band == len(BANDS):
        return _("%(least)s and more") % {"least": minutes_words(BANDS[-1])}
    return _("%(least)s to %(most)s") % {"least": minutes_words(BANDS[band - 1]), "most": minutes_words(BANDS[band])}


def minutes_words(minutes: float) -> str:
    """A duration: "23 m", "3 h 20", "2 d 4 h"."""
    whole = round(minutes)
    if whole < 60:
        return _("%(n)d m") % {"n": whole}
    if whole < 1440:
        hours, rest = divmod(whole, 60)
        return _("%(n)d h %(rest)02d") % {"n": hours, "rest": rest} if rest else _("%(n)d h") % {"n": hours}
    length, rest = divmod(round(whole / 60), 24)
    return _("%(n)d d %(rest)d h") % {"n": length, "rest": rest} if rest else _("%(n)d d") % {"n": length}


def _family(name: str) -> str:
    return "days" if name in _DAYS else "band" if name in _BANDS else "yes" if name in _YES else name


def _days_said(name: str, value: str) -> str:
    words = {
        "opened": _("opened %(days)s"),
        "answered": _("first answered %(days)s"),
        "resolved": _("resolved %(days)s"),
        "reopened": _("last reopened %(days)s"),
    }
    return words[name] % {"days": span_words(*_span(value))}


def _yes_said(name: str, value: str) -> str:
    is_so = value != "0"
    if name == "open":
        return _("open") if is_so else _("not open")
    if name == "first":
        return _("solved at first contact") if is_so else _("not solved at first contact")
    if name in _WAIVED:
        return str(_WAIVED[name][is_so])
    if name == "prompt":
        return _("answered within the allowance") if is_so else _("answered later than allowed")
    return _("solved in time") if is_so else _("solved late")


def _named(model: Any, nothing: Words) -> Callable[[str, str], str]:
    def said(_name: str, value: str) -> str:
        if int(value) == NOBODY:
            return str(nothing)
        found = model.objects.filter(pk=int(value)).first()
        return str(found) if found else _("somebody or something unknown")

    return said


def _teams_said(_name: str, value: str) -> str:
    return _("of my teams")


def _agent_said(name: str, value: str) -> str:
    person = _named(Person, _("nobody"))(name, value)
    words = {
        "agent": _("assigned to %(name)s"), "answerer": _("answered by %(name)s"), "resolver": _("resolved by %(name)s"),
    }  # fmt: skip
    return words[name] % {"name": person}


def _weekday_said(_name: str, value: str) -> str:
    return str(WEEKDAYS.get(int(value) - 1, value))


_WORDS: Mapping[str, Callable[[str, str], str]] = {
    "days": _days_said,
    "band": lambda _name, value: band_words(int(value)),
    "yes": _yes_said,
    "client": _named(Client, ""),
    "team": _named(Team, gettext_lazy("no team")),
    "teams": _teams_said,
    "promised": lambda _name, value: (
        _("with a solution promised") if value != "0" else _("without a solution promised")
    ),
    "field": lambda _name, value: _("with “%(field)s” filled in") % {"field": value},
    "agent": _agent_said,
    "answerer": _agent_said,
    "resolver": _agent_said,
    "category": _named(Category, gettext_lazy("no category")),
    "channel": lambda _name, value: str(Channel(value).label),
    "priority": lambda _name, value: _("priority %(level)s") % {"level": str(Priority(int(value)).label).lower()},
    "hour": lambda _name, value: _("from %(start)s:00 to %(end)s:00") % {"start": value, "end": int(value) + 1},
    "weekday": _weekday_said,
}
