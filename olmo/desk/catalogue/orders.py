"""The catalogue at work for agents: ordering for somebody, the order beside its ticket, and what agents are asked to approve."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.catalogue import queries
from olmo.catalogue.bilingual import said
from olmo.catalogue.models import Item
from olmo.guides.ordering import fills
from olmo.guides.queries import own_run
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.text import clean_line, whole_number
from olmo.people import queries as people
from olmo.people.models import Kind, Person
from olmo.requests import deciding, filling, ordering, policy, showing
from olmo.requests import queries as requests
from olmo.requests.models import Order
from olmo.status import queries as status
from olmo.status.showing import trouble
from olmo.tickets import actions
from olmo.tickets.choices import Channel
from olmo.tickets.models import Attachment
from olmo.tickets.policy import require
from olmo.tickets.queries import by_number

from .. import places
from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, SeeOther, agents, is_part, page

MOST_FOUND = 12
CHANNELS = (Channel.PHONE, Channel.COUNTER, Channel.DESK)


@require_safe
@agents
def whom(request: DeskRequest) -> HttpResponse:
    """For whom: a search for requesters; with one chosen (`for`), what can be ordered for them."""
    asker = _asker(request)
    words = clean_line(request.GET.get("q", ""), 100)
    if asker is None:
        found = _requesters(request.person, words) if words else []
        context = {"typed": words, "found": [(one, _url("desk:ordering", one)) for one in found]}
        return page(request, "desk/catalogue/whom.html", context)
    rows = queries.items(request.person, asker.client)
    items = queries.found(rows, words) if words else list(rows)
    services: dict[str, list[dict[str, Any]]] = {}
    known = status.troubled(asker.client_id)
    for item in items:
        url = f"{reverse('desk:order', args=[item.pk])}?{urlencode({'for': asker.pk})}"
        told: dict[str, Any] = {
            "url": url,
            "name": str(item),
            "text": said(item.summaries),
            "price": showing.price(item),
        }
        told["trouble"] = trouble(known.get(item.service_id))
        services.setdefault(str(item.service), []).append({**told, "delivery": showing.delivery(item)})
    return page(request, "desk/catalogue/offered.html", {"asker": asker, "typed": words, "services": services})


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def order(request: DeskRequest, pk: int) -> HttpResponse:
    """The form of an item, filled in for a requester."""
    asker = _asker(request)
    if asker is None or asker.client is None:
        raise NotFound
    item = queries.items(request.person, asker.client).filter(pk=pk).first()
    if item is None:
        raise NotFound
    around = _page(request, item, asker)
    if request.method != "POST":
        return _form(request, item, asker, filling.begin(around, fill=_filled(request, item)))
    found = filling.go_on(around, request.POST, request.FILES)
    if found.wanted is None:
        return _form(request, item, asker, found)
    channel = request.POST.get("channel", "")
    try:
        ticket = ordering.place_once(
            found.wanted, by=request.person, requester=asker, channel=channel if channel in CHANNELS else Channel.DESK
        )
    except (Invalid, Conflict) as refusal:
        found.notice, found.status = refusal.message, 409
        return _form(request, item, asker, found)
    for words in found.dropped:
        messages.info(request, words)
    messages.success(request, _("It was ordered for %(name)s.") % {"name": asker.name})
    return SeeOther(places.ticket(ticket.number))


@require_safe
@agents
def beside(request: DeskRequest, number: int) -> HttpResponse:
    """The order of a ticket: a part of the panel, or a page of its own."""
    found = _order(request.person, number)
    context = {"ticket": found.ticket, "back_url": places.ticket(number), **context_of(request.person, found)}
    if is_part(request):
        return render(request, "desk/catalogue/ordered.html#ordered", context)
    return page(request, "desk/catalogue/ordered.html", context)


def context_of(viewer: Person, found: Order) -> dict[str, Any]:
    """What agents read of an order: facts, answers with their files, approvals."""
    parts = requests.readable(found)
    return {
        "order": found, "facts": showing.facts(found), "parts": parts, "state": found.get_state_display(),
        "trail": showing.trail(requests.approvals(found)), "version": found.version, "person": viewer,
        "files": showing.files(found, viewer),
        "erased": requests.answers(found).erased_at is not None, "revisions": found.revision,
        "can_withdraw": found.ticket.is_active and policy.may_change(viewer, found),
        "can_change": policy.is_changeable(found) and policy.may_change(viewer, found),
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def change(request: DeskRequest, number: int) -> HttpResponse:
    """Change the answers, and say why."""
    found = _order(request.person, number)
    require(policy.may_change(request.person, found))
    before = requests.answers(found)
    around = replace(_page(request, found.item, found.ticket.requester), url=request.path, before=before)
    given = whole_number(request.POST.get("seen", ""), 8)
    seen = found.revision if given is None else given
    more: dict[str, Any] = {"order": found, "seen": seen, "reason": request.POST.get("reason", "")}
    if found.item.approval_steps.exists():
        more["approvals"] = "again" if ordering.asks_again(found, request.person) else "stay"
    if request.method != "POST":
        return _form(request, found.item, found.ticket.requester, filling.begin(around, before.content), **more)
    form = filling.go_on(around, request.POST, request.FILES)
    if form.wanted is not None and _is_changed(request, found, form, more):
        return SeeOther(places.ticket(number))
    return _form(request, found.item, found.ticket.requester, form, **more)


def _is_changed(request: DeskRequest, found: Order, form: filling.Filling, more: dict[str, Any]) -> bool:
    """Whether the answers were changed; else the form says why not."""
    assert form.wanted is not None
    try:
        ordering.change(found, form.wanted, by=request.person, seen=more["seen"], reason=more["reason"])
    except Invalid as refusal:
        form.status = 422
        if refusal.field == "reason":
            more["wrong_reason"] = refusal.message
        else:
            form.notice = refusal.message
        return False
    except Conflict as refusal:  # a second try begins from what is there now
        form.notice, form.status = refusal.message, 409
        more["seen"] = _order(request.person, found.ticket.number).revision
        return False
    for words in form.dropped:
        messages.info(request, words)
    messages.success(request, _("The answers were changed."))
    return True


@require_POST
@agents
def withdrawal(request: DeskRequest, number: int) -> HttpResponse:
    """End an order that is not needed any more."""
    try:
        ordering.withdraw(_order(request.person, number), by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The request was withdrawn."))
    return SeeOther(places.ticket(number))


_APPROVALS: Columns = {
    "order.ticket.number": gettext_lazy("Ticket"), "order.ticket.subject": gettext_lazy("Subject"),
    "approver.name": gettext_lazy("Approver"), "asked_at": gettext_lazy("When"), "get_decision_display": gettext_lazy("Decision"),
    "decided_at": gettext_lazy("Decided"), "decided_by.name": gettext_lazy("By"),
}  # fmt: skip
_MOST_DECIDED = 10_000  # of one's own decisions, in a file


@listing
@agents
def approvals(request: DeskRequest) -> HttpResponse:
    """What waits for the reader's word."""
    waiting = [
        {"approval": row, "url": reverse("desk:approval", args=[row.pk])}
        for row in requests.waiting_for(request.person)
    ]
    decided = showing.trail(requests.decided_by(request.person))
    is_file = request.method == "POST"
    past = requests.decided_by(request.person, _MOST_DECIDED) if is_file else [row["approval"] for row in decided]
    table = Table(gettext_lazy("My approvals"), _APPROVALS, [*(row["approval"] for row in waiting), *past])
    return page_or_file(request, "desk/catalogue/approvals.html", {"waiting": waiting, "decided": decided}, table)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def approval(request: DeskRequest, pk: int) -> HttpResponse:
    """One approval; a POST decides."""
    found = requests.approval(request.person, pk)
    refused: Invalid | deciding.Changed | None = None
    if request.method == "POST":
        says, comment = request.POST.get("says", ""), request.POST.get("comment", "")
        try:
            read = showing.seen(request.POST.get("seen", ""))
            deciding.decide(found, by=request.person, says=says, comment=comment, seen=read)
        except (Invalid, deciding.Changed) as refusal:
            refused = refusal
        except (Conflict, NotAllowed) as refusal:
            messages.error(request, str(refusal.message))
            return SeeOther(reverse("desk:approvals"))
        else:
            messages.success(request, _("Your decision was recorded."))
            return SeeOther(reverse("desk:approvals"))
    context = showing.deciding_context(found, request.person, comment=request.POST.get("comment", ""), refused=refused)
    more = {"back_url": reverse("desk:approvals")}
    return page(request, "desk/catalogue/approval.html", {**context, **more}, status=context["status"])


def _order(viewer: Person, number: int) -> Order:
    found = requests.of_ticket(by_number(viewer, number))
    if found is None:
        raise NotFound
    return found


def _filled(request: DeskRequest, item: Item) -> filling.Fill | None:
    """What a troubleshooter that led here (`run`) knows. Raises NotFound (not theirs)."""
    pk = request.GET.get("run", "")
    if whole_number(pk) is None:
        return None
    return fills(own_run(request.person, int(pk)), item)


def _asker(request: DeskRequest) -> Person | None:
    """The requester who was chosen. Raises NotFound (nobody the agent may know)."""
    pk = request.GET.get("for", "")
    if not pk:
        return None
    if whole_number(pk) is None:
        raise NotFound
    rows = people.visible_to(request.person).filter(kind=Kind.REQUESTER, is_active=True).select_related("client")
    found = rows.filter(pk=int(pk)).first()
    if found is None:
        raise NotFound
    return found


def _requesters(viewer: Person, words: str) -> list[Person]:
    fits = Q(name__icontains=words) | Q(email__icontains=words)
    rows = people.visible_to(viewer).filter(fits, kind=Kind.REQUESTER, is_active=True)
    return list(rows.select_related("client").order_by("name", "pk")[:MOST_FOUND])


def _url(name: str, asker: Person) -> str:
    return f"{reverse(name)}?{urlencode({'for': asker.pk})}"


def _page(request: DeskRequest, item: Item, asker: Person) -> filling.Page:
    assert asker.client is not None
    client = asker.client

    def keep(file: "UploadedFile[Any]") -> Attachment:
        with transaction.atomic():
            return actions.attach(
                by=request.person, client_id=client.pk, name=file.name or "", media_type=file.content_type or "",
                chunks=file.chunks(), size=file.size or 0,
            )  # fmt: skip

    url = f"{reverse('desk:order', args=[item.pk])}?{urlencode({'for': asker.pk})}"
    return filling.Page(item=item, by=request.person, asker=asker, client=client, url=url, keep=keep)


def _form(request: DeskRequest, item: Item, asker: Person, found: filling.Filling, **more: Any) -> HttpResponse:
    context = {
        "item": item, "asker": asker, "filling": found, "answers": found.form, "price": showing.price(item),
        "delivery": showing.delivery(item), "text": said(item.summaries),
        "trouble": trouble(status.troubled(asker.client_id).get(item.service_id)), "back_url": _url("desk:ordering", asker),
        "channels": [(one.value, one.label) for one in CHANNELS], "channel": request.POST.get("channel", Channel.PHONE),
        **more,
    }  # fmt: skip
    return page(request, "desk/catalogue/order.html", context, status=found.status)
