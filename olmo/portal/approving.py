"""A requester who is asked to approve: what waits, each with its facts, and who stands in for them."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.kernel.text import whole_number
from olmo.people.answers import onward
from olmo.people.gate import for_requesters
from olmo.requests import deciding, policy, queries, showing, substitutes
from olmo.requests.models import Approval, Order

from .shell import PortalRequest, page


@for_requesters
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's word, and what they decided last."""
    person = cast(PortalRequest, request).person
    waiting = [
        {"approval": row, "url": reverse("portal:approval", args=[row.pk])} for row in queries.waiting_for(person)
    ]
    context = {
        "waiting": waiting,
        "decided": showing.trail(queries.decided_by(person)),
        "substitutes": substitutes.of(person),
    }
    return page(request, "portal/approvals.html", context)


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """One approval with its facts; a POST decides (`says` = yes or no)."""
    person = cast(PortalRequest, request).person
    found = queries.approval(person, pk)
    if request.method != "POST":
        return _one(request, found)
    says, comment = request.POST.get("says", ""), request.POST.get("comment", "")
    try:
        deciding.decide(found, by=person, says=says, comment=comment, seen=showing.seen(request.POST.get("seen", "")))
    except (Invalid, deciding.Changed) as refusal:
        return _one(request, found, refusal)
    except (Conflict, NotAllowed) as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Your decision was recorded."))
    return onward(reverse("portal:approvals"))


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def substitute(request: HttpRequest) -> HttpResponse:
    """Name who decides for some days, or take it back (`remove`)."""
    person, post = cast(PortalRequest, request).person, request.POST
    if request.method != "POST":
        return page(request, "portal/substitute.html", {"typed": {}})
    if pk := post.get("remove"):
        substitutes.remove(person, whole_number(pk) or 0)
        messages.success(request, _("They do not stand in for you any more."))
        return onward(reverse("portal:approvals"))
    try:
        starts, ends = (_day(post.get(name, ""), name) for name in ("starts_on", "ends_on"))
        made = substitutes.name(person, address=post.get("address", ""), starts_on=starts, ends_on=ends)
    except Invalid as refusal:
        return page(request, "portal/substitute.html", {"typed": post, "wrong": refusal}, status=422)
    messages.success(request, _("%(name)s stands in for you.") % {"name": made.deputy.name})
    return onward(reverse("portal:approvals"))


def _day(text: str, name: str) -> Any:
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise Invalid(name, _("“%(value)s” is not a date, such as 2026-09-01.") % {"value": text[:40]})
    return found


def _one(request: HttpRequest, found: Approval, refused: Invalid | deciding.Changed | None = None) -> HttpResponse:
    person = cast(PortalRequest, request).person
    context = showing.deciding_context(found, person, comment=request.POST.get("comment", ""), refused=refused)
    return page(request, "portal/approval.html", context, status=context["status"])


def beside(person: Any, order: Order | None) -> dict[str, Any] | None:
    """What the page of a request shows of its order: answers, approvals, what can be done. None of one without a form."""
    if order is None:
        return None
    parts = queries.readable(order)
    can_change = policy.may_change(person, order) and policy.is_changeable(order)
    return {
        "order": order, "parts": parts, "trail": showing.trail(queries.approvals(order)), "state": order.get_state_display(),
        "can_change": can_change, "files": showing.files(order, person),
        "erased": queries.answers(order).erased_at is not None,
    }  # fmt: skip
