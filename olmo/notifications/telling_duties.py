"""Telling somebody of on-call duties. What leaves the pages does not wait beyond the beginning of a duty that it tells of."""

import json
from collections.abc import Mapping, Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.people.models import Person
from olmo.staffing.models import Schedule

from . import apart, pushing, shifts, wording
from .models import Alert
from .sending import preferences_url
from .shifts import Shift

KIND = "on_call"


def tell(row: Schedule, reader: Person, found: Sequence[Shift], people: Mapping[int, Person], *, is_lead: bool) -> int:
    """Tell one reader what concerns them; 0 when nothing does, or they want to hear of it in no way."""
    own = shifts.concerning(reader, found, is_lead=is_lead)
    return int(bool(own) and apart.tell(_news(row, reader, own, people)))


def _news(row: Schedule, reader: Person, own: Sequence[Shift], people: Mapping[int, Person]) -> apart.News:
    kept, now = shifts.plain(own), clock.now()
    is_own = any(reader.pk in (shift.before, shift.after) for shift in own)
    why = "duty" if is_own else "duty_lead"
    return apart.News(
        alert=Alert(person=reader, schedule=row, shifts=kept, why=why, kind=KIND, at=now),
        mail=lambda because: _mail(row, reader, shifts.said(reader, own, people), because),
        reference=f"on_call:{row.pk}:{reader.pk}:{now.isoformat()}",
        push=(f"{pushing.DUTY}{row.pk}", json.dumps(kept)), until=min(shift.start for shift in own),
    )  # fmt: skip


def _mail(row: Schedule, reader: Person, lines: Sequence[str], because: str) -> wording.Mail:
    name = f"{row.team}, {row.name}"
    return wording.written(
        "duties", _("On call: %(name)s") % {"name": name}, language=reader.language, name=name, lines=lines, url=_page(row),
        because=because, preferences_url=preferences_url(),
    )  # fmt: skip


def _page(row: Schedule) -> str:
    try:
        return current().base_url + reverse("desk:oncall_schedule", args=[row.pk])
    except NoReverseMatch:
        return current().base_url
