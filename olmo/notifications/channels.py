"""What each channel does with something that somebody is told. One list: a new way to reach people is one more entry."""

from collections.abc import Callable, Mapping, Sequence
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
from .sending import automatic_headers, pages_of, sender_for
from .telling import Reader, once_each, post, post_copies, silenced

MAX_WORDS = 5000


@dataclass(frozen=True)
class Telling:
    """An event of which some people are told: in which words, why, as which kind."""

    event: Event
    sentence: Callable[[], str]
    why: str
    kind: str
    message: Message | None


@dataclass(frozen=True)
class Told:
    """One of them. waits_until: until when what leaves the pages must wait."""

    person: Person
    reader: Reader
    waits_until: datetime | None = None

    @property
    def tongue(self) -> tuple[str, str]:
        """What decides the words of a mail to an agent: their language, and the zone in which they read times."""
        return self.person.language, self.person.time_zone


def show(telling: Telling, people: Sequence[Told]) -> None:
    """Put it among the notices of their pages, and ring."""
    event, pks = telling.event, [told.person.pk for told in people]
    known = set(Alert.objects.filter(event=event, person__in=pks).values_list("person", flat=True))
    fresh = [pk for pk in pks if pk not in known]
    now = clock.now()
    Alert.objects.bulk_create(
        [
            Alert(
                person_id=pk, event=event, ticket_id=event.ticket_id, why=telling.why, kind=telling.kind, at=now
            )
            for pk in fresh
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    live.ring(fresh)


def mail(telling: Telling, people: Sequence[Told]) -> None:
    """Mail it, in the same words to those who share a language and a zone, or keep it to be collected with others."""
    quiet = silenced(told.reader.address for told in people)
    rows = {told.person.pk: _row(telling, told, "notice", told.reader.address) for told in people}
    for row in rows.values():
        if row.address in quiet:  # it waits for nothing
            row.reason, row.person, row.due_at = "silenced", None, None
    new = {row.pk for row in once_each(list(rows.values()))}
    alike: dict[tuple[str, str], list[Told]] = {}
    for told in people:
        row = rows[told.person.pk]
        if row.pk in new and not row.reason and row.due_at is None:
            alike.setdefault(told.tongue, []).append(told)
    if not alike:
        return
    sender = sender_for(telling.event.ticket)
    headers = automatic_headers("auto-generated", sender)
    for first, *others in alike.values():
        row = rows[first.person.pk]
        post(row, first.reader, _mail(telling, first), sender=sender, headers=headers, is_automatic=True)
        post_copies(row, [(rows[told.person.pk], told.reader) for told in others])


def push(telling: Telling, people: Sequence[Told]) -> None:
    """Show it on each device of theirs, or keep it to be collected with others."""
    having = devices.owners(told.person for told in people)
    reached = {push_address(told.person): told for told in people if told.person.pk in having}
    for row in once_each([_row(telling, told, kinds.PUSH, address) for address, told in reached.items()]):
        if row.due_at is None:
            pushing.queue(reached[row.address].person, telling.event)


def push_address(person: Person) -> str:
    """What stands for all devices of a person where a notice has an address."""
    return f"push:{person.pk}"


WAYS: Mapping[str, Callable[[Telling, Sequence[Told]], None]] = {kinds.PAGE: show, kinds.MAIL: mail, kinds.PUSH: push}


def _row(telling: Telling, told: Told, purpose: str, address: str) -> Notice:
    """What is kept of telling somebody; what must wait is collected with others when its time has come."""
    return Notice(
        event=telling.event, address=address.lower(), purpose=purpose, why=telling.why, kind=telling.kind, at=clock.now(),
        person=told.person if told.waits_until else None, due_at=told.waits_until,
    )  # fmt: skip


def _mail(telling: Telling, told: Told) -> wording.Mail:
    ticket, message = telling.event.ticket, telling.message
    language = told.reader.language(ticket)
    with override(language), timezone.override(ZoneInfo(told.person.time_zone)):
        said = telling.sentence()
        if message is not None and not message.is_verified:
            said = f"{said} {_('The sender is not verified.')}"
        because = str(kinds.WHY[telling.why])
    words = mentions.plain(message.text[:MAX_WORDS]) if message is not None else ""
    return wording.written(
        "notice", wording.subject_of(ticket), language=language, ticket=ticket, sentence=said, words=words,
        because=because, **pages_of(telling.event, told.person),
    )  # fmt: skip
