"""What an agent was told: the bell in the navigation, and the page of notices."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from olmo.escalation import queries as escalation
from olmo.kernel.errors import Invalid
from olmo.kernel.text import whole_number
from olmo.notifications import actions, kinds, queries, shifts, suggested
from olmo.notifications.models import Alert
from olmo.people.models import Person
from olmo.tickets.models import Event, Ticket
from olmo.tickets.sentences import describe

from . import places
from .lists.files import Columns, Table, leave, listing
from .shell import MOST_COUNTED, DeskRequest, SeeOther, agents, bell, bounded, is_part, page

SIZE = 50


MOST = 10_000  # in a file
_COLUMNS: Columns = {
    "at": gettext_lazy("When"), "number": gettext_lazy("Ticket"), "subject": gettext_lazy("Subject"),
    "sentence": gettext_lazy("What happened"), "why": gettext_lazy("Why"), "is_unread": gettext_lazy("Not read yet"),
}  # fmt: skip


@listing
@agents
def notices(request: DeskRequest) -> HttpResponse:
    """The notices, the newest first. A script that looks again gets the list alone."""
    if request.method == "POST":
        return leave(request, _table(request))
    before = _number(request.GET.get("before", ""))
    found = queries.alerts(request.person, limit=SIZE + 1, before=before)
    shown = found[:SIZE]
    context = {
        "days": _days(request, shown),
        "more_url": f"{reverse('desk:notices')}?before={shown[-1].pk}" if len(found) > SIZE else "",
        "first_url": reverse("desk:notices") if before else "",
        "has_unread": any(alert.read_at is None for alert in shown),
        "preferences_url": reverse("notices:preferences"),
        "leaves_url": "?" if shown else "",
    }
    if is_part(request):
        return render(request, "desk/notices.html#list", context)
    return page(request, "desk/notices.html", context)


@require_safe
@agents
def ring(request: DeskRequest) -> HttpResponse:
    """The bell alone, in its two places, with how many notices are not read."""
    count = queries.unread(request.person).order_by().values("pk")[:MOST_COUNTED].count()
    return render(request, "look/bell.html", {"bell": bell(bounded(count), request.GET.get("at") == "notices")})


@require_POST
@agents
def read(request: DeskRequest) -> HttpResponse:
    """Mark one notice (`notice`, its id) or all of them as read."""
    given = request.POST.get("notice", "")
    number = _number(given)
    count = actions.read(request.person, ids=None if number is None else [number])
    if number is None:
        said = ngettext("%(n)d notice marked as read", "%(n)d notices marked as read", count) % {"n": count}
        messages.success(request, said)
    return SeeOther(reverse("desk:notices"))


def _days(request: DeskRequest, alerts: list[Alert]) -> list[dict[str, Any]]:
    rows = {**_of_tickets(request.person, alerts), **_of_duties(request.person, alerts), **_of_suggestions(alerts)}
    drawn: list[dict[str, Any]] = [
        {**rows[alert.pk], "pk": alert.pk, "at": alert.at, "why": kinds.WHY[alert.why], "is_unread": alert.read_at is None}
        for alert in alerts
    ]  # fmt: skip
    days = groupby(drawn, key=lambda row: timezone.localtime(row["at"]).date())
    return [{"day": found[0]["at"], "rows": found} for found in (list(part) for _day, part in days)]


def _table(request: DeskRequest) -> Table:
    found = queries.alerts(request.person, limit=MOST)
    rows = [{"number": "", **row} for day in _days(request, found) for row in day["rows"]]
    return Table(gettext_lazy("Notices"), _COLUMNS, rows)


def _of_tickets(viewer: Person, alerts: list[Alert]) -> dict[int, dict[str, Any]]:
    """By the notice: what happened to which ticket."""
    found = [(alert, alert.event, alert.ticket) for alert in alerts if alert.event and alert.ticket]
    sentences = describe(viewer, [event for _alert, event, _ticket in found])
    asked = [alert.ticket_id for alert in alerts if alert.why == "asked" and alert.ticket_id]
    waiting = escalation.waiting_among(asked) if asked else set()
    return {
        alert.pk: {
            "by": (event.by.name, event.by.kind), "sentence": sentence, "number": ticket.number, "subject": ticket.subject,
            "url": _place(ticket, event), "why_url": reverse("notices:told", args=[event.pk]),
            "why_label": _("Why you are told this of ticket %(number)s") % {"number": ticket.number},
            "read_label": _("Mark the notice of ticket %(number)s as read") % {"number": ticket.number},
            "care_url": places.ticket(ticket.number, "care") if alert.why == "asked" and ticket.pk in waiting else "",
            "is_mention": alert.why == "mentioned",
        }
        for (alert, event, ticket), sentence in zip(found, sentences, strict=True)
    }  # fmt: skip


def _of_duties(viewer: Person, alerts: list[Alert]) -> dict[int, dict[str, Any]]:
    """By the notice: what changed of which on-call schedule."""
    found = [(alert, alert.schedule, shifts.kept(alert.shifts)) for alert in alerts if alert.schedule]
    people = shifts.people_of(shift for _alert, _row, told in found for shift in told) if found else {}
    return {
        alert.pk: {
            "by": (row.team.name, "team"), "subject": f"{row.team}, {row.name}",
            "sentence": " ".join(shifts.said(viewer, told, people)),
            "url": f"{reverse('desk:oncall')}?team={row.team_id}", "why_url": reverse("notices:preferences"),
            "why_label": _("Choose what you are told"), "read_label": _("Mark the notice of your duties as read"),
        }
        for alert, row, told in found
    }  # fmt: skip


def _of_suggestions(alerts: list[Alert]) -> dict[int, dict[str, Any]]:
    """By the notice: what a reader says of which article."""
    return {
        alert.pk: {
            "by": (row.by.name, row.by.kind), "sentence": suggested.said(row), "subject": Truncator(row.words).chars(80),
            "url": suggested.place(row), "why_url": reverse("notices:preferences"),
            "why_label": _("Choose what you are told"),
            "read_label": _("Mark the notice of %(article)s as read") % {"article": row.article.key},
        }
        for alert in alerts
        if (row := alert.suggestion)
    }  # fmt: skip


def _place(ticket: Ticket, event: Event) -> str:
    """The ticket, at the message of the event when it has one."""
    message = event.data.get("message")
    return places.ticket(ticket.number) + (f"#message-{message}" if message else "")


def _number(text: str) -> int | None:
    if not text:
        return None
    if whole_number(text) is None:
        raise Invalid("notice", _("There is no such notice: %(text)s") % {"text": text[:30]})
    return int(text)
