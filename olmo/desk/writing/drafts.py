"""Drafts: one's list of them, the page of one, and what may be done with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from olmo.kernel import spoken
from olmo.kernel.errors import Conflict, Invalid, Words
from olmo.kernel.middleware import status_of
from olmo.kernel.text import whole_number
from olmo.people.models import Person
from olmo.tickets.log import Stale
from olmo.tickets.models import Attachment, Ticket
from olmo.writing import drafting, hints, queries, sending, sharing
from olmo.writing.drafting import Content
from olmo.writing.models import Draft, Kind

from ..forms.values import colleagues
from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import AnyView, DeskRequest, SeeOther, agents, page
from . import carried

_COLUMNS: Columns = {
    "ticket.number": gettext_lazy("Ticket"), "ticket.subject": gettext_lazy("Subject"),
    "draft.author.name": gettext_lazy("Author"), "draft.get_kind_display": gettext_lazy("Kind"),
    "state": gettext_lazy("State"), "draft.updated_at": gettext_lazy("Last change"),
    "draft.text": gettext_lazy("Text"),
}  # fmt: skip


@listing
@agents
def drafts(request: DeskRequest) -> HttpResponse:
    """One's own drafts and those that one is asked to approve, the newest first."""
    rows = [_row(request.person, draft) for draft in queries.mine(request.person)]
    table = Table(gettext_lazy("My drafts"), _COLUMNS, rows)
    return page_or_file(request, "desk/drafts.html", {"rows": rows}, table)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def draft(request: DeskRequest, pk: int) -> HttpResponse:
    """One draft: to be read, changed, approved, given back. POST does what the pressed button (`act`) says."""
    found = queries.by_id(request.person, pk)
    if request.method != "POST":
        return _shown(request, found)
    act = request.POST.get("act", "save")
    try:
        with transaction.atomic():
            said = _ACTS.get(act, _save)(request, found)
    except (Invalid, Conflict) as refusal:
        return _refused(request, found, refusal)
    messages.success(request, said)
    if act == "save":
        return SeeOther(reverse("desk:draft", args=[pk]))
    return SeeOther(reverse("desk:ticket", args=[found.ticket.number]))


def press(verb: Callable[[DeskRequest, Draft], object], said: Words) -> AnyView[[int]]:
    """The view of a change of a draft that needs no words: back to its ticket, a refusal as a toast."""

    @require_POST
    @agents
    def view(request: DeskRequest, pk: int) -> HttpResponse:
        found = queries.visible_to(request.person).select_related("ticket").filter(pk=pk).first()
        number = whole_number(request.POST.get("ticket") or request.GET.get("ticket", ""))
        if found is None and number is not None:  # it has left while the page was open
            messages.error(request, _("It was sent already; it cannot be taken back any more."))
            return SeeOther(reverse("desk:ticket", args=[number]))
        found = queries.by_id(request.person, pk)
        try:
            with transaction.atomic():
                verb(request, found)
        except (Conflict, Invalid) as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, str(said))
        return SeeOther(reverse("desk:ticket", args=[found.ticket.number]))

    return view


take_back = press(
    lambda request, found: sending.take_back(found, by=request.person),
    gettext_lazy("Taken back. It is a draft again, as it was."),
)
send_waiting = press(lambda request, found: sending.send_waiting(found, by=request.person), gettext_lazy("Sent"))
withdraw = press(
    lambda request, found: sharing.withdraw(found, by=request.person), gettext_lazy("The reply is yours again.")
)


def cards(viewer: Person, ticket: Ticket, found: list[Draft]) -> list[dict[str, Any]]:
    """What waits on a ticket: replies about to leave, what colleagues share, and why an own draft came back."""
    shown = [draft for draft in found if not _is_plain(viewer, draft)]
    files = queries.files_of(shown)
    return [_card(viewer, ticket, draft, files[draft.pk]) for draft in shown]


def _is_plain(viewer: Person, draft: Draft) -> bool:
    """One's own open draft, of which there is nothing to say: it stands in the composer."""
    return draft.author_id == viewer.pk and draft.is_open and not draft.stopped and not draft.remark


def _card(viewer: Person, ticket: Ticket, draft: Draft, files: list[Attachment]) -> dict[str, Any]:
    is_own = draft.author_id == viewer.pk
    return {
        "pk": draft.pk, "title": _title(viewer, draft), "is_own": is_own, "kind": draft.kind, "body": carried.body(draft, files),
        "leaves_at": draft.send_at, "is_scheduled": draft.is_scheduled, "number": ticket.number,
        "then": draft.get_then_display() if draft.then != "reply" else "",
        "name": draft.author.name, "remark": draft.remark, "stopped": draft.stopped, "is_open": draft.is_open,
        "files": carried.shown(files),
        "is_asked": draft.approver_id == viewer.pk, "is_given": draft.approver_id is not None,
    }  # fmt: skip


def _title(viewer: Person, draft: Draft) -> str:
    is_own = draft.author_id == viewer.pk
    if draft.send_at is not None:
        return _leaving(draft, is_own=is_own)
    if draft.approver is not None:
        words = {"name": draft.author.name, "approver": draft.approver.name}
        if draft.approver_id == viewer.pk:
            return _("%(name)s asks you to approve this reply") % words
        return _("%(approver)s is asked to approve the reply of %(name)s") % words
    if is_own:
        return _("Your reply was not sent") if draft.stopped else _("Your reply was given back")
    return _("%(name)s shares a draft") % {"name": draft.author.name}


def _leaving(draft: Draft, *, is_own: bool) -> str:
    assert draft.send_at is not None
    words = {"name": draft.author.name, "moment": spoken.moment(draft.send_at), "partner": draft.supplier}
    if draft.kind == Kind.PARTNER:
        own, other = (
            _("Your message to %(partner)s is about to leave"),
            _("A message of %(name)s to %(partner)s is about to leave"),
        )
    elif draft.is_scheduled:
        own, other = _("Your reply leaves %(moment)s"), _("A reply of %(name)s leaves %(moment)s")
    else:
        own, other = _("Your reply is about to leave"), _("A reply of %(name)s is about to leave")
    return (own if is_own else other) % words


def _row(viewer: Person, draft: Draft) -> dict[str, Any]:
    is_plain = draft.author_id == viewer.pk and draft.is_open
    url = reverse("desk:ticket", args=[draft.ticket.number]) if is_plain else reverse("desk:draft", args=[draft.pk])
    words = draft.stopped or (_("Given back: %(word)s") % {"word": draft.remark} if draft.remark and is_plain else "")
    return {
        "draft": draft, "url": url, "ticket": draft.ticket, "state": "" if is_plain else _title(viewer, draft),
        "excerpt": " ".join(draft.text.split())[:200], "wrong": words,
    }  # fmt: skip


def _shown(request: DeskRequest, draft: Draft, *, status: int = 200, **more: Any) -> HttpResponse:
    viewer, ticket = request.person, draft.ticket
    is_own = draft.author_id == viewer.pk
    is_plain = is_own and draft.is_open
    files = queries.files_of([draft])[draft.pk]
    context = {
        "draft": draft, "ticket": ticket, "back_url": reverse("desk:ticket", args=[ticket.number]),
        "title": _("Your draft") if is_plain else _title(viewer, draft), "body": carried.body(draft, files), "is_own": is_own,
        "files": carried.shown(files), "is_asked": draft.approver_id == viewer.pk,
        "may_edit": draft.send_at is None and draft.approver_id in (None, viewer.pk),
        "colleagues": [person for person in colleagues(ticket) if person.pk != viewer.pk] if is_plain else [],
        "hints": hints.of_draft(ticket, draft), "seen": ticket.version, "text": draft.text, "to": draft.to, "cc": draft.cc,
        "revision": draft.revision, "errors": {}, **more,
    }  # fmt: skip
    return page(request, "desk/draft.html", context, status=status)


def _refused(request: DeskRequest, draft: Draft, refusal: Invalid | Conflict) -> HttpResponse:
    """The page with what was typed and why it was not done."""
    sent = request.POST
    field = refusal.field if isinstance(refusal, Invalid) else ""
    fresh = (
        queries.visible_to(request.person)
        .select_related("ticket__requester", "ticket__client")
        .filter(pk=draft.pk)
        .first()
    )
    revision = (
        fresh.revision if fresh and isinstance(refusal, drafting.Moved) else whole_number(sent.get("revision", "")) or 0
    )
    typed = {name: sent.get(name, "") for name in ("text", "to", "cc", "word")}
    return _shown(
        request, fresh or draft, status=status_of(refusal), errors={field or "all": str(refusal.message)}, revision=revision,
        is_stale=isinstance(refusal, Stale), **typed,
    )  # fmt: skip


def _content(request: DeskRequest, draft: Draft) -> Content:
    sent = request.POST
    return Content(
        text=sent.get("text", ""), to=sent.get("to", ""), cc=sent.get("cc", ""), code=draft.code, uploads=tuple(draft.uploads),
        revision=whole_number(sent.get("revision", "")) or 0,
    )  # fmt: skip


def _save(request: DeskRequest, draft: Draft) -> str:
    drafting.edit(draft, by=request.person, content=_content(request, draft))
    return _("The draft is saved.")


def _approve(request: DeskRequest, draft: Draft) -> str:
    seen = whole_number(request.POST.get("seen", ""))
    sharing.approve(draft, by=request.person, content=_content(request, draft), seen=seen)
    return _("Approved, and sent in the name of %(name)s") % {"name": draft.author.name}


def _give_back(request: DeskRequest, draft: Draft) -> str:
    if draft.text != request.POST.get("text", draft.text):
        drafting.edit(draft, by=request.person, content=_content(request, draft))
    sharing.give_back(draft, by=request.person, word=request.POST.get("word", ""))
    return _("Given back to %(name)s") % {"name": draft.author.name}


def _ask(request: DeskRequest, draft: Draft) -> str:
    chosen = whole_number(request.POST.get("approver", ""))
    approver = colleagues(draft.ticket).filter(pk=chosen).first() if chosen is not None else None
    if approver is None:
        raise Invalid("approver", _("Choose a colleague who may see this ticket."))
    drafting.edit(draft, by=request.person, content=_content(request, draft))
    sharing.ask(draft, by=request.person, approver=approver, word=request.POST.get("word", ""))
    return _("%(name)s is asked to approve the reply.") % {"name": approver.name}


def _discard(request: DeskRequest, draft: Draft) -> str:
    drafting.discard(draft, by=request.person)
    return _("The draft is gone.")


_ACTS: dict[str, Callable[[DeskRequest, Draft], str]] = {
    "save": _save, "approve": _approve, "return": _give_back, "ask": _ask, "discard": _discard,
}  # fmt: skip
