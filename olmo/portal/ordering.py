"""The catalogue of a requester: what can be ordered, its forms, and several items as one request."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from olmo.catalogue import queries
from olmo.catalogue.bilingual import said
from olmo.catalogue.models import Item
from olmo.guides import queries as troubleshooters
from olmo.guides.models import Run
from olmo.guides.ordering import fills
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean_line, whole_number
from olmo.people.answers import onward
from olmo.people.gate import for_requesters
from olmo.people.models import Person
from olmo.requests import basket as together
from olmo.requests import filling, ordering, showing
from olmo.requests import queries as requests
from olmo.requests.models import Answers, Order
from olmo.requests.wanted import Wanted
from olmo.status import queries as status
from olmo.status.showing import trouble
from olmo.tickets.queries import by_number

from . import uploads
from .shell import PortalRequest, page


@for_requesters
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Services with what one orders of them; what is ordered most; or what a search finds."""
    person = cast(PortalRequest, request).person
    rows, words = queries.items(person), clean_line(request.GET.get("q", ""), 200)
    context: dict[str, Any] = {"typed": words, "basket": len(together.of(person))}
    known = status.troubled(person.client_id)
    if words:
        found = [shown(row, known) for row in queries.found(rows, words)]
        return page(request, "portal/catalogue.html", {**context, "found": found})
    services: dict[int, dict[str, Any]] = {}
    for row in rows:
        told: dict[str, Any] = {"name": str(row.service), "text": said(row.service.descriptions), "items": []}
        told["trouble"] = trouble(known.get(row.service_id))
        services.setdefault(row.service_id, told)["items"].append(shown(row, known))
    popular = [shown(row, known) for row in queries.popular(rows)]
    return page(request, "portal/catalogue.html", {**context, "services": list(services.values()), "popular": popular})


def shown(item: Item, known: Mapping[int, status.Trouble] | None = None) -> dict[str, Any]:
    """An item as the catalogue prints it. known: what is the matter with services."""
    return {
        "url": reverse("portal:order", args=[item.pk]), "name": str(item), "text": said(item.summaries),
        "price": showing.price(item), "delivery": showing.delivery(item),
        "trouble": trouble((known or {}).get(item.service_id)),
    }  # fmt: skip


def popular(person: Person) -> list[dict[str, Any]]:
    """What is ordered most, for the start page."""
    rows = queries.popular(queries.items(person))
    known = status.troubled(person.client_id) if rows else None
    return [shown(row, known) for row in rows]


def like(person: Person, words: str, most: int) -> list[dict[str, Any]]:
    """What can be ordered and is like the words, while they are typed."""
    return [shown(row) for row in queries.like(queries.items(person), words, most)]


def link(person: Person, pk: int, run: int) -> tuple[str, str]:
    """Name and address of the form with which a troubleshooter ends; "" where this person cannot order it."""
    item = queries.items(person).filter(pk=pk).first() if pk else None
    return (str(item), f"{reverse('portal:order', args=[pk])}?{urlencode({'run': run})}") if item else ("", "")


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of an item: filled in, looked at again (`act` = look, rows), put beside others (basket), or ordered.

    draft: one that was put beside others is opened again; run: a troubleshooter led here, and fills in what it knows.
    """
    person = cast(PortalRequest, request).person
    item = queries.items(person).filter(pk=pk).first()
    if item is None:
        raise NotFound
    draft = whole_number(request.GET.get("draft", "")) or 0
    run = _run(person, whole_number(request.GET.get("run", "")) or 0)
    around = _page(request, item, request.get_full_path())
    if request.method != "POST":
        return _form(request, item, _begun(around, person, draft, run))
    found = filling.go_on(around, request.POST, request.FILES)
    if found.wanted is None:
        return _form(request, item, found)
    try:
        url = _sent(person, found.wanted, draft, run, is_put=request.POST.get("act") == "basket")
    except (Invalid, Conflict) as refusal:
        found.notice, found.status = refusal.message, 409
        is_gone = isinstance(refusal, together.Gone)  # the next press sends it by itself, or puts it beside the others
        return _form(request, item, found, again_url=_url(item, run) if is_gone else "")
    _told(request, found.dropped)
    return onward(url)


def _url(item: Item, run: Run | None) -> str:
    return reverse("portal:order", args=[item.pk]) + (f"?{urlencode({'run': run.pk})}" if run else "")


def _run(person: Person, pk: int) -> Run | None:
    return troubleshooters.own_run(person, pk) if pk else None


def _begun(around: filling.Page, person: Person, draft: int, run: Run | None) -> filling.Filling:
    if not draft:
        return filling.begin(around, fill=fills(run, around.item) if run else None)
    kept = together.one(person, draft)
    if kept.version.item_id != around.item.pk:
        raise NotFound
    return filling.begin(around, kept.answers, recipient=kept.recipient)


def _sent(person: Person, wanted: Wanted, draft: int, run: Run | None, *, is_put: bool) -> str:
    """Put beside others, or ordered; answers where to look at it."""
    if is_put:
        together.put(wanted, by=person, instead_of=draft, run=run)
        return reverse("portal:basket")
    ticket = together.send_one(wanted, by=person, draft=draft, run=run)
    return reverse("portal:ticket", args=[ticket.number])


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def basket(request: HttpRequest) -> HttpResponse:
    """What is put together: send all as one request, or take one out (`drop`)."""
    person = cast(PortalRequest, request).person
    if request.method != "POST":
        return _basket(request)
    if drop := request.POST.get("drop"):
        together.take_out(person, whole_number(drop) or 0)
        return onward(reverse("portal:basket"))
    try:
        ticket = together.send(person)
    except Conflict as refusal:
        return _basket(request, wrong=str(refusal.message))
    return onward(reverse("portal:ticket", args=[ticket.number]))


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, number: int) -> HttpResponse:
    """The answers of a request, to be changed; who approves is asked anew."""
    person = cast(PortalRequest, request).person
    found = _order(person, number)
    url = reverse("portal:order_change", args=[number])
    before = requests.answers(found)
    around = _page(request, found.item, url, before)
    seen = whole_number(request.POST.get("seen", "")) or found.revision
    context = {"order": found, "seen": seen, "cancel_url": reverse("portal:ticket", args=[number])}
    if request.method != "POST":
        return _form(request, found.item, filling.begin(around, before.content), **context)
    form = filling.go_on(around, request.POST, request.FILES)
    if form.wanted is None:
        return _form(request, found.item, form, **context)
    try:
        ordering.change(found, form.wanted, by=person, seen=seen)
    except (Invalid, Conflict) as refusal:
        form.notice, form.status = refusal.message, 409
        if isinstance(refusal, Conflict):  # a second try begins from what is there now
            context["seen"] = _order(person, number).revision
        return _form(request, found.item, form, **context)
    _told(request, form.dropped)
    messages.success(request, _("Your answers were changed."))
    return onward(reverse("portal:ticket", args=[number]))


def _order(person: Person, number: int) -> Order:
    found = requests.of_ticket(by_number(person, number))
    if found is None:
        raise NotFound
    return found


def _told(request: HttpRequest, dropped: list[str]) -> None:
    for words in dropped:
        messages.info(request, words)


def _page(request: HttpRequest, item: Item, url: str, before: Answers | None = None) -> filling.Page:
    person = cast(PortalRequest, request).person
    assert person.client is not None
    return filling.Page(
        item=item, by=person, asker=person, client=person.client, url=url, before=before,
        keep=lambda file: uploads.keep(person, file),
    )  # fmt: skip


def _form(request: HttpRequest, item: Item, found: filling.Filling, **more: Any) -> HttpResponse:
    person = cast(PortalRequest, request).person
    one = shown(item, status.troubled(person.client_id))
    context = {
        "item": item, "one": one, "filling": found, "answers": found.form, **uploads.field(person),
        "basket": len(together.of(person)), **more,
    }  # fmt: skip
    return page(request, "portal/order.html", context, status=found.status)


def _basket(request: HttpRequest, *, wrong: str = "") -> HttpResponse:
    drafts = together.of(cast(PortalRequest, request).person)
    rows = [
        {**(told := shown(one.version.item)), "draft": one, "url": f"{told['url']}?draft={one.pk}"} for one in drafts
    ]
    return page(request, "portal/basket.html", {"rows": rows, "wrong": wrong}, status=409 if wrong else 200)
