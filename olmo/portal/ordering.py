"""The catalogue of a requester: what can be ordered, its forms, and several items as one request."""

from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from olmo.catalogue import queries
from olmo.catalogue.bilingual import said
from olmo.catalogue.models import Item
from olmo.kernel import clock, live
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.people.answers import onward
from olmo.people.gate import for_requesters
from olmo.people.models import Person
from olmo.requests import filling, ordering, showing
from olmo.requests import queries as requests
from olmo.requests.models import Draft, Order
from olmo.tickets.models import Ticket
from olmo.tickets.queries import by_number

from . import uploads
from .shell import PortalRequest, page

MOST_IN_BASKET = 20


@for_requesters
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Services with what one orders of them; what is ordered most; or what a search finds."""
    person = cast(PortalRequest, request).person
    rows, words = queries.items(person), clean_line(request.GET.get("q", ""), 200)
    context: dict[str, Any] = {"typed": words, "basket": len(requests.basket(person))}
    if words:
        return page(
            request, "portal/catalogue.html", {**context, "found": [shown(row) for row in queries.found(rows, words)]}
        )
    services: dict[int, dict[str, Any]] = {}
    for row in rows:
        service = row.service
        group = services.setdefault(service.pk, {"name": str(service), "text": said(service.descriptions), "items": []})
        group["items"].append(shown(row))
    popular = [shown(row) for row in queries.popular(rows)]
    return page(request, "portal/catalogue.html", {**context, "services": list(services.values()), "popular": popular})


def shown(item: Item) -> dict[str, Any]:
    """An item as the catalogue prints it."""
    return {
        "url": reverse("portal:order", args=[item.pk]), "name": str(item), "text": said(item.summaries),
        "price": showing.price(item), "delivery": showing.delivery(item),
    }  # fmt: skip


def popular(person: Person) -> list[dict[str, Any]]:
    """What is ordered most, for the start page."""
    return [shown(row) for row in queries.popular(queries.items(person))]


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of an item: filled in, looked at again (`act` = look, rows), put beside others (basket), or ordered."""
    person = cast(PortalRequest, request).person
    item = queries.items(person).filter(pk=pk).first()
    if item is None:
        raise NotFound
    around = _page(request, item, reverse("portal:order", args=[pk]))
    if request.method != "POST":
        return _form(request, item, filling.begin(around))
    found = filling.go_on(around, request.POST, request.FILES)
    if found.wanted is None:
        return _form(request, item, found)
    if request.POST.get("act") == "basket":
        return _put_beside(request, item, found)
    try:
        ticket = _place(person, [found.wanted])
    except (Invalid, Conflict) as refusal:
        found.notice, found.status = refusal.message, 409
        return _form(request, item, found)
    _told(request, found.dropped)
    return onward(reverse("portal:ticket", args=[ticket.number]))


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def basket(request: HttpRequest) -> HttpResponse:
    """What is put together: send all as one request, or take one out (`drop`)."""
    person = cast(PortalRequest, request).person
    drafts = requests.basket(person)
    if request.method != "POST":
        return _basket(request, drafts)
    if drop := request.POST.get("drop"):
        Draft.objects.filter(person=person, pk=int(drop) if drop.isdecimal() and len(drop) < 19 else 0).delete()
        return onward(reverse("portal:basket"))
    wanted = [ordering.Wanted(version=one.version, values=one.answers, recipient=one.recipient) for one in drafts]
    try:
        ticket = _place(person, wanted)
    except (Invalid, Conflict) as refusal:
        return _basket(request, drafts, wrong=str(refusal.message))
    return onward(reverse("portal:ticket", args=[ticket.number]))


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, number: int) -> HttpResponse:
    """The answers of a request, to be changed; who approves is asked anew."""
    person = cast(PortalRequest, request).person
    found = _order(person, number)
    url = reverse("portal:order_change", args=[number])
    around = _page(request, found.item, url)
    context = {"order": found, "cancel_url": reverse("portal:ticket", args=[number])}
    if request.method != "POST":
        return _form(request, found.item, filling.begin(around, requests.answers(found).content), **context)
    form = filling.go_on(around, request.POST, request.FILES)
    if form.wanted is None:
        return _form(request, found.item, form, **context)
    seen = request.POST.get("seen", "")
    try:
        ordering.change(found, form.wanted, by=person, seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None)
    except (Invalid, Conflict) as refusal:
        form.notice, form.status = refusal.message, 409
        return _form(request, found.item, form, **context)
    _told(request, form.dropped)
    messages.success(request, _("Your answers were changed."))
    return onward(reverse("portal:ticket", args=[number]))


def _order(person: Person, number: int) -> Order:
    found = requests.of_ticket(by_number(person, number))
    if found is None:
        raise NotFound
    return found


def _place(person: Person, wanted: list[ordering.Wanted]) -> Ticket:
    with transaction.atomic():
        ticket = ordering.place_all(wanted, by=person)
        Draft.objects.filter(person=person, version__in=[one.version for one in wanted]).delete()
        live.tell(person=person.pk)
    return ticket


def _put_beside(request: HttpRequest, item: Item, found: filling.Filling) -> HttpResponse:
    person, wanted = cast(PortalRequest, request).person, found.wanted
    assert wanted is not None
    assert person.client is not None
    if len(requests.basket(person)) >= MOST_IN_BASKET:
        found.notice, found.status = _("At most %(most)d items in one request.") % {"most": MOST_IN_BASKET}, 409
        return _form(request, item, found)
    if wanted.uploads:
        found.notice = _("With files it is ordered by itself: press “Send the order”. Nothing was lost.")
        found.status = 409
        return _form(request, item, found)
    Draft.objects.create(
        client=person.client,
        person=person,
        version=wanted.version,
        recipient=wanted.recipient,
        answers=wanted.values,
        at=clock.now(),
    )
    _told(request, found.dropped)
    return onward(reverse("portal:basket"))


def _told(request: HttpRequest, dropped: list[str]) -> None:
    for words in dropped:
        messages.info(request, words)


def _page(request: HttpRequest, item: Item, url: str) -> filling.Page:
    person = cast(PortalRequest, request).person
    assert person.client is not None
    return filling.Page(
        item=item, by=person, asker=person, client=person.client, url=url, keep=lambda file: uploads.keep(person, file)
    )


def _form(request: HttpRequest, item: Item, found: filling.Filling, **more: Any) -> HttpResponse:
    person = cast(PortalRequest, request).person
    context = {
        "item": item, "one": shown(item), "filling": found, "answers": found.form, **uploads.field(person),
        "basket": len(requests.basket(person)), **more,
    }  # fmt: skip
    return page(request, "portal/order.html", context, status=found.status)


def _basket(request: HttpRequest, drafts: list[Draft], *, wrong: str = "") -> HttpResponse:
    rows = [{"draft": one, **shown(one.version.item)} for one in drafts]
    return page(request, "portal/basket.html", {"rows": rows, "wrong": wrong}, status=409 if wrong else 200)
