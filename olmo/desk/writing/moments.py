"""Moments at which a reply may leave, or a ticket come back: those that are offered, and those that are typed."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, Words

MORNING = time(9)
_MONDAY = 0


def presets() -> list[tuple[str, Words]]:
    """(moment as the form sends it, words): tomorrow and Monday at nine, in the reader's zone."""
    now = timezone.localtime(clock.now())
    tomorrow = _at(now + timedelta(days=1))
    monday = _at(now + timedelta(days=(_MONDAY - now.weekday() - 1) % 7 + 1))
    found: list[tuple[str, Words]] = [(tomorrow.isoformat(), _("Tomorrow at 9:00"))]
    if monday != tomorrow:
        found.append((monday.isoformat(), _("Monday at 9:00")))
    return found


def wakings() -> list[tuple[str, Words]]:
    """Moments at which a ticket on hold may come back by itself: those, and a week from now."""
    week = _at(timezone.localtime(clock.now()) + timedelta(days=7))
    return [*presets(), (week.isoformat(), _("In a week at 9:00"))]


def read(text: str) -> datetime:
    """A moment as a form sends it; without an offset it is in the reader's zone. Raises Invalid."""
    try:
        moment = parse_datetime(text.strip())
    except ValueError:
        moment = None
    if moment is None:
        raise Invalid("send_at", _("Choose a date and a time."))
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _at(day: datetime) -> datetime:
    return timezone.make_aware(datetime.combine(day.date(), MORNING))
