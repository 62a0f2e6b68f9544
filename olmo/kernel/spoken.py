"""Times, distances and sizes as a person reads them, in their language and zone.

The same sentences tick in the browser (assets/js/times.js), which gets them from `WORDS`.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from olmo.kernel import clock

SOON = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = 60

State = Literal["run", "soon", "late", "paused", "met", "none"]

WORDS: Mapping[str, Promise] = {
    "now": gettext_lazy("just now"),
    "minutesAgo": gettext_lazy("{n} m ago"),
    "hoursAgo": gettext_lazy("{n} h ago"),
    "minutesLeft": gettext_lazy("{n} m left"),
    "minutesLate": gettext_lazy("{n} m late"),
    "hoursLeft": gettext_lazy("{hours} h {minutes} m"),
    "workLeft": gettext_lazy("{hours} h {minutes} m left"),
    "hoursLate": gettext_lazy("{hours} h {minutes} m late"),
    "daysLate": gettext_lazy("{n} d late"),
    "bytes": gettext_lazy("{n} B"),
    "kilobytes": gettext_lazy("{n} kB"),
    "megabytes": gettext_lazy("{n} MB"),
}


NEAR: Mapping[int, Promise] = {
    0: gettext_lazy("Today {time}"),
    1: gettext_lazy("Tomorrow {time}"),
    -1: gettext_lazy("Yesterday {time}"),
}


class Due(NamedTuple):
    """How a due time stands: its state (what the ring shows) and the words beside it."""

    state: State
    words: str


def ago(at: datetime, now: datetime | None = None) -> str:
    """How long ago `at` (aware) was: "just now", "5 m ago", "3 h ago", then the day ("Yesterday 16:00")."""
    passed = (now or clock.now()) - at
    if passed < timedelta(minutes=1):
        return str(WORDS["now"])
    if passed < timedelta(hours=1):
        return str(WORDS["minutesAgo"]).format(n=passed.seconds // MINUTE)
    if passed < timedelta(hours=12):
        return str(WORDS["hoursAgo"]).format(n=passed.seconds // 3600)
    return near(at, now)


def due(at: datetime, now: datetime | None = None) -> Due:
    """How a promise due `at` (aware) stands: "41 m left", "2 h 05 m", "Tomorrow 11:30", "34 m late"."""
    left = at - (now or clock.now())
    if left < timedelta(0):
        return Due("late", _late(-left))
    if left < SOON:
        return Due("soon", str(WORDS["minutesLeft"]).format(n=max(1, left.seconds // MINUTE)))
    if left < timedelta(hours=12) and _local(at).date() == _local(now or clock.now()).date():
        return Due("run", _hours("hoursLeft", left))
    return Due("run", near(at, now))


def near(at: datetime, now: datetime | None = None) -> str:
    """A day as one would say it: "Today 16:00", "Tomorrow 11:30", "Mon 30 Nov", "30 Nov 2027"."""
    local, today = _local(at), _local(now or clock.now()).date()
    if words := NEAR.get((local.date() - today).days):
        return str(words).format(time=hours(at))
    if local.year == today.year:
        return _dated(local, pgettext("date format", "D j M"))
    return _dated(local, pgettext("date format", "j M Y"))


def near_inside(at: datetime, now: datetime | None = None) -> str:
    """The same in the middle of a sentence: "until today 16:00", "until Mon 30 Nov"."""
    is_word = (_local(at).date() - _local(now or clock.now()).date()).days in NEAR
    words = near(at, now)
    return words[:1].lower() + words[1:] if is_word else words


def weekday(at: datetime) -> str:
    """A moment by its weekday and day: "Mon 9 Mar 11:15", in the present zone."""
    return f"{_dated(_local(at), pgettext('date format', 'D j M'))} {hours(at)}"


def short_weekday(day: date) -> str:
    """A day by its weekday: "Mon 9 Mar"."""
    return _dated_day(day, pgettext("date format", "D j M"))


def hours(at: datetime) -> str:
    """The time of day in the person's zone: "09:18"."""
    local = _local(at)
    wanted = pgettext("date format", "H:i")
    return f"{local:%H:%M}" if wanted == "H:i" else formats.date_format(local, wanted)


def day(at: datetime) -> str:
    """The day in full: "Thursday 26 November", with the year when it is not the present one."""
    local = _local(at)
    if local.year == _local(clock.now()).year:
        return _dated(local, pgettext("date format", "l j F"))
    return _dated(local, pgettext("date format", "l j F Y"))


def short_day(day: date) -> str:
    """A day in a few letters: "12 Nov", with the year when it is not the present one."""
    wanted = (
        pgettext("date format", "j M") if day.year == _local(clock.now()).year else pgettext("date format", "j M Y")
    )
    return _dated_day(day, wanted)


def month(day: date) -> str:
    """The month of a day: "March 2026"."""
    return _dated_day(day, "F Y")


def moment(at: datetime) -> str:
    """The whole moment, for titles and records: "Thursday 26 November 2026, 09:18"."""
    return _("{day}, {time}").format(day=_dated(_local(at), pgettext("date format", "l j F Y")), time=hours(at))


def span(start: datetime, end: datetime | None) -> str:
    """From when until when: "Sat 14 Nov 2026, 08:40–10:12", "Sat 14 Nov, 08:40 – Sun 15 Nov 2026, 10:12"."""
    first, last = _local(start), _local(end or start)
    words, with_year = _("{day}, {time}"), pgettext("date format", "D j M Y")
    day = _dated(first, with_year)
    if end is None or first.date() == last.date():
        return words.format(day=day, time=hours(start)) + (f"–{hours(end)}" if end else "")
    if first.year == last.year:
        day = _dated(first, pgettext("date format", "D j M"))
    return f"{words.format(day=day, time=hours(start))} – {words.format(day=_dated(last, with_year), time=hours(end))}"


def minutes(count: int) -> str:
    """A stretch of work: "35 min", "2 h", "2 h 05 min"."""
    whole, rest = divmod(count, 60)
    if not whole:
        return _("{n} min").format(n=rest)
    return (
        _("{hours} h {minutes} min").format(hours=whole, minutes=f"{rest:02}") if rest else _("{n} h").format(n=whole)
    )


def lasted(seconds: int) -> str:
    """How long something took: "45 s", then as `minutes` says it."""
    return _("{n} s").format(n=seconds) if seconds < 60 else minutes(round(seconds / 60))


def size(octets: int) -> str:
    """The size of a file, in decimal units: "214 kB", "1.8 MB"."""
    if octets < 1000:
        return str(WORDS["bytes"]).format(n=octets)
    if octets < 999_500:
        return str(WORDS["kilobytes"]).format(n=round(octets / 1000))
    if octets < 999_500_000:
        return str(WORDS["megabytes"]).format(n=formats.number_format(round(octets / 1_000_000, 1), 1))
    return _("{n} GB").format(n=formats.number_format(round(octets / 1_000_000_000, 1), 1))


def _local(at: datetime) -> datetime:
    return timezone.localtime(at)


def _dated(local: datetime, wanted: str) -> str:
    return _dated_day(local.date(), wanted)


def _dated_day(day: date, wanted: str) -> str:
    return _date(day, wanted, get_language())


@lru_cache(maxsize=1024)
def _date(day: date, wanted: str, language: str | None) -> str:
    """A list says the same few days over and over; formatting one costs more than the rest of its row."""
    return formats.date_format(day, wanted)


def _late(late: timedelta) -> str:
    if late < timedelta(hours=1):
        return str(WORDS["minutesLate"]).format(n=max(1, late.seconds // MINUTE))
    if late < DAY:
        return _hours("hoursLate", late)
    return str(WORDS["daysLate"]).format(n=late.days)


def _hours(word: str, span: timedelta) -> str:
    whole, rest = divmod(span.seconds, 3600)
    return str(WORDS[word]).format(hours=whole, minutes=f"{rest // MINUTE:02}")
