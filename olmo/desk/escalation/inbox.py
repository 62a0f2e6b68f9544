"""The escalation inbox of those who lead a team, and the press by which somebody takes care of what a policy asked for."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from olmo.escalation import actions, queries
from olmo.escalation.models import Firing, State
from olmo.escalation.queries import CameUp
from olmo.kernel import spoken
from olmo.kernel.errors import Conflict, Words
from olmo.people.models import Person, Team
from olmo.people.queries import by_ids, team_ids
from olmo.service_levels.models import Clock
from olmo.tickets import queries as tickets
from olmo.tickets.models import Ticket
from olmo.tickets.sentences import METRICS, describe

from .. import places
from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, SeeOther, agents
from ..surveys import judged

_ACTS: dict[str, Words] = {
    "notify": gettext_lazy("told"), "reassign": gettext_lazy("given on"), "raise": gettext_lazy("priority raised"),
    "page": gettext_lazy("paged"), "manager": gettext_lazy("lead called"),
}  # fmt: skip


_COLUMNS: Columns = {
    "ticket.number": gettext_lazy("Ticket"), "ticket.subject": gettext_lazy("Subject"),
    "ticket.client": gettext_lazy("Organisation"),
    "ticket.team": gettext_lazy("Team"), "ticket.assignee": gettext_lazy("Agent"), "since": gettext_lazy("Since"),
    "how": gettext_lazy("What happened"), "words": gettext_lazy("Text"), "broken": gettext_lazy("Broken promises"),
    "due": gettext_lazy("Due"), "next_at": gettext_lazy("Next step of its policy"), "done": gettext_lazy("What was done"),
}  # fmt: skip


@listing
@agents
def inbox(request: DeskRequest) -> HttpResponse:
    """What came up to the teams that one leads, or works in where one leads none."""
    led = list(request.person.led_teams.filter(is_active=True).order_by("name"))
    teams = led or list(Team.objects.filter(pk__in=team_ids(request.person), is_active=True).order_by("name"))
    found = queries.came_up(request.person, [team.pk for team in teams])
    events = [row.event for row in found if row.event]
    said = dict(zip([event.pk for event in events], describe(request.person, events), strict=True))
    asked = by_ids(pk for row in found for firing in row.firings if (pk := firing.asks))
    rows = [_row(row, said, asked) for row in found]
    context = {"rows": rows, "teams": teams, "is_lead": bool(led), "judged": judged.rows(request.person)}
    return page_or_file(
        request, "desk/escalations.html", context, Table(gettext_lazy("Escalation inbox"), _COLUMNS, rows)
    )


@require_POST
@agents
def take(request: DeskRequest, number: int) -> HttpResponse:
    """Say that one takes care of it: one press, in a notice, in the inbox or on the ticket."""
    ticket = tickets.by_number(request.person, number)
    try:
        actions.acknowledge(ticket, by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("You take care of it; nobody else is asked."))
    return SeeOther(places.ticket(number))


def act(ticket: Ticket, asked: Any) -> dict[str, Any] | None:
    """The press on the ticket's head, while a policy asks somebody. asked: what `queries.asked` answered."""
    if not asked or ticket.is_done:
        return None
    url = places.ticket(ticket.number, "care")
    return {"label": _("I take care of it"), "icon": "check", "noun": "care", "url": url, "is_main": True}


def _row(row: CameUp, said: dict[int, str], asked: dict[int, Person]) -> dict[str, Any]:
    ticket, event = row.ticket, row.event
    return {
        "ticket": ticket, "url": places.ticket(ticket.number), "since": row.since, "words": row.words,
        "how": said.get(event.pk, "") if event else "", "returns": ticket.returns, "is_asked": row.is_asked,
        "tried": (event.data.get("tried", 0), event.data["tried_of"]) if event and event.data.get("tried_of") else None,
        "due": min((clock.due_at for clock in row.clocks if clock.is_pending and clock.due_at), default=None),
        "broken": list(dict.fromkeys(_promise(clock) for clock in row.clocks if clock.breached_at)),
        "done": [_done(firing, asked) for firing in row.firings[:5]], "next_at": row.next_at,
        "care_url": places.ticket(ticket.number, "care"),
    }  # fmt: skip


def _promise(clock: Clock) -> str:
    """What was promised, and to whom where that is not the client."""
    metric, party = str(METRICS[clock.metric]), clock.agreement.party
    return f"{metric} ({party})" if party else metric


def _done(firing: Firing, asked: dict[int, Person]) -> str:
    """What a step did, in words."""
    words = {
        "policy": firing.policy_name,
        "step": firing.place,
        "act": _ACTS[firing.act],
        "at": spoken.near_inside(firing.at),
    }
    said = _("%(policy)s, step %(step)s: %(act)s (%(at)s)") % words
    if firing.state == State.WAITING and firing.answer_until and not firing.asked:
        again = spoken.hours(timezone.localtime(firing.answer_until))
        return said + " · " + _("nobody answered, the line starts over at %(at)s") % {"at": again}
    if firing.state == State.WAITING and firing.answer_until:
        person = asked.get(firing.asks or 0)
        until = spoken.hours(timezone.localtime(firing.answer_until))
        return (
            said + " · " + _("%(name)s is asked until %(at)s") % {"name": person.name if person else "?", "at": until}
        )
    if firing.state == State.TAKEN and firing.taken_by:
        return said + " · " + _("%(name)s takes care of it") % {"name": firing.taken_by.name}
    return said + " · " + _("nobody answered") if firing.state == State.UNANSWERED else said
