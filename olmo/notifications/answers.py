"""The desk's words to the requester, to those who follow, and to whom a copy goes."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.channels.loops import is_own_address
from olmo.kernel.errors import Invalid
from olmo.kernel.files import path_of
from olmo.outbox.actions import File, own_host
from olmo.outbox.addresses import checked_address
from olmo.people.models import Person
from olmo.tickets import pictures
from olmo.tickets.models import Channel, Event, Message, Ticket
from olmo.tickets.signatures import signature_for

from . import kinds, surveys, wording
from .models import Notice
from .sending import automatic_headers, pages_of, sender_for
from .telling import Reader, is_silenced, once, post, reader_at, reader_of

# Whose mail says why it comes. Somebody at an address that was put in copy has nothing to choose.
_ADDRESSED = frozenset({"requester", "follower"})
MAX_FILES_BYTES = 10 * 2**20


def send_answer(event: Event, message: Message | None, *, resolved: bool = False) -> None:
    """Mail a public message of the desk (or the bare news that the ticket is resolved) to all who take part."""
    ticket = event.ticket
    if message is not None and message.redacted_at is not None:
        return
    sender = sender_for(ticket)
    headers = automatic_headers("auto-generated", sender) if event.by.is_robot else {}
    content_ids = content_ids_of(message)
    files, left_out = files_of(message, content_ids)
    found = signature_for(ticket, event.by)
    signature = found.text if found else ""
    for reader in readers_of_answer(event, message):
        if (notice := _once(event, reader, message, resolved=resolved)) is None:
            continue
        language = reader.language(ticket)
        with override(language):
            because = str(kinds.WHY[notice.why]) if notice.why in _ADDRESSED else ""
        mail = wording.written(
            "answer", wording.subject_of(ticket), language=language, ticket=ticket, message=message,
            body=wording.as_html(message, content_ids) if message else "",
            words=pictures.as_words(message.text) if message else "", resolved=resolved, signature=signature,
            author_name="" if event.by.name in signature else event.by.name,
            left_out=left_out, because=because, **pages_of(event, reader.person),
            quoted=wording.history(ticket, message, reader.person, language),
            choices=surveys.beside(event, reader) if resolved else [],
        )  # fmt: skip
        post(
            notice, reader, mail, sender=sender, headers=headers, carried=message, files=files,
            is_automatic=event.by.is_robot, hold=_reason_to_hold(reader),
        )  # fmt: skip


def readers_of_answer(event: Event, message: Message | None) -> list[Reader]:
    """Requester and followers from outside the desk, or whom the message names in their place; and the addresses of the copy.

    Never the author, never ourselves."""
    ticket = event.ticket
    named = _named(message)
    people = [] if named else [ticket.requester, *_followers(ticket)]
    readers = [reader for person in people if person.pk != event.by_id and (reader := reader_of(person, ticket))]
    readers += [reader_at(address) for address in [*named, *(message.cc if message else [])] if _may_get_copy(address)]
    own = (event.by.email or "").lower()
    distinct = {reader.address.lower(): reader for reader in reversed(readers)}
    return [reader for address, reader in reversed(distinct.items()) if address != own]


def _named(message: Message | None) -> list[str]:
    """Whom the composer named as readers. A mail's own recipients (the desk's address among them) are not such a choice."""
    return list(message.to) if message and message.channel == Channel.DESK else []


def _reason_to_hold(reader: Reader) -> str:
    """Why an answer does not leave: the page of the ticket says so, and an administrator may send it all the same."""
    return _("mail to this address failed again and again") if is_silenced(reader.address) else ""


def _followers(ticket: Ticket) -> Iterable[Person]:
    """Those who follow from outside; agents who follow get notices instead."""
    people = list(Person.objects.filter(pk__in=ticket.watcher_ids, kind="requester"))
    chosen = kinds.channels_for(people, "followed")
    return [person for person in people if kinds.MAIL in chosen[person.pk]]


def _once(event: Event, reader: Reader, message: Message | None, *, resolved: bool) -> Notice | None:
    """The row for it, with why they get it, and the choice that it hangs on: none of words on one's own request."""
    why = why_told(event.ticket, reader.person)
    kind = "followed" if why == "follower" else "" if message is not None else "resolved"
    return once(event, reader, "resolution" if resolved else "reply", why=why, kind=kind)


def why_told(ticket: Ticket, person: Person | None) -> str:
    """Why somebody outside gets the desk's words: a key of kinds.WHY."""
    if person is not None and person.pk == ticket.requester_id:
        return "requester"
    return "follower" if person is not None and person.pk in ticket.watcher_ids else "copied"


def _may_get_copy(address: str) -> bool:
    try:
        checked_address(address)
    except Invalid:
        return False
    return not is_own_address(address)


def content_ids_of(message: Message | None) -> dict[int, str]:
    """The pictures of a text that go along inside the mail, each under a name of its own (RFC 2392)."""
    shown = message.attachments.filter(is_inline=True, content_id="") if message and "/files/" in message.text else []
    return {
        file.pk: f"{file.pk}.{file.sha256[:16]}@{own_host()}" for file in shown if file.media_type.startswith("image/")
    }


def files_of(message: Message | None, content_ids: Mapping[int, str] | None = None) -> tuple[list[File], list[str]]:
    """The files that go along, and the names of those that would make the mail too large."""
    taken, left_out, size = [], [], 0
    for file in message.attachments.order_by("pk") if message else []:
        size += file.size
        if size > MAX_FILES_BYTES:
            left_out.append(file.name)
            continue
        place = path_of(file.sha256).relative_to(settings.OLMO_FILES)
        taken.append(
            File(
                path=str(place),
                name=file.name,
                media_type=file.media_type,
                content_id=(content_ids or {}).get(file.pk, ""),
            )
        )
    return taken, left_out
