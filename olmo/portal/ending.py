"""A requester needs it no more: they say why, and the request ends."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.middleware import status_of
from olmo.people.answers import onward
from olmo.people.gate import for_requesters
from olmo.tickets import actions, policy, queries

from .shell import PortalRequest, page


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def withdrawal(request: HttpRequest, number: int) -> HttpResponse:
    """Why it is needed no more; it can be opened again from its page."""
    person = cast(PortalRequest, request).person
    found = queries.by_number(person, number)
    if request.method != "POST":
        return page(request, "portal/withdrawal.html", {"ticket": found, "is_open": policy.may_withdraw(person, found)})
    reason = request.POST.get("reason", "")
    try:
        actions.withdraw(found, by=person, reason=reason)
    except (Invalid, Conflict) as refusal:
        wrong = refusal if isinstance(refusal, Invalid) else None
        context = {"ticket": found, "is_open": policy.may_withdraw(person, found), "reason": reason, "wrong": wrong}
        return page(request, "portal/withdrawal.html", {**context, "refusal": refusal}, status=status_of(refusal))
    messages.success(request, _("Your request is withdrawn. If you need it after all, open it again here."))
    return onward(reverse("portal:ticket", args=[number]))
