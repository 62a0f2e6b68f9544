"""The service status for requesters and, where it is public, for everybody; news of it by mail and as a feed."""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.kernel.errors import Invalid, NotFound
from olmo.people.answers import onward, unlogged
from olmo.people.gate import to_sign_in
from olmo.people.models import Person
from olmo.people.throttle import TooOften
from olmo.people.whence import place_of
from olmo.status import feed as feeds
from olmo.status import queries, subscribing
from olmo.status.models import Happening, Level, Page, State, Subscriber
from olmo.status.queries import Status
from olmo.status.showing import BADGES, standing
from olmo.tenancy.models import Client
from olmo.tenancy.queries import provider
from olmo.tenancy.scope import EVERY_CLIENT, scope

from .shell import page, public_page

FEED = "olmo.status.feed"


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """How the services of one's organisation are; for strangers those of everybody, where that is public."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is None and not _is_open():
        return to_sign_in(request)
    if person is not None and not person.is_requester:
        return onward(reverse("desk:status"))
    client = person.client if person else None
    return _shown(request, client, person)


@never_cache
@require_safe
def of_client(request: HttpRequest, name: str) -> HttpResponse:
    """The public page of an organisation."""
    client = _public(name)
    with scope([client.pk]):
        return _shown(request, client, None)


@never_cache
@require_safe
def happening(request: HttpRequest, pk: int) -> HttpResponse:
    """One happening with all that was said of it."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is None and not _is_open():
        return to_sign_in(request)
    rows = queries.visible_to(person) if person else queries.concerning(None)
    try:
        found = queries.by_id(rows.filter(in_portal=True), pk)
    except NotFound:
        if person is None:  # the mail or the feed of an organisation led here, and it may be theirs
            return to_sign_in(request)
        raise
    return _page(request, person, "portal/status_one.html", {"one": _said(found)})


@never_cache
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The updates that concern everybody, where that is public."""
    if not _is_open():
        raise NotFound
    return _feed(None, reverse("portal:status_feed"))


@never_cache
@require_safe
def secret_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The updates of an organisation, at an address that is a secret."""
    with scope(EVERY_CLIENT):
        client = _of_feed(token)
    if client is None:
        raise NotFound
    with scope([client.pk]):
        return unlogged(_feed(client, reverse("portal:status_secret_feed", args=[token])))


def feed_path(client: Client) -> str:
    """Where the feed of an organisation is: signed, and ended by a new secret of its page."""
    return reverse("portal:status_secret_feed", args=[_signer().sign_object([client.pk, _secret(client.pk)])])


def _signer() -> signing.Signer:
    return signing.Signer(salt=FEED)  # without a time: an address that stays


def _secret(client: int) -> str:
    return Page.objects.filter(client=client).values_list("secret", flat=True).first() or ""


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask an address whether it wants to be told."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    name = request.POST.get("page", "")
    by = person if person and person.client_id else None
    if by is None and not name and not _is_open():
        raise NotFound
    client = by.client if by else _public(name) if name else None
    try:
        with scope([client.pk] if client else []):
            subscribing.ask(
                request.POST.get("address", ""),
                client=client,
                by=by,
                language=queries.language(),
                place=place_of(request),
            )
    except (Invalid, TooOften) as refusal:
        status = 429 if isinstance(refusal, TooOften) else 422
        with scope([client.pk] if client else []):
            wrong = {"error": str(refusal.message), "address": request.POST.get("address", "")[:254]}
            return _shown(request, client, person, status=status, **wrong)
    said = _("Look into your mail: a link there confirms it.")
    return _page(request, person, "portal/status_mail.html", {"heading": _("One step more"), "words": said})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: opening it shows a button, pressing that confirms."""
    with scope(EVERY_CLIENT):
        row = subscribing.by_token(token, subscribing.CONFIRM)
        if row is not None and request.method == "POST":
            subscribing.confirm(row)
    return _answer(request, row, _("Confirm"), _("News of the service status"), _("You will get each update by mail."))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """The way out: a mail program posts here by itself (RFC 8058), a reader presses the button."""
    with scope(EVERY_CLIENT):
        row = subscribing.by_token(token, subscribing.LEAVE)
        if row is not None and request.method == "POST":
            subscribing.leave(row)
    return _answer(
        request, row, _("No more mail"), _("News of the service status"), _("No more is sent to this address.")
    )


def _answer(request: HttpRequest, row: Subscriber | None, button: str, heading: str, done: str) -> HttpResponse:
    is_done = request.method == "POST"
    if row is None:
        words, status = _("This link has ended, or was used. Nothing was changed."), 404
    else:
        words, status = done if is_done else row.address, 200
    context = {"heading": heading, "words": words, "button": "" if is_done or row is None else button}
    return unlogged(_page(request, None, "portal/status_mail.html", context, status=status))


def _is_open() -> bool:
    return queries.is_public(None)


def _public(name: str) -> Client:
    with scope(EVERY_CLIENT):
        found = Page.objects.filter(slug=name, is_public=True, client__is_active=True).select_related("client").first()
    if not name or found is None or found.client is None:
        raise NotFound
    return found.client


def _of_feed(token: str) -> Client | None:
    try:
        pk, secret = _signer().unsign_object(token)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    client = Client.objects.filter(pk=pk, is_active=True).first()
    return client if client is not None and constant_time_compare(_secret(client.pk), str(secret)) else None


def _feed(client: Client | None, path: str) -> HttpResponse:
    host = provider()
    name = client.name if client else host.name if host else "Olmo"
    body = feeds.atom(
        queries.told(client.pk if client else None), title=_("Service status of %(name)s") % {"name": name}, path=path,
        author=host.name if host else "Olmo",
    )  # fmt: skip
    return HttpResponse(body, content_type=feeds.TYPE)


def _shown(
    request: HttpRequest, client: Client | None, person: Person | None, *, status: int = 200, **said: str
) -> HttpResponse:
    found = queries.status(client.pk if client else None)
    own = Page.objects.filter(client=client).first()
    is_here = (
        client is not None and person is None
    )  # a stranger cannot open the pages of this organisation's happenings
    now, planned, past = (
        [_said(row, is_here=is_here) for row in rows] for rows in (found.now, found.planned, found.past)
    )
    context = {
        "headline": headline(found), "components": [_component(how) for how in found.components],
        "now": now, "planned": planned, "past": past, "client": client, "page_name": own.slug if own and own.is_public else "",
        "feed_url": feed_path(client) if person and client else "" if client else reverse("portal:status_feed"),
        "is_open": _is_open(), **said,
    }  # fmt: skip
    return _page(request, person, "portal/status.html", context, status=status, name=client.name if client else "")


def headline(found: Status) -> dict[str, str]:
    """The one sentence that most come for."""
    if any(row.level == Level.FAULT for row in found.now if row.kind == "incident"):
        return {"tone": "brick", "icon": "alert", "words": _("Something does not work")}
    if any(row.kind == "incident" for row in found.now):
        return {"tone": "ochre", "icon": "alert", "words": _("Something works badly")}
    if found.now:
        return {"tone": "slate", "icon": "waiting", "words": _("Planned work is going on")}
    return {"tone": "elm", "icon": "check", "words": _("Everything works")}


def _component(how: queries.How) -> dict[str, Any]:
    words = Level(how.level).label if how.level else _("Planned work") if how.is_planned else _("Works")
    css = BADGES[Level(how.level)] if how.level else "badge--slate" if how.is_planned else "badge--elm"
    bad = sum(1 for _day, level in how.days if level)
    return {
        "name": str(how.component), "words": words, "badge": css, "days": [(n, *day) for n, day in enumerate(how.days)],
        "bad": bad, "available": number_format(100 * how.available, 2),
    }  # fmt: skip


def _said(row: Happening, *, is_here: bool = False) -> dict[str, Any]:
    """A happening as its template prints it. is_here: its link stays on the page, which says all of it."""
    updates = [{"state": State(one.state).label, "text": one.text, "at": one.at} for one in row.updates.all()]
    words, badge = standing(row, next((one.state for one in row.updates.all()), ""))
    return {
        "pk": row.pk,
        "url": f"#happening-{row.pk}" if is_here else reverse("portal:happening", args=[row.pk]),
        "row": row,
        "updates": updates,
        "badge": badge,
        "words": words,
    }


def _page(
    request: HttpRequest, person: Person | None, template: str, context: dict[str, Any], *, status: int = 200, name: str = ""
) -> HttpResponse:  # fmt: skip
    if person is not None and person.is_requester:
        return page(request, template, context, status=status)
    return public_page(request, template, context, status=status, name=name)
