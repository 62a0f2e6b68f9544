"""Calendars as people write them: hours and other days as lines of text, and a year as it is worked."""

import json
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid

from . import holidays
from .engine import working_time as engine
from .engine.case import WEEKDAYS
from .models import Calendar, Terms
from .promises import working_calendar

ALWAYS = [["00:00", "24:00"]]
SHIFT = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})\s*[-–]\s*([0-9]{1,2})[:.]([0-9]{2})")
DAY = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})((?:[\s,]+[0-9]{1,2}[:.][0-9]{2}\s*[-–]\s*[0-9]{1,2}[:.][0-9]{2})*)(?:\s+(.*))?"
)


@dataclass(frozen=True)
class Day:
    """A day that is different: its hours (none: closed) and its name."""

    date: str
    hours: list[list[str]]
    name: str


@dataclass(frozen=True)
class Square:
    """One day of the year in view. kind: open, shut, holiday, other; hours: how many count, as a word."""

    day: int
    kind: str
    hours: str
    title: str


def shifts(text: str, field: str) -> list[list[str]]:
    """Periods of a day such as "08:00-12:30, 13:30-18:00". Raises Invalid, which names the field and the reason."""
    found = []
    for part in filter(None, (each.strip() for each in re.split(r"[,;\n]", text))):
        match = SHIFT.fullmatch(part)
        if match is None:
            raise Invalid(field, _("“%(part)s” is no period. Write it as 08:00-12:30.") % {"part": part[:40]})
        start, end = (f"{int(h):02}:{m}" for h, m in (match.group(1, 2), match.group(3, 4)))
        if end > "24:00" or start[3:] > "59" or end[3:] > "59":
            raise Invalid(field, _("“%(part)s” is no time of a day.") % {"part": part[:40]})
        if start >= end:
            raise Invalid(
                field,
                _("“%(part)s” must start before it ends; a night is two periods, on two days.") % {"part": part[:40]},
            )
        found.append([start, end])
    found.sort()
    for one, other in pairwise(found):
        if other[0] < one[1]:
            words = {"one": "-".join(one), "other": "-".join(other)}
            raise Invalid(field, _("%(one)s and %(other)s overlap.") % words)
    return found


def days(text: str, field: str) -> list[Day]:
    """Days that are different, one a line: a date, its hours (none: closed), a name. Raises Invalid."""
    found: dict[str, Day] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = DAY.fullmatch(line.strip())
        day = _iso(match[1]) if match else ""
        if match is None or not day:
            raise Invalid(field, _("Line %(n)d must begin with a date such as 2026-12-24.") % {"n": number})
        if day in found:
            raise Invalid(field, _("Line %(n)d: %(day)s is there already.") % {"n": number, "day": day})
        periods = ",".join(re.split(r"[\s,]+(?=[0-9]{1,2}[:.])", re.sub(r"\s*[-–]\s*", "-", match[2]).strip(" ,")))
        found[day] = Day(day, shifts(periods, field), (match[3] or "").strip()[:80])
    return sorted(found.values(), key=lambda each: each.date)


def _iso(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def lines(found: Sequence[Day]) -> str:
    """Days as the lines that `days` reads."""
    return "\n".join(" ".join(filter(None, (d.date, in_words(d.hours), d.name))) for d in found)


def in_words(hours: Sequence[Sequence[str]]) -> str:
    """Periods as the text that `shifts` reads."""
    return ", ".join("-".join(pair) for pair in hours)


def content(
    zone: str, hours: dict[str, list[list[str]]], others: Sequence[Day], country: str, region: str
) -> dict[str, Any]:
    """What a calendar keeps. Public holidays are written out, so that it counts the same for ever. Raises Invalid."""
    public = holidays.public(country, region, clock.now().year + holidays.AHEAD) if country else {}
    kept: dict[str, Any] = {
        "zone": zone,
        "hours": {day: periods for day, periods in hours.items() if periods},
        "holidays": sorted(public),
        "exceptions": [{"date": d.date, "hours": d.hours} for d in others],
    }
    if country:
        kept["public"] = {"country": country, "region": region, "names": public}
    names = {d.date: d.name for d in others if d.name}
    return {**kept, **({"names": names} if names else {})}


def union(parts: Sequence[Calendar]) -> dict[str, Any]:
    """What a union keeps: its parts as they are; they cannot change as long as it has them."""
    return {"union": {part.name: part.content for part in sorted(parts, key=lambda part: part.name)}}


def others_of(kept: dict[str, Any]) -> list[Day]:
    """The days that are different, of what a calendar keeps; also plain holidays of a file that was loaded."""
    names, public = kept.get("names", {}), kept.get("public", {}).get("names", {})
    listed: dict[str, list[list[str]]] = {day: [] for day in kept.get("holidays", []) if day not in public}
    listed |= {each["date"]: each["hours"] for each in kept.get("exceptions", [])}
    return [Day(day, hours, names.get(day, "")) for day, hours in sorted(listed.items())]


def used_by(name: str) -> list[str]:
    """Where a calendar is used: agreements with their versions, and unions."""
    rows = Terms.objects.select_related("agreement").order_by("agreement__name", "valid_from")
    found = [f"{row.agreement.name} {row.version}" for row in rows if _names(row.content, name)]
    unions = Calendar.objects.filter(content__union__has_key=name)
    return [*dict.fromkeys(found), *unions.values_list("name", flat=True)]


def _names(kept: dict[str, Any], name: str) -> bool:
    promised = [p for metrics in kept.get("targets", {}).values() for p in metrics.values() if isinstance(p, dict)]
    return kept.get("calendar") == name or any(p.get("calendar") == name for p in promised)


def year(calendar: Calendar, number: int) -> list[list[Square]]:
    """A year as it is worked: a row of days for each month."""
    works = working_calendar(json.dumps(calendar.content), calendar.name)
    names = {**calendar.content.get("public", {}).get("names", {}), **calendar.content.get("names", {})}
    return [
        [_square(works, date(number, month, day), names) for day in range(1, monthrange(number, month)[1] + 1)]
        for month in range(1, 13)
    ]


def _square(works: engine.WorkingTime, day: date, names: dict[str, str]) -> Square:
    seconds, kind = _worked(works, engine.day_of(day))
    if kind == "week":
        kind = "open" if seconds else "shut"
    hours = f"{seconds / 3600:.1f}".removesuffix(".0") if seconds else ""
    return Square(day.day, kind, hours, names.get(day.isoformat(), "") if kind in ("holiday", "other") else "")


def _worked(works: engine.WorkingTime, number: int) -> tuple[int, str]:
    if isinstance(works, engine.Calendar):
        periods = works.periods(number)
        kind = "week" if number not in works.days else "other" if periods else "holiday"
        return sum(b - a for a, b in periods), kind
    return works.worked(number * engine.DAY, (number + 1) * engine.DAY), "week"  # of several zones: days of UTC


def hours_of(kept: dict[str, Any]) -> list[tuple[str, str]]:
    """The weekly hours: a weekday and its periods as text."""
    return [(day, in_words(kept.get("hours", {}).get(day, []))) for day in WEEKDAYS]


def hours_in_words(works: engine.WorkingTime) -> str:
    """When a calendar counts, in few words: "Mon–Fri 08:00–18:00, Europe/Rome"; of a union its zones."""
    if isinstance(works, engine.Union):
        zones = [part.zone.key for part in works.parts if isinstance(part, engine.Calendar)]
        return _("whenever it counts in one of %(zones)s") % {"zones": ", ".join(dict.fromkeys(zones))}
    assert isinstance(works, engine.Calendar)
    if all(periods == ((0, engine.DAY),) for periods in works.weekly):
        return _("every hour, %(zone)s") % {"zone": works.zone.key}
    groups: list[tuple[int, int, engine.Periods]] = []
    for day, periods in enumerate(works.weekly):
        if groups and groups[-1][1] == day - 1 and groups[-1][2] == periods:
            groups[-1] = (groups[-1][0], day, periods)
        elif periods:
            groups.append((day, day, periods))
    return ", ".join([*(_weekdays(*group) for group in groups), works.zone.key])


def _weekdays(first: int, last: int, periods: engine.Periods) -> str:
    days = str(WEEKDAYS_ABBR[first]) if first == last else f"{WEEKDAYS_ABBR[first]}–{WEEKDAYS_ABBR[last]}"
    return f"{days} {' '.join(f'{_of_day(a)}–{_of_day(b)}' for a, b in periods)}"


def _of_day(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


def is_always(kept: dict[str, Any]) -> bool:
    """Whether every minute of a week counts."""
    return all(kept.get("hours", {}).get(day) == ALWAYS for day in WEEKDAYS)
