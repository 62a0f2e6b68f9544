"""The timeline of a ticket: its messages, notes and events in one order, with quiet events folded."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from olmo.kernel import spoken
from olmo.kernel.errors import NotFound, Words
from olmo.notifications import queries as notifications
from olmo.people.models import Person
from olmo.tickets import conversation, undo
from olmo.tickets.conversation import File, Said
from olmo.tickets.models import Attachment, CallDirection, Channel, Event, Ticket
from olmo.tickets.sentences import describe
from olmo.writing import translating

from .. import places
from .words import body, paragraphs

SHOWN = 50

# kinds whose words are a message of their own: the message says it
_SAID = frozenset({"opened", "replied", "received", "noted", "called", "partner_asked", "partner_answered"})
# kinds that carry a message of their own, which is shown with them
_WITH_WORDS = frozenset({"escalated", "given_back", "handed_over", "retitled", "callback_promised", "callback_done"})
_HANDOVERS = frozenset({"escalated", "given_back", "handed_over"})
# kinds that matter at a glance, with their drawing; all others fold when several follow one another
_LOUD: Mapping[str, str] = {
    "put_on_hold": "pause", "resumed": "play", "resolved": "check", "reopened": "undo", "closed": "archive",
    "merged": "merge", "absorbed": "merge", "unmerged": "unmerge", "released": "unmerge", "split_off": "split",
    "redacted": "redact", "delivery_failed": "alert", "send_stopped": "alert", "chain_stopped": "alert",
    "escalated": "escalate", "given_back": "escalate", "handed_over": "escalate", "retitled": "pen",
    "undone": "undo", "callback_promised": "phone", "callback_done": "phone", "callback_dropped": "phone",
    "callback_missed": "alert",
}  # fmt: skip
_BY: Mapping[str, Words] = {
    Channel.MAIL: gettext_lazy("by e-mail"),
    Channel.PORTAL: gettext_lazy("in the portal"),
    Channel.PHONE: gettext_lazy("by phone"),
    Channel.COUNTER: gettext_lazy("at the counter"),
}
Entry = dict[str, Any]


@dataclass(frozen=True)
class Timeline:
    """Days of entries as look/log.html prints them, and where earlier entries are."""

    days: list[dict[str, Any]]
    older_url: str
    newest_url: str  # where the newest entries are, when these are earlier ones
    copies: list[str]  # who was in copy of the newest message
    rows: list[Said]  # the messages of it, the oldest first


def timeline(viewer: Person, ticket: Ticket, *, before: int | None = None) -> Timeline:
    """The newest entries of a ticket, or those before a message (its id). Raises NotFound for a message of another ticket."""
    page = _Window(viewer, ticket, before)
    entries = sorted(page.entries(), key=lambda entry: entry["order"])
    days = groupby(_folded(entries), key=lambda entry: timezone.localtime(entry["at"]).date())
    here = places.ticket(ticket.number)
    return Timeline(
        days=[{"day": found[0]["at"], "entries": found} for _day, part in days if (found := list(part))],
        older_url=f"{here}?before={page.rows[0].pk}" if page.has_more else "",
        newest_url=here if before else "",
        copies=page.copies(),
        rows=page.rows,
    )


class _Window:
    """At most SHOWN messages, and the events of the same stretch of time."""

    def __init__(self, viewer: Person, ticket: Ticket, before: int | None) -> None:
        self.viewer, self.ticket = viewer, ticket
        self.end = self._end(before)
        newest = conversation.messages(viewer, ticket, limit=SHOWN + 1, before=before)
        self.has_more = len(newest) > SHOWN
        self.rows = newest[-SHOWN:]
        self.log = conversation.events(ticket, since=self.rows[0].at if self.has_more else None, until=self.end)
        from_desk = [m.pk for m in self.rows if m.is_from_desk and not m.is_internal]
        self.deliveries = notifications.deliveries(from_desk) if from_desk else {}

    def _end(self, before: int | None) -> datetime | None:
        """When the message was written before which the window ends."""
        if before is None:
            return None
        found = conversation.messages(self.viewer, self.ticket, limit=1, only=[before])
        if not found:
            raise NotFound
        return found[0].at

    def entries(self) -> Iterator[Entry]:
        """Messages and events, in no order yet. A handover note and a former subject stand with their event."""
        with_event = {e.data["message"]: e for e in self.log if e.kind in _WITH_WORDS and "message" in e.data}
        words: dict[int, str] = {}
        for message in self.rows:
            if message.pk in with_event and not message.redacted_at:
                words[with_event[message.pk].seq] = message.text
            else:
                yield {"at": message.at, "order": (message.at, 0, message.pk), "said": self._said(message)}
        loud = [event for event in self.log if event.kind not in _SAID]
        tokens = undo.of_ticket(self.viewer, self.ticket) if undo.may_be_young(self.log) else {}
        for event, sentence in zip(loud, describe(self.viewer, loud), strict=True):
            token = tokens.get(event.seq)
            acts = {"undo": places.undo(token) if token else "", "why": self._why(event)}
            yield {**_told(event, sentence, words.get(event.seq, "")), **acts}

    def _why(self, event: Event) -> str:
        """Where an assignment that went by itself tells its reasons."""
        return f"{places.ticket(self.ticket.number, 'whom')}?seq={event.seq}" if event.data.get("why") else ""

    def copies(self) -> list[str]:
        """Who was in copy of the newest message of the conversation; the portal knows no copies, its messages do not count."""
        talk = (m.cc for m in reversed(self.rows) if not m.is_internal and m.channel != Channel.PORTAL)
        return next(talk, [])

    def _said(self, message: Said) -> Entry:
        shown = said(self.ticket, message)
        delivery = self.deliveries.get(message.pk)
        if delivery is None:
            return shown
        words = " ".join(f"{sentence}." for sentence in delivery.words)
        if delivery.is_failed:
            return {**shown, "notice": {"tone": "brick", "icon": "alert", "title": _("Not delivered."), "text": words}}
        return {**shown, "state": "" if delivery.state == "sent" else words}


def _told(event: Event, sentence: str, words: str) -> Entry:
    """An event as look/log.html prints it."""
    entry: Entry = {"at": event.at, "order": (event.at, 1, event.seq), "by": event.by.name}
    if event.kind in _HANDOVERS and words:
        return {**entry, "handover": {"title": sentence, "text": paragraphs(words)}}
    return {**entry, "event": f"{sentence}. {words}" if words else sentence, "icon": _LOUD.get(event.kind, "")}


def _folded(entries: list[Entry]) -> Iterable[Entry]:
    """Quiet events that follow one another become one line that opens."""
    for is_quiet, part in groupby(entries, key=lambda entry: "event" in entry and not entry["icon"]):
        run = list(part)
        if not is_quiet or len(run) < 2:
            yield from run
            continue
        names = ", ".join(dict.fromkeys(entry["by"] for entry in run))
        words = ngettext("%(n)d change by %(names)s", "%(n)d changes by %(names)s", len(run))
        yield {
            "at": run[0]["at"], "fold": words % {"n": len(run), "names": names},
            "events": [(entry["event"], entry["undo"], entry["why"]) for entry in run],
        }  # fmt: skip


def said(ticket: Ticket, message: Said) -> dict[str, Any]:
    """A message as look/said.html prints it."""
    urls = {file.pk: file_url(file) for file in message.files}
    shown = body(message, {file.content_id: urls[file.pk] for file in message.files if file.content_id})
    return {
        "id": f"message-{message.pk}",
        "as_": "note" if message.is_internal else "agent" if message.is_from_desk else "asker",
        "is_partners": bool(message.partner),
        "name": message.author_name,
        "kind": message.author_kind,
        "address": message.author_email if message.channel == Channel.MAIL and not message.is_from_desk else "",
        "channel": message.channel if message.call_direction or not message.is_from_desk else "",
        "via": _via(ticket, message),
        "body": shown.new,
        "quoted": shown.quoted,
        "images_blocked": shown.images,
        "images_url": places.message(ticket.number, message.pk) if shown.images else "",
        "attachments": [
            {
                "name": file.name,
                "url": urls[file.pk],
                "size": file.size,
                "is_image": file.media_type.startswith("image/"),
            }
            for file in message.files
            if not (file.is_inline and urls[file.pk] in shown.new)
        ],
        "notice": _notice(message),
        "menu_url": places.message(ticket.number, message.pk, "message_menu"),
        "translation_url": _translation(ticket, message),
    }


def _translation(ticket: Ticket, message: Said) -> str:
    """Where its translation is asked for; "" for notes, for what was erased, and for what the reader can read."""
    if message.is_internal or message.redacted_at or not translating.may_need(message.text):
        return ""
    return places.message(ticket.number, message.pk, "translation")


def file_url(attachment: Attachment | File) -> str:
    """Where an attachment is fetched."""
    return places.file(attachment.pk, attachment.name)


def _via(ticket: Ticket, message: Said) -> str:
    """How it came, or to whom it went."""
    origin = _(" (from a merged ticket)") if message.ticket_id != ticket.pk else ""
    if message.call_direction:
        return f"{_call(message)}{origin}"
    if message.partner:
        words = _("to the partner %(name)s") if message.is_from_desk else _("from the partner %(name)s")
        return words % {"name": message.partner} + origin
    if message.is_internal:
        return origin.strip()
    if not message.is_from_desk:
        return f"{_BY.get(message.channel, '')}{origin}".strip()
    name, copies = ", ".join(message.to) or ticket.requester.first_name, ", ".join(message.cc)
    if copies:
        return _("to %(name)s, copy %(copies)s") % {"name": name, "copies": copies} + origin
    return _("to %(name)s") % {"name": name} + origin


def _call(message: Said) -> str:
    """Who called whom, and for how long."""
    words = str(CallDirection(message.call_direction).label)
    return f"{words}, {spoken.minutes(message.call_minutes)}" if message.call_minutes else words


def _notice(message: Said) -> dict[str, Any] | None:
    if message.redacted_at:
        return {"tone": "", "icon": "redact", "title": _("The content of this message was erased.")}
    if message.withdrawn_at:
        return {
            "tone": "",
            "icon": "undo",
            "title": _("Taken back."),
            "text": _("It was not sent, and only agents see it."),
        }
    if not message.is_verified:
        return {
            "tone": "ochre", "icon": "alert", "title": _("The sender is not verified."),
            "text": _("Somebody else may have written this. The requester does not see it."),
        }  # fmt: skip
    return None
