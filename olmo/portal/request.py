"""One request: how far it is, what was said, and the requester's answer."""

from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel.errors import Conflict, Invalid, OlmoError
from olmo.kernel.markdown import as_html
from olmo.kernel.middleware import status_of
from olmo.people.answers import onward
from olmo.people.gate import for_requesters
from olmo.people.models import Person
from olmo.requests import queries as requests
from olmo.tickets import actions, pictures, policy, queries
from olmo.tickets.actions.values import checked_text
from olmo.tickets.models import Attachment, Channel, Message, ResolutionCode, Status, Ticket
from olmo.tickets.sentences import describe

from . import approving, expecting, progress, rating, tasks, uploads
from .shell import PortalRequest, page
from .words import paragraphs

# What the conversation says already is not said again among the events.
SAID = frozenset({"opened", "replied", "received"})


@dataclass
class Draft:
    """An answer that could not be sent: its words and files are kept."""

    text: str = ""
    ids: list[int] = field(default_factory=list)
    error: str = ""


@for_requesters
@require_safe
def ticket(request: HttpRequest, number: int) -> HttpResponse:
    """A request with its progress and conversation."""
    person = cast(PortalRequest, request).person
    found = queries.by_number(person, number)
    answer = _page(request, found)
    queries.mark_read(person, found)
    return answer


@for_requesters
@require_POST
def answers(request: HttpRequest, number: int) -> HttpResponse:
    """Words or files of the requester, or (`send`) that it is solved: close, that the solution holds: confirm, or not: reopen."""
    person = cast(PortalRequest, request).person
    found = queries.by_number(person, number)
    draft = Draft(text=request.POST.get("text", ""))
    sending = _SENDING.get(request.POST.get("send", ""), _reply)
    try:
        draft.ids = uploads.sent_with(request)
        with transaction.atomic():
            said = sending(person, found, draft)
    except (Invalid, Conflict) as refusal:
        return _refused(request, number, draft, refusal)
    messages.success(request, said)
    return onward(reverse("portal:ticket", args=[number]))


def _refused(request: HttpRequest, number: int, draft: Draft, refusal: OlmoError) -> HttpResponse:
    """The page as it is now, with everything that was typed."""
    draft.error = str(refusal.message)
    found = queries.by_number(cast(PortalRequest, request).person, number)
    return _page(request, found, draft, status=status_of(refusal))


def _reply(person: Person, ticket: Ticket, draft: Draft) -> str:
    if not draft.text.strip() and not draft.ids:
        raise Invalid("text", _("Write something first."))
    if policy.is_past(ticket):
        raise Conflict(_("This request was closed some time ago. Please report it as a new one; it will be linked."))
    actions.receive(ticket, by=person, message=_message(draft))
    return _("Sent")


def _close(person: Person, ticket: Ticket, draft: Draft) -> str:
    if draft.text.strip() or draft.ids:
        actions.receive(ticket, by=person, message=_message(draft), reopens=False)
    actions.close(ticket, by=person)
    return _("Good. The request is closed.")


def _confirm(person: Person, ticket: Ticket, draft: Draft) -> str:
    actions.confirm(ticket, by=person)
    return _("Good. The request is closed.")


def _reopen(person: Person, ticket: Ticket, draft: Draft) -> str:
    actions.take_up_again(ticket, by=person, message=_message(draft))
    return _("The request is open again.")


_SENDING = {"close": _close, "confirm": _confirm, "reopen": _reopen}


def _message(draft: Draft) -> actions.NewMessage:
    text = checked_text(draft.text) if draft.text.strip() else ""
    return actions.NewMessage(text=text, channel=Channel.PORTAL, uploads=draft.ids)


def _page(request: HttpRequest, ticket: Ticket, draft: Draft | None = None, *, status: int = 200) -> HttpResponse:
    person = cast(PortalRequest, request).person
    context = {
        "ticket": ticket,
        "topic": f"ticket:{ticket.pk}",
        "headline": progress.headline(ticket),
        "stages": progress.stages(ticket),
        "tasks": tasks.of(ticket),
        "merged": ticket.merged_into,
        "talk": _talk(person, ticket),
        "history": _history(person, ticket),
        "ordered": approving.beside(person, requests.of_ticket(ticket)) if ticket.service_id else None,
        "is_past": policy.is_past(ticket),
        "may_close": policy.may_close(person, ticket) and ticket.status == Status.RESOLVED,
        "answer": _answer(person, ticket, draft or Draft()),
        "rating": rating.beside(person, ticket),
        "expected": expecting.words(ticket) if ticket.is_active else [],
        "may_withdraw": policy.may_withdraw(person, ticket),
        "follow_url": f"{reverse('portal:new')}?follows={ticket.number}",
    }
    return page(request, "portal/request.html", context, status=status)


def _talk(person: Person, ticket: Ticket) -> list[dict[str, Any]]:
    found = queries.messages(person, ticket).prefetch_related("attachments")
    return [_said(person, message) for message in found]


def _said(person: Person, message: Message) -> dict[str, Any]:
    """A message as look/talk.html prints it."""
    author = message.author
    desk = _("%(name)s, support") % {"name": author.name}
    return {
        "name": author.name, "kind": author.kind, "at": message.at,
        "by": _("You") if author.pk == person.pk else desk if message.is_from_desk else author.name,
        "body": _words(message) if not message.redacted_at else "",
        "quoted": paragraphs(message.quoted) if message.quoted.strip() else "",
        "attachments": [_file(file) for file in message.attachments.all() if not _stands_in(file, message)],
        "state": _("The content of this message was erased.") if message.redacted_at else "",
    }  # fmt: skip


def _words(message: Message) -> SafeString:
    return as_html(message.text) if message.is_markdown else paragraphs(message.text)


def _stands_in(file: Attachment, message: Message) -> bool:
    """Whether a picture is shown in the words, so that it need not stand below them again."""
    return file.is_inline and message.is_markdown and file.pk in pictures.ids_in(message.text)


def _file(file: Attachment) -> dict[str, Any]:
    url = reverse("files:file", args=[file.pk, file.name])
    return {"name": file.name, "url": url, "size": file.size, "is_image": file.media_type.startswith("image/")}


def _history(person: Person, ticket: Ticket) -> list[dict[str, Any]]:
    """What happened, beside what was said: one sentence each, the newest first."""
    events = [event for event in queries.events(person, ticket) if event.kind not in SAID]
    sentences = describe(person, events)
    return [{"at": event.at, "words": words} for event, words in zip(events, sentences, strict=True)][::-1]


def _answer(person: Person, ticket: Ticket, draft: Draft) -> dict[str, Any]:
    """The context of look/answer_box.html."""
    name = ticket.assignee.first_name if ticket.assignee else ""
    return {
        "url": reverse("portal:answers", args=[ticket.number]),
        "draft_key": f"request:{ticket.number}:{person.pk}",
        "label": _("Write to %(name)s") % {"name": name} if name else _("Write to the support"),
        "button": _("Send to %(name)s") % {"name": name} if name else _("Send"),
        "text": draft.text, "error": draft.error,
        "extra": _further(person, ticket),
        **uploads.field(person, draft.ids),
    }  # fmt: skip


def _further(person: Person, ticket: Ticket) -> list[dict[str, str]]:
    """Other ways to end the form: only those that would work."""
    if not policy.may_close(person, ticket) or ticket.merged_into_id is not None:
        return []
    if ticket.is_active:
        return [{"name": "send", "value": "close", "label": _("It is solved: close")}]
    if ticket.resolution_code == ResolutionCode.WITHDRAWN:
        return [{"name": "send", "value": "reopen", "label": _("I need it after all: open it again")}]
    return [{"name": "send", "value": "reopen", "label": _("Not solved: open it again")}]
