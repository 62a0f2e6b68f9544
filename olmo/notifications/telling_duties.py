"""Telling somebody of on-call duties, by the ways that they chose: in the pages, by mail, on their devices.

What leaves the pages waits for their times and the end of their quiet hours, unless a duty that it tells of begins before.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel import clock, live
from olmo.kernel.config import current
from olmo.outbox.actions import send
from olmo.people.models import Person
from olmo.staffing.models import Schedule

from . import kinds, pushing, shifts, wording
from .models import Alert
from .rhythm import later, rhythms
from .sending import own_headers, preferences_url
from .shifts import Shift
from .telling import is_silenced

KIND = "on_call"
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True)
class News:
    """What one reader is told of one schedule."""

    row: Schedule
    reader: Person
    shifts: Sequence[Shift]
    people: Mapping[int, Person]
    waits_until: datetime | None

    @property
    def why(self) -> str:
        """A key of kinds.WHY."""
        is_own = any(self.reader.pk in (shift.before, shift.after) for shift in self.shifts)
        return "duty" if is_own else "duty_lead"


def tell(row: Schedule, reader: Person, found: Sequence[Shift], people: Mapping[int, Person], *, is_lead: bool) -> int:
    """Tell one reader what concerns them; 0 when nothing does, or they want to hear of it in no way."""
    own = shifts.concerning(reader, found, is_lead=is_lead)
    ways = kinds.channels_for([reader], KIND)[reader.pk] & WAYS.keys() if own and reader.is_active else set()
    news = News(row, reader, own, people, _held(reader, own) if ways else None)
    for name in sorted(ways):
        WAYS[name](news)
    return 1 if ways else 0


def _held(reader: Person, own: Sequence[Shift]) -> datetime | None:
    """Until when it waits; None: at once."""
    until = later(rhythms([reader]).get(reader.pk), reader, clock.now())
    return until if until is not None and until < min(shift.start for shift in own) else None


def _show(news: News) -> None:
    Alert.objects.create(
        person=news.reader, schedule=news.row, shifts=shifts.plain(news.shifts), why=news.why, kind=KIND, at=clock.now()
    )
    live.tell(bell=news.reader.pk)


def _mail(news: News) -> None:
    row, reader = news.row, news.reader
    if not reader.email or is_silenced(reader.email):
        return
    with override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        lines = shifts.said(reader, news.shifts, news.people)
        name = f"{row.team}, {row.name}"
        subject, because = _("On call: %(name)s") % {"name": name}, str(kinds.WHY[news.why])
    mail = wording.written(
        "duties", subject, language=reader.language, name=name, lines=lines, url=_page(row), because=because,
        preferences_url=preferences_url(),
    )  # fmt: skip
    send(
        to=reader.email, to_name=reader.name, subject=mail.subject, text=mail.text, html=mail.html, purpose=KIND,
        reference=f"on_call:{row.pk}:{reader.pk}:{clock.now().isoformat()}", is_automatic=True,
        headers=own_headers(AUTOMATIC), not_before=news.waits_until,
    )  # fmt: skip


def _push(news: News) -> None:
    pushing.queue_duty(news.reader, news.row.pk, json.dumps(shifts.plain(news.shifts)), news.waits_until)


WAYS: Mapping[str, Callable[[News], None]] = {kinds.PAGE: _show, kinds.MAIL: _mail, kinds.PUSH: _push}


def _page(row: Schedule) -> str:
    try:
        return current().base_url + reverse("desk:oncall_schedule", args=[row.pk])
    except NoReverseMatch:
        return current().base_url
