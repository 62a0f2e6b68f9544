"""The timeline of a ticket: its messages, notes and events in one order, with quiet events folded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from olmo.kernel.errors import NotFound, Words
from olmo.notifications import queries as notifications
from olmo.people.models import Person
from olmo.tickets import queries
from olmo.tickets.models import Attachment, Channel, Event, Message, Ticket
from olmo.tickets.sentences import describe

from .words import body, paragraphs

SHOWN = 50

# kinds whose words are a message of their own: the message says it
_SAID = frozenset({"opened", "replied", "received", "noted"})
# kinds that matter at a glance, with their drawing; all others fold when several follow one another
_LOUD: Mapping[str, str] = {
    "put_on_hold": "pause", "resumed": "play", "resolved": "check", "reopened": "undo", "closed": "archive",
    "merged": "merge", "absorbed": "merge", "unmerged": "unmerge", "released": "unmerge", "split_off": "split",
    "redacted": "redact", "delivery_failed": "alert", "chain_stopped": "alert", "escalated": "escalate", "retitled": "pen",
}  # fmt: skip
_BY: Mapping[str, Words] = {
    Channel.MAIL: gettext_lazy("by e-mail"),
    Channel.PORTAL: gettext_lazy("in the portal"),
    Channel.PHONE: gettext_lazy("by phone"),
    Channel.COUNTER: gettext_lazy("at the counter"),
}
# What a message shows; the rest of its row and of its author's costs more to fetch than to leave.
_COLUMNS = (
    "ticket_id", "kind", "channel", "is_from_desk", "is_verified", "at", "text", "quoted", "html", "cc", "redacted_at",
    "author__name", "author__kind", "author__email",
)  # fmt: skip
Entry = dict[str, Any]


@dataclass(frozen=True)
class Timeline:
    """Days of entries as look/log.html prints them, and where earlier entries are."""

    days: list[dict[str, Any]]
    older_url: str
    newest_url: str  # where the newest entries are, when these are earlier ones


def timeline(viewer: Person, ticket: Ticket, *, before: int | None = None) -> Timeline:
    """The newest entries of a ticket, or those before a message (its id). Raises NotFound for a message of another ticket."""
    page = _Window(viewer, ticket, before)
    entries = sorted([*page.messages(), *page.events()], key=lambda entry: entry["order"])
    days = groupby(_folded(entries), key=lambda entry: timezone.localtime(entry["at"]).date())
    here = reverse("desk:ticket", args=[ticket.number])
    return Timeline(
        days=[{"day": found[0]["at"], "entries": found} for _day, part in days if (found := list(part))],
        older_url=f"{here}?before={page.rows[0].pk}" if page.has_more else "",
        newest_url=here if before else "",
    )


class _Window:
    """At most SHOWN messages, and the events of the same stretch of time."""

    def __init__(self, viewer: Person, ticket: Ticket, before: int | None) -> None:
        self.viewer, self.ticket = viewer, ticket
        found = queries.messages(viewer, ticket).only(*_COLUMNS).order_by("-at", "-pk").prefetch_related("attachments")
        self.end = found.filter(pk=before).first() if before else None
        if before and self.end is None:
            raise NotFound
        if self.end:
            found = found.filter(Q(at__lt=self.end.at) | Q(at=self.end.at, pk__lt=self.end.pk))
        newest = list(found[: SHOWN + 1])
        self.has_more = len(newest) > SHOWN
        self.rows = newest[:SHOWN][::-1]
        self.deliveries = notifications.deliveries(m.pk for m in self.rows if m.is_from_desk and not m.is_internal)

    def log(self) -> list[Event]:
        """The ticket's events between the first message shown and the end."""
        found = (
            self.ticket.events.select_related("by")
            .only("seq", "kind", "at", "data", "ticket_id", "by__name")
            .order_by("seq")
        )
        if self.has_more:
            found = found.filter(at__gte=self.rows[0].at)
        return list(found.filter(at__lt=self.end.at) if self.end else found)

    def messages(self) -> Iterable[Entry]:
        self._log = self.log()
        told = {e.data["message"]: e for e in self._log if e.kind in ("escalated", "retitled") and "message" in e.data}
        for message in self.rows:
            if message.pk in told and not message.redacted_at:
                told[message.pk].words = message.text  # type: ignore[attr-defined]
                continue
            yield {
                "at": message.at,
                "order": (message.at, 0, message.pk),
                "said": self._said(message),
            }

    def _said(self, message: Message) -> Entry:
        shown = said(self.ticket, message)
        delivery = self.deliveries.get(message.pk)
        if delivery is None:
            return shown
        words = " ".join(f"{sentence}." for sentence in delivery.words)
        if delivery.is_failed:
            return {**shown, "notice": {"tone": "brick", "icon": "alert", "title": _("Not delivered."), "text": words}}
        return {**shown, "state": "" if delivery.state == "sent" else words}

    def events(self) -> Iterable[Entry]:
        for event, sentence in zip(self._log, describe(self.viewer, self._log), strict=True):
            if event.kind in _SAID:
                continue
            entry: Entry = {"at": event.at, "order": (event.at, 1, event.seq), "by": event.by.name}
            text = getattr(event, "words", "")
            if event.kind == "escalated" and text:
                entry["handover"] = {"title": sentence, "text": paragraphs(text)}
            else:
                entry["event"] = f"{sentence}. {text}" if text else sentence
                entry["icon"] = _LOUD.get(event.kind, "")
            yield entry


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
            "events": [entry["event"] for entry in run],
        }  # fmt: skip


def said(ticket: Ticket, message: Message) -> dict[str, Any]:
    """A message as look/said.html prints it."""
    files = list(message.attachments.all())
    author = message.author
    shown = body(message, {a.content_id: file_url(a) for a in files if a.content_id})
    return {
        "id": f"message-{message.pk}",
        "as_": "note" if message.is_internal else "agent" if message.is_from_desk else "asker",
        "name": author.name,
        "kind": author.kind,
        "address": author.email if message.channel == Channel.MAIL and not message.is_from_desk else "",
        "channel": message.channel if not message.is_from_desk else "",
        "via": _via(ticket, message),
        "body": shown.new,
        "quoted": shown.quoted,
        "images_blocked": shown.images,
        "images_url": reverse("desk:message", args=[ticket.number, message.pk]) if shown.images else "",
        "attachments": [shown_file(a) for a in files if not (a.is_inline and file_url(a) in shown.new)],
        "notice": _notice(message),
        "menu_url": reverse("desk:message_menu", args=[ticket.number, message.pk]),
    }


def file_url(attachment: Attachment) -> str:
    """Where an attachment is fetched."""
    return reverse("files:file", args=[attachment.pk, attachment.name])


def shown_file(attachment: Attachment) -> dict[str, Any]:
    """An attachment as look/attachments.html prints it."""
    is_image = attachment.media_type.startswith("image/")
    return {"name": attachment.name, "url": file_url(attachment), "size": attachment.size, "is_image": is_image}


def _via(ticket: Ticket, message: Message) -> str:
    """How it came, or to whom it went."""
    origin = _(" (from a merged ticket)") if message.ticket_id != ticket.pk else ""
    if message.is_internal:
        return origin.strip()
    if not message.is_from_desk:
        return f"{_BY.get(message.channel, '')}{origin}".strip()
    copies = ", ".join(message.cc)
    if copies:
        return _("to %(name)s, copy %(copies)s") % {"name": ticket.requester.first_name, "copies": copies} + origin
    return _("to %(name)s") % {"name": ticket.requester.first_name} + origin


def _notice(message: Message) -> dict[str, Any] | None:
    if message.redacted_at:
        return {"tone": "", "icon": "redact", "title": _("The content of this message was erased.")}
    if not message.is_verified:
        return {
            "tone": "ochre", "icon": "alert", "title": _("The sender is not verified."),
            "text": _("Somebody else may have written this. The requester does not see it."),
        }  # fmt: skip
    return None
