"""What every page of the portal shares: the organisation's name, the navigation, the live stream."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from olmo.people.models import Person
from olmo.people.streams import stream_url
from olmo.requests import queries as approvals
from olmo.status import queries
from olmo.tenancy import branding
from olmo.tenancy.queries import provider

from .reading import heard


class PortalRequest(HttpRequest):
    """A request of a requester, as `gate.for_requesters` lets it through."""

    person: Person


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A whole page of the portal for the requester who is signed in."""
    person = cast(PortalRequest, request).person
    around = {
        "brand": branding.of_person(person.client_id),
        "nav": navigation(request.path, person),
        "banners": queries.banners(person.client_id) if person.client_id else [],
        "live_url": stream_url(request, heard(person)),
    }
    return render(request, template, {**around, **context}, status=status)


def public_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200, name: str = ""
) -> HttpResponse:
    """A whole page of the portal for whoever is not signed in. name: whose it is; the desk's without one."""
    host = provider()
    languages = [
        {"code": code, "label": label, "url": f"{reverse('people:language', args=[code])}?next={request.path}"}
        for code, label in (("en", "English"), ("it", "Italiano"))
    ]
    own = branding.of_host(request.get_host()) if not name else None
    brand = branding.shown(own, name or (own.client.name if own else host.name if host else "Olmo"))
    around = {"brand": brand, "languages": languages, "person": None}
    return render(request, template, {**around, **context}, status=status)


def navigation(path: str, person: Person | None = None) -> list[dict[str, Any]]:
    """The places of the portal; approvals for those who are asked, or who stand in for somebody."""
    places = [
        (reverse("portal:new"), _("Report a problem"), "plus"),
        (reverse("portal:catalogue"), _("Order something"), "bag"),
        (reverse("portal:list"), _("My requests"), "form"),
        (reverse("portal:devices"), _("My devices"), "laptop"),
        (reverse("portal:guides"), _("Guides"), "book"),
        (reverse("portal:status"), _("Status"), "globe"),
    ]
    if person is not None and approvals.is_asked_at_all(person):
        places.append((reverse("portal:approvals"), _("My approvals"), "check"))
    return [{"url": url, "label": label, "icon": icon, "active": url == path} for url, label, icon in places]
