"""What each channel does with something that somebody is told. One list: a new way to reach people is one more entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel import clock, live
from olmo.people.models import Person
from olmo.tickets import mentions
from olmo.tickets.models import Event, Message

from . import devices, kinds, pushing, wording
from .models import Alert, Notice
from .sending import automatic_headers, page_of, preferences_url, sender_for, why_url
from .telling import Reader, once, once_by_itself, post

MAX_WORDS = 5000


@dataclass(frozen=True)
class Telling:
    """One person is told of one event: in which words, why, as which kind, and until when what leaves the pages must wait."""

    event: Event
    person: Person
    reader: Reader
    sentence: Callable[[], str]
    why: str
    kind: str
    message: Message | None
    waits_until: datetime | None = None


def show(telling: Telling) -> None:
    """Put it among the notices of their pages, and ring."""
    event = telling.event
    _alert, is_new = Alert.objects.get_or_create(
        person=telling.person, event=event,
        defaults={"ticket_id": event.ticket_id, "why": telling.why, "kind": telling.kind, "at": clock.now()},
    )  # fmt: skip
    if is_new:
        live.tell(bell=telling.person.pk)


def mail(telling: Telling) -> None:
    """Mail it, or keep it to be collected with others."""
    notice = once_by_itself(telling.event, telling.reader, "notice", why=telling.why, kind=telling.kind)
    if notice is None:
        return
    if _waits(telling, notice):
        return
    sender = sender_for(telling.event.ticket)
    headers = automatic_headers("auto-generated", sender)
    post(notice, telling.reader, _mail(telling), sender=sender, headers=headers, is_automatic=True)


def push(telling: Telling) -> None:
    """Show it on each device of theirs, or keep it to be collected with others."""
    if not devices.listed(telling.person).exists():
        return
    reader = Reader(push_address(telling.person), telling.person)
    notice = once(telling.event, reader, kinds.PUSH, why=telling.why, kind=telling.kind)
    if notice is not None and not _waits(telling, notice):
        pushing.queue(telling.person, telling.event)


def push_address(person: Person) -> str:
    """What stands for all devices of a person where a notice has an address."""
    return f"push:{person.pk}"


WAYS: Mapping[str, Callable[[Telling], None]] = {kinds.PAGE: show, kinds.MAIL: mail, kinds.PUSH: push}


def _waits(telling: Telling, notice: Notice) -> bool:
    """Keep what must wait, to be collected with others when its time has come."""
    if telling.waits_until is None:
        return False
    notice.person, notice.due_at = telling.person, telling.waits_until
    notice.save(update_fields=["person", "due_at"])
    return True


def _mail(telling: Telling) -> wording.Mail:
    ticket, message = telling.event.ticket, telling.message
    language = telling.reader.language(ticket)
    with override(language), timezone.override(ZoneInfo(telling.person.time_zone)):
        said = telling.sentence()
        if message is not None and not message.is_verified:
            said = f"{said} {_('The sender is not verified.')}"
        because = str(kinds.WHY[telling.why])
    words = mentions.plain(message.text[:MAX_WORDS]) if message is not None else ""
    return wording.written(
        "notice", wording.subject_of(ticket), language=language, ticket=ticket, sentence=said, words=words,
        url=page_of(ticket, telling.person), because=because, preferences_url=preferences_url(),
        why_url=why_url(telling.event),
    )  # fmt: skip
