"""Words and files: the reply, the note, and uploads that wait for them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.kernel.errors import Conflict, Invalid, OlmoError
from olmo.kernel.middleware import status_of
from olmo.people.models import Person
from olmo.tickets import actions, queries
from olmo.tickets.actions import NewMessage
from olmo.tickets.files import NoSpace
from olmo.tickets.models import Attachment, HoldReason, Ticket

from .composer import Draft
from .filters import clients
from .forms.values import Addresses
from .shell import DeskRequest, SeeOther, agents
from .ticket import whole

Sender = Callable[[Person, Ticket, Draft], str]


@require_POST
@agents
def replies(request: DeskRequest, number: int) -> HttpResponse:
    """Send the reply; with `send` "resolve" or "wait" the ticket is resolved, or waits for the requester."""
    sending = _SENDING.get(request.POST.get("send", "reply"), _reply)
    return _written(request, number, "reply", sending)


@require_POST
@agents
def notes(request: DeskRequest, number: int) -> HttpResponse:
    """Add the internal note."""
    return _written(request, number, "note", _note)


@require_POST
@agents
def uploads(request: DeskRequest) -> HttpResponse:
    """Keep one file (`file`) as a draft until a message is sent: {"id", "name", "size"}, or 4xx {"error"}."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return JsonResponse({"error": _("There was no file.")}, status=422)
    try:
        with transaction.atomic():
            kept = keep(request.person, file, _client_of(request))
    except OlmoError as refusal:
        return JsonResponse({"error": str(refusal.message)}, status=status_of(refusal))
    return JsonResponse({"id": kept.pk, "name": kept.name, "size": kept.size})


def keep(by: Person, file: "UploadedFile[Any]", client_id: int) -> Attachment:
    """An uploaded file as a draft attachment. Raises Invalid (too large), NoSpace."""
    return actions.attach(
        by=by, client_id=client_id, name=file.name or "", media_type=file.content_type or "", chunks=file.chunks(),
        size=file.size or 0,
    )  # fmt: skip


def _written(request: DeskRequest, number: int, kind: str, sending: Sender) -> HttpResponse:
    """Send a draft; when that is refused, show the ticket with everything that was typed, and why."""
    ticket = queries.by_number(request.person, number)
    draft = Draft.read(request, kind)
    try:
        keep_files(request, draft, ticket.client_id)
        with transaction.atomic():
            said = sending(request.person, ticket, draft)
    except (Invalid, Conflict, NoSpace) as refusal:
        draft.refuse(refusal, request.person, ticket)
        return whole(request, queries.by_number(request.person, number), draft=draft, status=status_of(refusal))
    messages.success(request, said)
    return SeeOther(reverse("desk:ticket", args=[number]))


def keep_files(request: DeskRequest, draft: Draft, client_id: int) -> None:
    """Files that came with the form itself (without scripts) become drafts at once, so that a refusal keeps them."""
    for file in request.FILES.getlist("files"):
        with transaction.atomic():
            draft.uploads.append(keep(request.person, file, client_id).pk)


def _reply(by: Person, ticket: Ticket, draft: Draft) -> str:
    actions.reply(ticket, by=by, message=_message(draft), seen=draft.seen)
    return _("Sent to %(name)s") % {"name": ticket.requester.name}


def _resolve(by: Person, ticket: Ticket, draft: Draft) -> str:
    if not draft.text.strip() and not draft.uploads:
        raise Invalid("text", _("Write something first."))
    actions.resolve(ticket, by=by, code=draft.code, message=_message(draft), seen=draft.seen)
    return _("Sent to %(name)s, and resolved") % {"name": ticket.requester.name}


def _wait(by: Person, ticket: Ticket, draft: Draft) -> str:
    actions.reply(ticket, by=by, message=_message(draft), seen=draft.seen)
    actions.hold(ticket, by=by, reason=HoldReason.REQUESTER)
    return _("Sent to %(name)s; the ticket waits for the answer") % {"name": ticket.requester.name}


def _note(by: Person, ticket: Ticket, draft: Draft) -> str:
    actions.note(ticket, by=by, message=NewMessage(text=draft.text, uploads=draft.uploads))
    return _("Note added")


_SENDING: dict[str, Sender] = {"reply": _reply, "resolve": _resolve, "wait": _wait}


def _message(draft: Draft) -> NewMessage:
    return NewMessage(text=draft.text, cc=_copies(draft.cc or ""), uploads=draft.uploads)


def _copies(text: str) -> list[str]:
    try:
        return Addresses(required=False).clean(text)
    except ValidationError as error:
        raise Invalid("cc", " ".join(error.messages)) from error


def _client_of(request: DeskRequest) -> int:
    """The organisation whose draft it is: the ticket's; before there is one, the agent's first (it moves when it is sent)."""
    number = request.GET.get("ticket", "")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        return queries.by_number(request.person, int(number)).client_id
    first = clients(request.person).order_by("pk").values_list("pk", flat=True).first()
    if first is None:
        raise Conflict(_("There is no organisation yet."))
    return first
