"""Why a ticket stands where it does in the order of what to do next, in a few plain sentences."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from olmo.kernel import spoken
from olmo.tickets import queries, standing
from olmo.tickets.models import Bucket, Reason, Standing, Ticket

from ..shell import DeskRequest, agents, is_part, page


@require_safe
@agents
def why(request: DeskRequest, number: int) -> HttpResponse:
    """The sentences: a part for scripts, a page of its own without."""
    ticket = queries.by_number(request.person, number)
    context: dict[str, Any] = {
        "title": _("Why it stands here"),
        "sentences": sentences(ticket),
        "ticket": ticket,
        "back_url": reverse("desk:ticket", args=[number]),
    }
    if is_part(request):
        return render(request, "desk/why.html#why", context)
    return page(request, "desk/why.html", context)


def sentences(ticket: Ticket) -> list[str]:
    """What the ticket waits for, by when somebody must act, and where that time comes from."""
    kept = Standing.objects.get(ticket=ticket)
    moment = {"since": spoken.near_inside(kept.since), "who": ticket.requester.name}
    found = [_SINCE[Reason(kept.reason)]() % moment, _act(ticket, kept)]
    if kept.bucket != Bucket.DONE:
        found.append(_("The list puts first what must be acted on first."))
    return [sentence for sentence in found if sentence]


def _act(ticket: Ticket, kept: Standing) -> str:
    if kept.act_by is None:
        return "" if kept.bucket == Bucket.DONE else _("Nobody has to act before something is heard.")
    at = {"at": spoken.near_inside(kept.act_by)}
    if kept.act_by == kept.promised_at:
        return _("The service level asks for the next step by %(at)s.") % at
    if kept.act_by == ticket.due_at:
        return _("It was agreed for %(at)s.") % at
    if kept.act_by == ticket.wake_at:
        return _("It comes back by itself: %(at)s.") % at
    hours = int(standing.allowance(ticket.priority, kept.reason).total_seconds() // 3600)
    words = {"level": str(ticket.get_priority_display()).lower(), "span": _span(hours), **at}
    return _("Nothing was agreed; priority %(level)s allows %(span)s, until %(at)s.") % words


def _span(hours: int) -> str:
    if hours < 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}


_SINCE: Mapping[Reason, Callable[[], str]] = {
    Reason.FIRST_RESPONSE: lambda: _("%(who)s has waited for a first answer since %(since)s."),
    Reason.NEXT_RESPONSE: lambda: _("%(who)s has waited for an answer since %(since)s."),
    Reason.ESCALATED: lambda: _("It was escalated (%(since)s), and nobody has taken it."),
    Reason.UNTAKEN: lambda: _("Nobody has taken it; it last moved: %(since)s."),
    Reason.IN_PROGRESS: lambda: _("Somebody works on it; it last moved: %(since)s."),
    Reason.REQUESTER: lambda: _("It waits for %(who)s since %(since)s."),
    Reason.THIRD_PARTY: lambda: _("It waits for a third party since %(since)s."),
    Reason.APPROVAL: lambda: _("It waits for an approval since %(since)s."),
    Reason.DATE: lambda: _("It waits until a date, since %(since)s."),
    Reason.RESOLVED: lambda: _("It was resolved (%(since)s) and will be closed if nobody objects."),
    Reason.CLOSED: lambda: _("It was closed: %(since)s."),
    Reason.MERGED: lambda: _("It goes on in another ticket since %(since)s."),
}
