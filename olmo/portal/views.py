"""The requesters' pages around their requests: home, the list, and the report of a problem."""

from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from olmo.guides import actions as guides
from olmo.guides.models import Run
from olmo.kernel import live
from olmo.kernel.errors import Invalid, NotFound, OlmoError
from olmo.kernel.text import whole_number, whole_numbers
from olmo.people.answers import onward
from olmo.people.gate import for_requesters, home_of
from olmo.people.models import Person
from olmo.selfservice import actions as selfservice
from olmo.selfservice import queries as tried
from olmo.status import queries as status
from olmo.tenancy import branding
from olmo.tenancy.queries import provider
from olmo.tickets import actions, queries
from olmo.tickets.models import Channel, Ticket

from . import reading, sections, troubleshooters, uploads
from .forms import ReportForm
from .shell import PortalRequest, page

LANGUAGES = {"en": "English", "it": "Italiano"}


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """A requester's start: what is the matter, and how far their requests are. Strangers learn what this is."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is None:
        return _welcome(request)
    if not person.is_requester:
        return onward(home_of(person))
    return page(request, "portal/home.html", {"sections": sections.of(person)})


@for_requesters
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """The requester's requests: open or done, by pages; or those that a search finds."""
    person, asked = cast(PortalRequest, request).person, request.GET
    done, query = asked.get("done") == "1", asked.get("q", "").strip()
    context: dict[str, Any] = {"done": done, "query": query}
    try:
        found = (
            reading.searched(person, query)
            if query
            else reading.listed(person, done=done, after=asked.get("after", ""))
        )
    except Invalid as refusal:
        return page(request, "portal/list.html", {**context, "error": refusal.message}, status=400)
    if found.after:
        context["pages"] = {"older_url": "?" + urlencode([("done", int(done)), ("after", found.after)])}
    return page(request, "portal/list.html", {**context, "requests": sections.rows(found)})


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The report of a problem. `follows`: the number of a closed request that it continues."""
    person = cast(PortalRequest, request).person
    run, filled = troubleshooters.filled_in(person, request.POST.get("run") or request.GET.get("run") or "")
    follows = _followed(person, request.POST.get("follows") or request.GET.get("follows") or "")
    if request.method != "POST":
        start = {
            "subject": (request.GET.get("subject") or request.GET.get("q", ""))[:255]
            or (follows.subject if follows else "")
        }
        given = {name: request.GET.get(name, "")[:2000] for name in ("category", "asset", "text")}
        return _report_page(request, ReportForm(reporter=person, initial={**start, **given, **filled}), follows, run)
    form = ReportForm(request.POST, reporter=person)
    ids: list[int] = []
    try:
        ids += uploads.sent_with(request)
        if form.is_valid():
            ticket = _open(person, form, ids, follows, run)
            return onward(reverse("portal:ticket", args=[ticket.number]))
    except Invalid as refusal:
        form.refuse(refusal.field, str(refusal.message))
    except OlmoError as refusal:
        form.add_error(None, str(refusal.message))
    return _report_page(
        request, form, follows, run, ids=ids or whole_numbers(request.POST.getlist("upload")), status=422
    )


def _open(person: Person, form: ReportForm, ids: list[int], follows: Ticket | None, run: Run | None) -> Ticket:
    given = form.cleaned_data
    assert person.client is not None
    with transaction.atomic():
        ticket = actions.open_ticket(
            by=person, client=person.client, requester=person, subject=given["subject"], channel=Channel.PORTAL,
            message=actions.NewMessage(text=given["text"], channel=Channel.PORTAL, uploads=ids),
            impact=int(given["affected"]), urgency=int(given["pressing"]), category=given["category"], fields=form.values,
            follows=actions.FollowUp(ticket=follows) if follows else None, assets=[given["asset"]] if given["asset"] else None,
        )  # fmt: skip
        selfservice.carry(ticket, by=person)
        if run is not None:
            guides.report(run, ticket, by=person)
        live.tell(person=person.pk)  # their open pages ask for a stream that tells of this ticket too
    return ticket


def _report_page(
    request: HttpRequest, form: ReportForm, follows: Ticket | None, run: Run | None, *, ids: list[int] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    person = cast(PortalRequest, request).person
    context = {
        "form": form,
        "follows": follows,
        "run": run,
        "tried": tried.pending(person),
        **uploads.field(person, ids),
    }
    return page(request, "portal/new.html", context, status=status)


def _followed(person: Person, number: str) -> Ticket | None:
    if not number:
        return None
    if whole_number(number) is None:
        raise NotFound
    return queries.by_number(person, int(number))


def _welcome(request: HttpRequest) -> HttpResponse:
    host = provider()
    own = branding.of_host(request.get_host())
    languages = [
        {"code": code, "label": LANGUAGES[code], "url": reverse("people:language", args=[code])}
        for code in (own.languages if own and own.languages else LANGUAGES)
    ]
    brand = branding.shown(own, own.client.name if own else host.name if host else "Olmo")
    context = {"brand": brand, "languages": languages, "is_founded": host is not None}
    return render(request, "portal/welcome.html", {**context, "banners": status.banners(None)})
