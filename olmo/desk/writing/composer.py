"""What the composer of a ticket shows: a draft for each kind of reader, and what was typed when one could not be sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid, OlmoError, Words
from olmo.kernel.spoken import size
from olmo.kernel.text import whole_number, whole_numbers
from olmo.people.models import Person
from olmo.tickets import conversation
from olmo.tickets.conversation import Said
from olmo.tickets.log import Stale
from olmo.tickets.models import Attachment, ResolutionCode, Ticket
from olmo.tickets.signatures import Whose, signature_for
from olmo.writing import translating
from olmo.writing.drafting import Content, ForPartner, Moved
from olmo.writing.models import Draft, Kind

from ..forms.working import usual_code
from ..ticket.timeline import Timeline, said
from . import minutes, partnering
from .moments import presets

MOST_STALE = 20


# The fields of each text's files.
BOXES: Mapping[str, dict[str, str]] = {
    Kind.REPLY: {"upload_name": "upload", "files_name": "files", "upload_id": "files"},
    Kind.NOTE: {"upload_name": "note_upload", "files_name": "note_files", "upload_id": "note-files"},
    Kind.PARTNER: {"upload_name": "partner_upload", "files_name": "partner_files", "upload_id": "partner-files"},
}


@dataclass
class Typed:
    """What an agent typed and has not sent. `errors` by field; `stale` are the messages that came meanwhile."""

    kind: str = "reply"
    texts: dict[str, str] = field(default_factory=dict)
    to: str | None = None
    cc: str | None = None
    code: str = ""
    seen: int | None = None
    writer: str = ""
    revisions: dict[str, int] = field(default_factory=dict)
    uploads: dict[str, list[int]] = field(default_factory=dict)  # of each kind its own
    partner: ForPartner = field(default_factory=ForPartner)
    work: dict[str, minutes.Work] = field(default_factory=dict)  # of each kind its own
    errors: dict[str, str] = field(default_factory=dict)
    stale: list[Said] = field(default_factory=list)
    is_shared: bool = False

    @classmethod
    def read(cls, request: HttpRequest, kind: str) -> "Typed":
        """The composer's fields as they were sent."""
        sent = request.POST
        return cls(
            kind=kind, texts={name: sent.get(f"{name}_text", "") for name in Kind.values}, to=sent.get("to", ""),
            cc=sent.get("cc", ""), code=sent.get("code", ""), seen=whole_number(sent.get("seen", "")),
            writer=sent.get("writer", ""), partner=partnering.read(sent), work=minutes.read(sent),
            revisions={name: whole_number(sent.get(f"{name}_revision", "")) or 0 for name in Kind.values},
            uploads={name: whole_numbers(sent.getlist(BOXES[name]["upload_name"])) for name in Kind.values},
        )  # fmt: skip

    @classmethod
    def saved(cls, drafts: Iterable[Draft]) -> "Typed":
        """What was being written when the page was left: one's own open drafts."""
        known = {draft.kind: draft for draft in drafts}
        typed = cls(kind=next((kind for kind in Kind.values if kind in known), Kind.REPLY))
        if reply := known.get(Kind.REPLY):
            typed.to, typed.cc, typed.code, typed.is_shared = reply.to, reply.cc, reply.code, reply.is_shared
        if asked := known.get(Kind.PARTNER):
            typed.partner = partnering.kept(asked)
        typed.texts = {kind: draft.text for kind, draft in known.items()}
        typed.revisions = {kind: draft.revision for kind, draft in known.items()}
        typed.work = {kind: dict(draft.work) for kind, draft in known.items()}
        typed.uploads = {kind: list(draft.uploads) for kind, draft in known.items()}
        return typed

    @property
    def text(self) -> str:
        """The words of the draft that is being sent; the other drafts are never touched."""
        return self.texts.get(self.kind, "")

    @property
    def files(self) -> list[int]:
        """The files of the draft that is being sent."""
        return self.uploads.get(self.kind, [])

    def content(self, ticket: Ticket) -> Content:
        """The draft that is being sent, to be kept."""
        is_reply = self.kind == Kind.REPLY
        own = (ticket.requester.email or "").lower()
        to = (self.to or "").strip()
        return Content(
            text=self.text, to=to if is_reply and to.lower() != own else "", cc=(self.cc or "") if is_reply else "",
            code=self.code, uploads=tuple(dict.fromkeys(self.files)), revision=self.revisions.get(self.kind, 0),
            writer=self.writer, partner=self.partner if self.kind == Kind.PARTNER else None, work=self.work.get(self.kind),
        )  # fmt: skip

    def refuse(self, refusal: OlmoError, viewer: Person, ticket: Ticket) -> None:
        """Remember why it was not sent, and what came meanwhile."""
        field_name = refusal.field if isinstance(refusal, Invalid) else ""
        own = {
            "text": f"{self.kind}_text",
            "minutes": f"{self.kind}_minutes",
            **(partnering.FIELDS if self.kind == Kind.PARTNER else {}),
        }
        self.errors[own.get(field_name, field_name)] = str(refusal.message)
        if isinstance(refusal, Moved):  # a second press goes on from what is saved now
            self.revisions[self.kind] = refusal.draft.revision if refusal.draft else 0
        if isinstance(refusal, Stale):
            ids = [event.data["message"] for event in refusal.events if event.data.get("message")]
            self.stale = conversation.messages(viewer, ticket, limit=MOST_STALE, only=ids)
            self.errors = {} if self.stale else self.errors


def composer(
    viewer: Person, ticket: Ticket, typed: Typed, told: Timeline, also: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:  # fmt: skip
    """The context of desk/composer.html. also: what was answered for signature_for (signatures), partners.offered (offered), and
    worklog.queries.choices (work).
    """
    if ticket.merged_into_id is not None and ticket.merged_into is not None:
        return {"closed": _merged(ticket.merged_into)}
    own = ticket.requester.email or ""
    cc = ", ".join(c for c in told.copies if c.lower() != own.lower()) if typed.cc is None else typed.cc
    errors = typed.errors
    partner = partnering.shown(ticket, typed.partner, told.rows, also.get("offered"))
    kinds = [kind for kind in Kind.values if kind != Kind.PARTNER or partner]
    return {
        "reply_url": reverse("desk:replies", args=[ticket.number]),
        "note_url": reverse("desk:notes", args=[ticket.number]),
        "draft_key": f"ticket:{ticket.number}:{viewer.pk}",
        "seen": ticket.version,
        "as_": typed.kind if typed.kind in kinds else Kind.REPLY,
        "reply_text": typed.texts.get(Kind.REPLY, ""),
        "note_text": typed.texts.get(Kind.NOTE, ""),
        "partner_text": typed.texts.get(Kind.PARTNER, ""),
        "partner": partner,
        "revisions": {kind: typed.revisions.get(kind, 0) for kind in Kind.values},
        "wrong": {name: errors.get(name, "") for name in _FIELDS},
        "error": next((e for name, e in errors.items() if name not in _FIELDS), ""),
        "is_shared": typed.is_shared,
        "stale": _stale(ticket, typed),
        "to": typed.to or own,
        "to_name": ticket.requester.name,
        "own": own,
        "cc": cc,
        **_sending(ticket, typed, cc),
        "signature": _signature(ticket, viewer, also.get("signatures")),
        "note_readers": _("Agents only. The requester never sees it."),
        "translate": translating.into(ticket),
        "note_label": _("Add note for agents"),
        "upload_url": f"{reverse('desk:uploads')}?ticket={ticket.number}",
        "works": [
            minutes.shown(kind, typed.work.get(kind, {}), errors.get(f"{kind}_minutes", ""), also.get("work"))
            for kind in kinds
        ],
        "boxes": [_box(kind, ticket, viewer, typed) for kind in kinds],
        "max_size": size(settings.OLMO_MAX_UPLOAD_BYTES),
    }


_FIELDS = (
    "reply_text", "note_text", "partner_text", "supplier", "messages", "attached", "to", "cc", "files", "send_at", "approver",
    "word", "reply_minutes", "note_minutes", "partner_minutes",
)  # fmt: skip


def _sending(ticket: Ticket, typed: Typed, cc: str) -> dict[str, Any]:
    """The ways in which a reply may leave."""
    first = ticket.requester.first_name
    to = (typed.to or ticket.requester.email or "").split(",")[0].strip()
    is_own = not to or to.lower() == (ticket.requester.email or "").lower()
    others = len((typed.to or "").replace(",", " ").split()[1:]) + len(cc.replace(",", " ").split())
    return {
        "reply_label": send_label(first if is_own else to, others),
        "to_template": _("Send to {name}"),
        "first": first,
        "codes": _codes(get_language() or "en", typed.code or usual_code(ticket)),
        "presets": presets(),
    }


@lru_cache(maxsize=64)
def _codes(_language: str, chosen: str) -> SafeString:
    """The resolutions of a select. Only the language and the choice change them, so they are printed once."""
    return SafeString(
        "".join([
            f'<option value="{code}"{" selected" if code == chosen else ""}>{escape(str(label))}</option>'
            for code, label in ResolutionCode.choices
        ])
    )  # fmt: skip


_WHOSE: Mapping[Whose, Words] = {
    Whose.AGENT: gettext_lazy("Your signature"),
    Whose.TEAM: gettext_lazy("Signature of the team"),
    Whose.ORGANISATION: gettext_lazy("Signature for the organisation"),
    Whose.PROVIDER: gettext_lazy("Signature of the desk"),
}


def _signature(ticket: Ticket, viewer: Person, known: Any) -> dict[str, Any]:
    """What will stand under the mail, to be looked at before it leaves."""
    found = signature_for(ticket, viewer, known)
    change_url = f"{reverse('people:account')}#signature"
    if found is None:
        return {"text": "", "title": _("No signature"), "change_url": change_url}
    return {"text": found.text, "title": _WHOSE[found.whose], "change_url": change_url}


def send_label(name: str, copies: int) -> str:
    """The button names its readers: "Send to Giulia + 1"."""
    words = _("Send to {name}").format(name=name)
    return f"{words} + {copies}" if copies else words


def _stale(ticket: Ticket, typed: Typed) -> dict[str, Any] | None:
    if not typed.stale:
        return None
    title = ngettext("Somebody was faster", "Somebody was faster: %(n)d new messages", len(typed.stale))
    return {
        "title": title % {"n": len(typed.stale)},
        "says": [said(ticket, message) for message in typed.stale],
    }


def _box(kind: str, ticket: Ticket, viewer: Person, typed: Typed) -> dict[str, Any]:
    """The files of one of the texts: what is given to one never goes with another."""
    label, url = _MOVES[kind]
    return {
        "kind": kind, "uploads": uploads(viewer, typed.uploads.get(kind, [])), "move_label": label,
        "move_url": reverse(url, args=[ticket.number]), **BOXES[kind],
    }  # fmt: skip


_MOVES: Mapping[str, tuple[Words, str]] = {
    Kind.REPLY: (gettext_lazy("Move it to the note"), "desk:replies"),
    Kind.NOTE: (gettext_lazy("Move it to the reply"), "desk:notes"),
    Kind.PARTNER: (gettext_lazy("Move it to the reply"), "desk:partner"),
}


def uploads(viewer: Person, ids: list[int]) -> list[dict[str, Any]]:
    """The files of a draft that are kept already, as look/uploads.html prints them."""
    if not ids:
        return []
    rows = Attachment.objects.filter(pk__in=ids, uploader=viewer, message=None)
    return [{"id": row.pk, "name": row.name, "size": row.size} for row in rows]


def _merged(into: Ticket) -> dict[str, str]:
    return {
        "text": _("This ticket was merged into another one; the conversation goes on there."),
        "url": reverse("desk:ticket", args=[into.number]),
        "label": _("Open ticket %(number)s") % {"number": into.number},
    }
