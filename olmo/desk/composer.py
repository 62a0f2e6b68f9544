"""What the composer of a ticket shows: two drafts, who will read each, and what was typed when an answer could not be sent."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from olmo.kernel.errors import Invalid, OlmoError
from olmo.kernel.spoken import size
from olmo.people.models import Person
from olmo.tickets import conversation
from olmo.tickets.conversation import Said
from olmo.tickets.log import Stale
from olmo.tickets.models import Attachment, ResolutionCode, Ticket

from .forms.working import usual_code
from .timeline import said

MOST_STALE = 20


@dataclass
class Draft:
    """What an agent typed and has not sent. `errors` by field; `stale` are the messages that came meanwhile."""

    kind: str = "reply"
    reply_text: str = ""
    note_text: str = ""
    cc: str | None = None
    code: str = ""
    seen: int | None = None
    uploads: list[int] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    stale: list[Said] = field(default_factory=list)

    @classmethod
    def read(cls, request: HttpRequest, kind: str) -> "Draft":
        """The composer's fields as they were sent."""
        sent = request.POST
        return cls(
            kind=kind, reply_text=sent.get("reply_text", ""), note_text=sent.get("note_text", ""), cc=sent.get("cc", ""),
            code=sent.get("code", ""), seen=_number(sent.get("seen", "")),
            uploads=[n for n in map(_number, sent.getlist("upload")) if n is not None],
        )  # fmt: skip

    @property
    def text(self) -> str:
        """The words of the draft that is being sent; the other draft is never touched."""
        return self.note_text if self.kind == "note" else self.reply_text

    def refuse(self, refusal: OlmoError, viewer: Person, ticket: Ticket) -> None:
        """Remember why it was not sent, and what came meanwhile."""
        field_name = refusal.field if isinstance(refusal, Invalid) else ""
        self.errors[{"text": f"{self.kind}_text"}.get(field_name, field_name)] = str(refusal.message)
        if isinstance(refusal, Stale):
            ids = [event.data["message"] for event in refusal.events if event.data.get("message")]
            self.stale = conversation.messages(viewer, ticket, limit=MOST_STALE, only=ids)
            self.errors = {} if self.stale else self.errors


def composer(viewer: Person, ticket: Ticket, draft: Draft | None, copies: list[str]) -> dict[str, Any]:
    """The context of desk/composer.html. copies: who was in copy of the newest message."""
    if ticket.merged_into_id is not None and ticket.merged_into is not None:
        return {"closed": _merged(ticket.merged_into)}
    draft = draft or Draft()
    own = (ticket.requester.email or "").lower()
    typed = ", ".join(c for c in copies if c.lower() != own) if draft.cc is None else draft.cc
    first = ticket.requester.first_name
    errors = draft.errors
    return {
        "reply_url": reverse("desk:replies", args=[ticket.number]),
        "note_url": reverse("desk:notes", args=[ticket.number]),
        "draft_key": f"ticket:{ticket.number}:{viewer.pk}",
        "seen": ticket.version,
        "as_": draft.kind,
        "reply_text": draft.reply_text,
        "note_text": draft.note_text,
        "reply_error": errors.get("reply_text", ""),
        "note_error": errors.get("note_text", ""),
        "cc_error": errors.get("cc", ""),
        "files_error": errors.get("files", ""),
        "error": next((e for name, e in errors.items() if name not in _FIELDS), ""),
        "stale": _stale(ticket, draft),
        "to": ticket.requester.name,
        "cc": typed,
        "reply_label": send_label(first, len(typed.replace(",", " ").split())),
        "to_template": _("Send to {name}").format(name=first),
        "note_readers": _("Agents only. The requester never sees it."),
        "note_label": _("Add note for agents"),
        "codes": ResolutionCode.choices,
        "code": draft.code or usual_code(ticket),
        "upload_url": f"{reverse('desk:uploads')}?ticket={ticket.number}",
        "uploads": uploads(viewer, draft),
        "max_size": size(settings.OLMO_MAX_UPLOAD_BYTES),
    }


_FIELDS = ("reply_text", "note_text", "cc", "files")


def send_label(name: str, copies: int) -> str:
    """The button names its readers: "Send to Giulia + 1"."""
    words = _("Send to {name}").format(name=name)
    return f"{words} + {copies}" if copies else words


def _stale(ticket: Ticket, draft: Draft) -> dict[str, Any] | None:
    if not draft.stale:
        return None
    title = ngettext("Somebody was faster", "Somebody was faster: %(n)d new messages", len(draft.stale))
    return {
        "title": title % {"n": len(draft.stale)},
        "says": [said(ticket, message) for message in draft.stale],
    }


def uploads(viewer: Person, draft: Draft) -> list[dict[str, Any]]:
    """The files of a draft that are kept already, as look/uploads.html prints them."""
    if not draft.uploads:
        return []
    rows = Attachment.objects.filter(pk__in=draft.uploads, uploader=viewer, message=None)
    return [{"id": row.pk, "name": row.name, "size": row.size} for row in rows]


def _merged(into: Ticket) -> dict[str, str]:
    return {
        "text": _("This ticket was merged into another one; the conversation goes on there."),
        "url": reverse("desk:ticket", args=[into.number]),
        "label": _("Open ticket %(number)s") % {"number": into.number},
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
