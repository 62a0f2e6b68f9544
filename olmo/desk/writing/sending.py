"""Words and files: the reply, the note, their drafts, and uploads that wait for them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from olmo.kernel import clock, spoken, translator
from olmo.kernel.errors import Conflict, Invalid, NotFound, OlmoError, Words
from olmo.kernel.files import NoSpace
from olmo.kernel.middleware import status_of
from olmo.kernel.serving import SHOWN
from olmo.kernel.text import whole_number
from olmo.people.models import Person
from olmo.tickets import actions, queries
from olmo.tickets.models import Attachment, Ticket
from olmo.writing import drafting, hints, sending, sharing, translating
from olmo.writing.models import Draft, Kind, Then

from ..lists import following
from ..lists.filters import clients
from ..shell import DeskRequest, SeeOther, agents
from ..ticket.page import whole
from . import carried, moments
from .composer import BOXES, Typed

# What the pressed button means: from the saved draft to a sentence about what happened.
Act = Callable[[DeskRequest, Draft, Typed], str]


@require_POST
@agents
def replies(request: DeskRequest, number: int) -> HttpResponse:
    """Send the reply, or do with it what the pressed button (`send`) says."""
    if _pressed(request) in _ASIDE:
        return _ASIDE[_pressed(request)](request, number, Kind.REPLY)
    return _written(request, number, Kind.REPLY, _ACTS.get(_pressed(request), _send))


@require_POST
@agents
def notes(request: DeskRequest, number: int) -> HttpResponse:
    """Add the internal note, or only keep it (`send` "save")."""
    if _pressed(request) in _ASIDE:
        return _ASIDE[_pressed(request)](request, number, Kind.NOTE)
    return _written(request, number, Kind.NOTE, {"save": _save, "discard": _discard}.get(_pressed(request), _note))


@require_POST
@agents
def partner(request: DeskRequest, number: int) -> HttpResponse:
    """Send the message to the partner's desk, or only keep it (`send` "save")."""
    if _pressed(request) == "move":
        return _moved(request, number, Kind.PARTNER)
    return _written(request, number, Kind.PARTNER, {"save": _save, "discard": _discard}.get(_pressed(request), _ask))


@require_POST
@agents
def reply_draft(request: DeskRequest, number: int) -> HttpResponse:
    """Keep the reply as it stands: {"revision", "said", "hints"}; 409 with what is saved when another page wrote meanwhile."""
    return _kept(request, number, Kind.REPLY)


@require_POST
@agents
def note_draft(request: DeskRequest, number: int) -> HttpResponse:
    """The same for the note."""
    return _kept(request, number, Kind.NOTE)


@require_POST
@agents
def partner_draft(request: DeskRequest, number: int) -> HttpResponse:
    """The same for the message to a partner."""
    return _kept(request, number, Kind.PARTNER)


@require_POST
@agents
def uploads(request: DeskRequest) -> HttpResponse:
    """Keep one file (`file`) as a draft until a message is sent: {"id", "name", "size", "url" of a picture}, or 4xx {"error"}."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return JsonResponse({"error": _("There was no file.")}, status=422)
    try:
        with transaction.atomic():
            kept = keep(request.person, file, _client_of(request))
    except OlmoError as refusal:
        return JsonResponse({"error": str(refusal.message)}, status=status_of(refusal))
    shown = {"url": picture_url(kept)} if kept.media_type.lower() in SHOWN else {}
    return JsonResponse({"id": kept.pk, "name": kept.name, "size": kept.size, **shown})


def picture_url(file: Attachment) -> str:
    """The address of a picture as it can stand in Markdown, where a parenthesis would end it."""
    return reverse("files:file", args=[file.pk, file.name]).replace("(", "%28").replace(")", "%29")


def keep(by: Person, file: "UploadedFile[Any]", client_id: int) -> Attachment:
    """An uploaded file as a draft attachment. Raises Invalid (too large), NoSpace."""
    return actions.attach(
        by=by, client_id=client_id, name=file.name or "", media_type=file.content_type or "", chunks=file.chunks(),
        size=file.size or 0,
    )  # fmt: skip


def _written(request: DeskRequest, number: int, kind: str, act: Act) -> HttpResponse:
    """Save the draft and do what was asked; when that is refused, show the ticket with everything that was typed, and why."""
    ticket = queries.by_number(request.person, number)
    typed = Typed.read(request, kind)
    before = following.place(request, ticket)
    try:
        keep_files(request, typed, ticket.client_id)
        with transaction.atomic():
            draft = _saved(request.person, ticket, kind, typed)
            said = act(request, draft, typed)
    except (Invalid, Conflict, NoSpace) as refusal:
        typed.refuse(refusal, request.person, ticket)
        return whole(request, queries.by_number(request.person, number), typed=typed, status=status_of(refusal))
    if said:
        messages.success(request, said)
    return SeeOther(_onward(request, ticket, draft, before))


def _to_answers(request: DeskRequest, number: int, kind: str) -> HttpResponse:
    """Keep what is typed, however little, and go to the ready answers for it."""
    ticket, typed = queries.by_number(request.person, number), Typed.read(request, kind)
    try:
        keep_files(request, typed, ticket.client_id)
        drafting.save(ticket, by=request.person, kind=kind, content=typed.content(ticket))
    except (Invalid, Conflict, NoSpace) as refusal:
        typed.refuse(refusal, request.person, ticket)
        return whole(request, queries.by_number(request.person, number), typed=typed, status=status_of(refusal))
    return SeeOther(f"{reverse('desk:ticket_answers', args=[number])}?as={kind}")


def _moved(request: DeskRequest, number: int, kind: str) -> HttpResponse:
    """Move one file of this text to the other one ("move:12"), and keep both as they are typed."""
    ticket, typed = queries.by_number(request.person, number), Typed.read(request, kind)
    upload = whole_number(request.POST.get("send", "").partition(":")[2]) or 0
    try:
        keep_files(request, typed, ticket.client_id)
        with transaction.atomic():
            said = carried.move(request.person, ticket, typed, upload)
    except (Invalid, Conflict, NoSpace) as refusal:
        typed.refuse(refusal, request.person, ticket)
        return whole(request, queries.by_number(request.person, number), typed=typed, status=status_of(refusal))
    messages.success(request, said)
    return SeeOther(f"{reverse('desk:ticket', args=[number])}?as={kind}")


def _translated(request: DeskRequest, number: int, kind: str) -> HttpResponse:
    """Put the translation above the reply, and keep both as the draft; where there is none, keep the reply and say why.

    No transaction is open while the service is asked, so that nothing waits for it: files were kept by then, each in one of its
    own, and the draft follows.
    """
    if not translator.is_set() or kind != Kind.REPLY:
        raise NotFound
    ticket, typed = queries.by_number(request.person, number), Typed.read(request, kind)
    try:
        keep_files(request, typed, ticket.client_id)
        typed.texts[kind] = translating.of_reply(ticket, typed.text)
        drafting.save(ticket, by=request.person, kind=kind, content=typed.content(ticket))
    except (Invalid, Conflict, NoSpace) as refusal:
        typed.refuse(refusal, request.person, ticket)
        return whole(request, queries.by_number(request.person, number), typed=typed, status=status_of(refusal))
    messages.success(
        request, _("Translated by a machine; your own words stand below the line. Read both before you send.")
    )
    return SeeOther(f"{reverse('desk:ticket', args=[number])}?as={kind}")


# What is done with the text as it stands, without sending it.
_ASIDE: dict[str, Callable[[DeskRequest, int, str], HttpResponse]] = {
    "answers": _to_answers, "move": _moved, "translate": _translated,
}  # fmt: skip


def _saved(by: Person, ticket: Ticket, kind: str, typed: Typed) -> Draft:
    """What is sent is saved first, so that there is one way out. Raises Invalid (nothing was written)."""
    draft = drafting.save(ticket, by=by, kind=kind, content=typed.content(ticket))
    if draft is None:
        raise Invalid("text", _("Write something first."))
    return draft


def _pressed(request: DeskRequest) -> str:
    """The act of the pressed button: "schedule:<moment>" is one of the moments that are offered."""
    return request.POST.get("send", "reply").partition(":")[0]


def _onward(request: DeskRequest, ticket: Ticket, draft: Draft, before: following.Place | None) -> str:
    """Where the author goes: to the page of approval, to the next ticket, mostly as they chose."""
    pressed = _pressed(request)
    if pressed == "approval":
        return reverse("desk:draft", args=[draft.pk])
    if pressed == "next":
        return following.onward(request, ticket)
    if pressed in (Then.RESOLVE, Then.WAIT):
        return following.url(request, ticket, before)
    return reverse("desk:ticket", args=[ticket.number])


def _kept(request: DeskRequest, number: int, kind: str) -> HttpResponse:
    ticket = queries.by_number(request.person, number)
    content = Typed.read(request, kind).content(ticket)
    try:
        draft = drafting.save(ticket, by=request.person, kind=kind, content=content)
    except drafting.Moved as moved:
        now = (
            {"text": moved.draft.text, "revision": moved.draft.revision} if moved.draft else {"text": "", "revision": 0}
        )
        return JsonResponse({**now, "error": str(moved.message)}, status=409)
    except OlmoError as refusal:
        return JsonResponse({"error": str(refusal.message)}, status=status_of(refusal))
    said = _("Saved at %(time)s") % {"time": spoken.hours(clock.now())} if draft else ""
    found = hints.of_draft(ticket, draft) if draft else []
    return JsonResponse({"revision": draft.revision if draft else 0, "said": said, "hints": found})


def keep_files(request: DeskRequest, typed: Typed, client_id: int) -> None:
    """Files that came with the form itself (without scripts) become drafts at once, so that a refusal keeps them."""
    for kind, names in BOXES.items():
        for file in request.FILES.getlist(names["files_name"]):
            with transaction.atomic():
                typed.uploads.setdefault(kind, []).append(keep(request.person, file, client_id).pk)


def _send(request: DeskRequest, draft: Draft, typed: Typed) -> str:
    """At once, or after the moment in which the author may still take it back."""
    name = draft.ticket.requester.name
    draft.then = _pressed(request) if _pressed(request) in Then.values else Then.REPLY
    draft.save(update_fields=["then"])
    if seconds := request.person.undo_seconds:
        at = clock.now() + timedelta(seconds=seconds)
        sending.queue(draft, by=request.person, at=at, is_scheduled=False, seen=typed.seen)
        return _waits(request, draft, _("Leaves in %(n)d seconds; until then you can take it back.") % {"n": seconds})
    sending.send(draft, by=request.person, seen=typed.seen)
    return str(_SAID[draft.then]) % {"name": name}


def _note(request: DeskRequest, draft: Draft, typed: Typed) -> str:
    sending.send(draft, by=request.person)
    return _("Note added")


def _ask(request: DeskRequest, draft: Draft, typed: Typed) -> str:
    """To a partner's desk, at once or after the moment in which the author may still take it back."""
    words = {"name": draft.supplier}
    if seconds := request.person.undo_seconds:
        at = clock.now() + timedelta(seconds=seconds)
        sending.queue(draft, by=request.person, at=at, is_scheduled=False, seen=typed.seen)
        return _waits(request, draft, _("Leaves in %(n)d seconds; until then you can take it back.") % {"n": seconds})
    sending.send(draft, by=request.person, seen=typed.seen)
    return _("Sent to %(name)s. Their answer comes back here; the requester does not see it.") % words


def _save(request: DeskRequest, draft: Draft, typed: Typed) -> str:
    for hint in hints.of_draft(draft.ticket, draft):
        messages.warning(request, hint)
    return _("The draft is saved.")


def _schedule(request: DeskRequest, draft: Draft, typed: Typed) -> str:
    preset = request.POST.get("send", "").partition(":")[2]
    at = moments.read(preset or request.POST.get("send_at", ""))
    sending.queue(draft, by=request.person, at=at, is_scheduled=True, seen=typed.seen)
    return _waits(request, draft, _("Leaves %(moment)s") % {"moment": spoken.moment(at)})


def _waits(request: DeskRequest, draft: Draft, words: str) -> str:
    """Say when it leaves, with Undo: the author may be on another ticket by then."""
    url = f"{reverse('desk:draft_sending_end', args=[draft.pk])}?ticket={draft.ticket.number}"
    messages.success(request, words, extra_tags=f"undo:words:{url}")
    return ""


def _share(request: DeskRequest, draft: Draft, typed: Typed) -> str:
    sharing.share(draft, by=request.person, is_shared=True)
    return _("Colleagues see the draft on this ticket and may change it.")


def _unshare(request: DeskRequest, draft: Draft, typed: Typed) -> str:
    sharing.share(draft, by=request.person, is_shared=False)
    return _("The draft is yours alone again.")


def _prepare(request: DeskRequest, draft: Draft, typed: Typed) -> str:
    """It is saved; whom to ask is chosen on the draft's own page."""
    return ""


def _discard(request: DeskRequest, draft: Draft, typed: Typed) -> str:
    drafting.discard(draft, by=request.person)
    return _("The draft is gone.")


_ACTS: dict[str, Act] = {
    "reply": _send, "resolve": _send, "wait": _send, "save": _save, "schedule": _schedule, "share": _share,
    "unshare": _unshare, "approval": _prepare, "discard": _discard, "next": _send,
}  # fmt: skip

_SAID: dict[str, Words] = {
    Then.REPLY: gettext_lazy("Sent to %(name)s"),
    Then.RESOLVE: gettext_lazy("Sent to %(name)s, and resolved"),
    Then.WAIT: gettext_lazy("Sent to %(name)s; the ticket waits for the answer"),
}


def _client_of(request: DeskRequest) -> int:
    """The organisation whose draft it is: the ticket's; before there is one, the agent's first (it moves when it is sent)."""
    number = request.GET.get("ticket", "")
    if whole_number(number) is not None:
        return queries.by_number(request.person, int(number)).client_id
    first = clients(request.person).order_by("pk").values_list("pk", flat=True).first()
    if first is None:
        raise Conflict(_("There is no organisation yet."))
    return first
