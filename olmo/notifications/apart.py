"""Telling somebody of what belongs to no ticket, by the ways that they chose: in the pages, by mail, on their devices.

What leaves the pages waits for their times and the end of their quiet hours, unless it is of no use any more by then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import override

from olmo.kernel import clock, live
from olmo.outbox.actions import send
from olmo.people.models import Person

from . import kinds, pushing, wording
from .models import Alert
from .rhythm import later, rhythms
from .sending import own_headers
from .telling import is_silenced

AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True, kw_only=True)
class News:
    """What one agent is told. alert: the row of their pages, not kept yet: it says whom, of what kind and why.

    mail: writes it in the language and the zone of the reader, with the reason. reference: of the envelope. push: a reference
    that `pushing` knows, and its text. until: when it is too late, so that nothing waits so long; None: never.
    """

    alert: Alert
    mail: Callable[[str], wording.Mail]
    reference: str
    push: tuple[str, str]
    until: datetime | None = None

    @property
    def reader(self) -> Person:
        return self.alert.person


def tell(news: News) -> bool:
    """Tell one agent; False when they want to hear of it in no way."""
    reader = news.reader
    if not (reader.is_active and reader.is_agent):
        return False
    ways = kinds.channels_for([reader], news.alert.kind)[reader.pk] & WAYS.keys()
    waits_until = _held(news) if ways else None
    for name in sorted(ways):
        WAYS[name](news, waits_until)
    return bool(ways)


def _held(news: News) -> datetime | None:
    """Until when it waits; None: at once."""
    until = later(rhythms([news.reader]).get(news.reader.pk), news.reader, clock.now())
    return until if until is not None and (news.until is None or until < news.until) else None


def _show(news: News, _waits_until: datetime | None) -> None:
    news.alert.save()
    live.tell(bell=news.reader.pk)


def _mail(news: News, waits_until: datetime | None) -> None:
    reader = news.reader
    if not reader.email or is_silenced(reader.email):
        return
    with override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        mail = news.mail(str(kinds.WHY[news.alert.why]))
    send(
        to=reader.email, to_name=reader.name, subject=mail.subject, text=mail.text, html=mail.html,
        purpose=news.alert.kind, reference=news.reference, is_automatic=True, headers=own_headers(AUTOMATIC),
        not_before=waits_until,
    )  # fmt: skip


def _push(news: News, waits_until: datetime | None) -> None:
    pushing.queue_apart(news.reader, *news.push, waits_until)


WAYS: Mapping[str, Callable[[News, datetime | None], None]] = {
    kinds.PAGE: _show, kinds.MAIL: _mail, kinds.PUSH: _push,
}  # fmt: skip
