"""The page behind the link of an approval mail: it says for whom it is, and only a press of a button decides."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.serving import content
from olmo.people import throttle
from olmo.people.answers import onward, unlogged
from olmo.people.models import Person
from olmo.people.whence import place_of
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import deciding, links, policy, queries
from .models import Link
from .showing import deciding_context, facts, seen, words

FROM_PLACE = throttle.Limit("approval from", 60, 60)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """One approval for one person. Looking at it changes nothing: scanners of mail open every link."""
    with scope(EVERY_CLIENT):
        found = links.read(token)
        with _as_asked(found):
            answer = _decided(request, found) if request.method == "POST" else _shown(request, found)
            answer.headers["Content-Language"] = get_language() or "en"
    answer.headers["X-Robots-Tag"] = "noindex"
    return unlogged(answer)


@require_safe
def file(request: HttpRequest, token: str, pk: int, name: str) -> HttpResponseBase:
    """A file of the answers, for the one person whose link it is."""
    with scope(EVERY_CLIENT):
        found = links.read(token)
        if found is None or _another(request, found) or not _may_read(request, found):
            raise NotFound
        approval = found.approval
        row = next((one for one in queries.files_of(approval.order, approval.revision) if one.pk == pk), None)
        if row is None:
            raise NotFound
        return unlogged(content(row, name))


def _may_read(request: HttpRequest, found: Link) -> bool:
    """While there is something to decide the link is enough, as it shows the answers too. Mails are kept, and people leave: what
    was decided, or is not asked any more, they read only signed in.
    """
    if policy.may_decide(found.person, found.approval):
        return True
    is_signed_in = getattr(request, "person", None) is not None  # as nobody else: `_another`
    return is_signed_in and policy.may_read(found.person, found.approval)


@contextmanager
def _as_asked(found: Link | None) -> Iterator[None]:
    """Speak the language of whoever was asked, in their time."""
    if found is None:
        yield
        return
    with override(found.person.language), timezone.override(ZoneInfo(found.person.time_zone)):
        yield


def _shown(request: HttpRequest, found: Link | None) -> HttpResponse:
    if found is None:
        return _unknown(request)
    if refusal := _another(request, found):
        return _page(request, {"heading": _("This is not yours to decide"), "lead": refusal}, status=403)
    return _over(request, found) or _ask(request, found)


def _decided(request: HttpRequest, found: Link | None) -> HttpResponse:
    place = place_of(request)
    try:
        throttle.require_room(FROM_PLACE, place)
    except throttle.TooOften as refusal:
        return _page(request, {"heading": _("Please wait a little"), "lead": str(refusal)}, status=429)
    throttle.note(FROM_PLACE, place)
    if found is None:
        return _unknown(request)
    try:
        _decide(request, found)
    except (Invalid, deciding.Changed) as refusal:
        return _ask(request, found, refusal)
    except (NotAllowed, NotFound) as refusal:
        return _page(request, {"heading": _("This is not yours to decide"), "lead": str(refusal)}, status=403)
    except Conflict as refusal:
        return _page(request, {"heading": _("Nothing was changed"), "lead": str(refusal)}, status=409)
    return onward(request.path)


def _decide(request: HttpRequest, found: Link) -> None:
    if refusal := _another(request, found):
        raise NotAllowed(refusal)
    says, comment = request.POST.get("says", ""), request.POST.get("comment", "")
    read = seen(request.POST.get("seen", ""))
    try:
        deciding.decide(found.approval, by=found.person, says=says, comment=comment, seen=read, by_link=True)
    except NotFound:
        raise NotAllowed(deciding.why_not(found.person, found.approval)) from None
    links.used(found)


def _another(request: HttpRequest, found: Link) -> str:
    """Why whoever is signed in may not use this link: it is for one person."""
    person: Person | None = getattr(request, "person", None)
    if person is None or person.pk == found.person_id:
        return ""
    given = {"name": found.person.name, "me": person.name}
    return (
        _("This link is for %(name)s, and you are signed in as %(me)s. A forwarded mail lets nobody else decide.")
        % given
    )


def _over(request: HttpRequest, found: Link) -> HttpResponse | None:
    """What became of it, when there is nothing to decide any more."""
    approval = found.approval
    if policy.may_decide(found.person, approval):
        return None
    if approval.is_open and policy.is_undecided(approval.order):
        why = deciding.why_not(found.person, approval)
        return _page(request, {"heading": _("This is not yours to decide"), "lead": why}, status=403)
    heading = _("Thank you") if approval.decided_by_id == found.person_id else _("There is nothing to decide any more")
    lead = f"{approval.approver.name}: {words(approval)}."
    return _page(request, {"heading": heading, "lead": lead, "facts": facts(approval.order)}, status=200)


def _ask(request: HttpRequest, found: Link, refused: Invalid | deciding.Changed | None = None) -> HttpResponse:
    context = deciding_context(found.approval, found.person, comment=request.POST.get("comment", ""), refused=refused)
    more = {"heading": _("Do you approve this?"), "person": found.person}
    return _page(request, {**context, **more}, status=context["status"])


def _unknown(request: HttpRequest) -> HttpResponse:
    lead = _(
        "The address is not complete, or not one of ours. Open the link in the mail once more; nothing was recorded."
    )
    return _page(request, {"heading": _("This link does not work"), "lead": lead}, status=404)


def _page(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    return render(request, "requests/link.html", context, status=status)
