"""What changed of on-call duties, as one reader is told it: as data that is kept, and as words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel import spoken
from olmo.people.models import Person


@dataclass(frozen=True)
class Shift:
    """A time in which it is another one than was told. is_new: nothing was told of it yet; is_gap: somebody ought to be there."""

    start: datetime
    end: datetime
    before: int | None
    after: int | None
    by: int | None
    is_new: bool
    is_gap: bool = False


def concerning(reader: Person, shifts: Iterable[Shift], *, is_lead: bool) -> list[Shift]:
    """Those that are something to a reader, and that they did not make themselves."""
    return [shift for shift in shifts if _line(reader.pk, shift, is_lead=is_lead)]


def plain(shifts: Iterable[Shift]) -> list[dict[str, Any]]:
    """As JSON that is kept."""
    return [{**asdict(shift), "start": shift.start.isoformat(), "end": shift.end.isoformat()} for shift in shifts]


def kept(rows: Iterable[Mapping[str, Any]]) -> list[Shift]:
    """What `plain` made."""
    times = ("start", "end")
    return [Shift(**{**row, **{name: datetime.fromisoformat(row[name]) for name in times}}) for row in rows]


def people_of(shifts: Iterable[Shift]) -> dict[int, Person]:
    """Everybody who stands in them."""
    return Person.objects.in_bulk({pk for shift in shifts for pk in (shift.before, shift.after) if pk})


def said(reader: Person, shifts: Sequence[Shift], people: Mapping[int, Person]) -> list[str]:
    """A sentence for each of those that concern the reader, in the language and the zone that hold."""
    return [
        _line(reader.pk, shift, is_lead=True) % {
            "start": spoken.moment(shift.start), "end": spoken.moment(shift.end),
            "before": _name(people, shift.before), "after": _name(people, shift.after),
        }
        for shift in shifts
    ]  # fmt: skip


def _name(people: Mapping[int, Person], pk: int | None) -> str:
    return people[pk].name if pk is not None and pk in people else ""


def _line(reader: int, shift: Shift, *, is_lead: bool) -> str:
    """What one change is to one reader; "" when it is nothing to them, or they made it themselves."""
    if reader == shift.after:
        if reader == shift.by:
            return ""
        instead = _("You are on call instead of %(before)s: %(start)s – %(end)s.")
        return instead if shift.before and not shift.is_new else _("You are on call: %(start)s – %(end)s.")
    if reader == shift.before:
        by_other = _("You are no longer on call, %(after)s is: %(start)s – %(end)s.")
        return by_other if shift.after else _("You are no longer on call: %(start)s – %(end)s.")
    if not is_lead:
        return ""
    if shift.is_gap:
        return _("Nobody is on call: %(start)s – %(end)s.")
    is_swap = shift.before is not None and not shift.is_new and reader != shift.by
    return _("%(after)s is on call instead of %(before)s: %(start)s – %(end)s.") if is_swap else ""
