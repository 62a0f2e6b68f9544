"""Steps: what is to change on a ticket, as plain data (JSON), and how the verbs of `tickets` carry it out.

    {"team": 3, "assignee": "me", "tags_add": ["vpn"], "state": "hold", "reason": "date", "days": 2}

Ids of people, teams, categories, plans and working states; "none" takes a value away; "me" is whoever acts. What is not named
stays as it is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment.models import Plan
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.people.models import Person, Team
from olmo.tickets import actions, queries
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Category, Status, Ticket, WorkingState

Steps = Mapping[str, Any]
NONE, ME = "none", "me"


def apply(ticket: Ticket, *, by: Person, steps: Steps, seen: int | None = None) -> None:
    """Carry out all steps on one ticket, in an order that makes sense. The caller opens the transaction.

    seen: the version that was shown; somebody else's newer change of the same thing raises Stale.
    Raises whatever the verbs raise: NotFound, NotAllowed, Invalid, Conflict.
    """
    for names, act in _ORDER:
        if any(name in steps for name in names):
            act(ticket, by, steps, seen)


def _language(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    actions.set_language(ticket, by=by, language=steps["language"], seen=seen)


def _kind(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    actions.classify(ticket, by=by, kind=steps["kind"], seen=seen)


def _category(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    category = _found(Category, steps["category"], "category")
    actions.categorise(ticket, by=by, category=category, seen=seen)


def _priority(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    impact, urgency = steps.get("impact", ticket.impact), steps.get("urgency", ticket.urgency)
    actions.prioritise(ticket, by=by, impact=impact, urgency=urgency, seen=seen)


def _fields(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    actions.set_fields(ticket, by=by, values=dict(steps["fields"]), seen=seen)


def _tags(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    actions.tag(ticket, by=by, add=steps.get("tags_add"), remove=steps.get("tags_remove"))


def _due(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    due_at = _in_days(steps["due_days"]) if "due_days" in steps else _moment(steps["due_at"])
    actions.set_due(ticket, by=by, due_at=due_at, seen=seen)


def _watchers(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    for name, verb in (("follow", actions.watch), ("unfollow", actions.unwatch)):
        if person := _person(steps.get(name, NONE), by):
            verb(ticket, by=by, person=person)


def _assignment(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    team = _found(Team, steps["team"], "team") if "team" in steps else ticket.team
    assignee = _person(steps["assignee"], by) if "assignee" in steps else ticket.assignee
    actions.assign(ticket, by=by, team=team, assignee=assignee, seen=seen)


def _note(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    actions.note(ticket, by=by, message=NewMessage(text=steps["note"], is_markdown=True))


def _reply(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    actions.reply(ticket, by=by, message=NewMessage(text=steps["reply"], is_markdown=True), seen=seen)


def _state(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    match steps["state"]:
        case "hold":
            wake_at = _in_days(steps["days"]) if "days" in steps else _moment(steps.get("wake_at", NONE))
            actions.hold(ticket, by=by, reason=steps.get("reason", ""), wake_at=wake_at, seen=seen)
        case "resume":
            if ticket.status == Status.WAITING:
                actions.resume(ticket, by=by)
        case "resolved":
            actions.resolve(ticket, by=by, code=steps.get("code", ""), seen=seen)
        case "closed":
            if ticket.status != Status.CLOSED:
                actions.close(ticket, by=by)
        case "reopened":
            if ticket.is_done:
                actions.reopen(ticket, by=by)
        case _:
            raise Invalid("state", _("Choose one of the states."))


def _working_state(ticket: Ticket, by: Person, steps: Steps, seen: int | None) -> None:
    state = _found(WorkingState, steps["working_state"], "working_state")
    actions.set_working_state(ticket, by=by, state=state, seen=seen)


def _plan(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    fulfilment.start(ticket, _found(Plan, steps["plan"], "plan"), by=by)


def _merge(ticket: Ticket, by: Person, steps: Steps, _seen: int | None) -> None:
    into = queries.by_number(by, steps["merge"])
    if into.pk == ticket.pk:
        return
    if ticket.merged_into_id == into.pk:
        raise Conflict(_("This ticket is merged into it already."))
    actions.merge(ticket, into, by=by)


_ORDER: tuple[tuple[tuple[str, ...], Callable[[Ticket, Person, Steps, int | None], None]], ...] = (
    (("language",), _language),
    (("kind",), _kind),
    (("category",), _category),
    (("impact", "urgency"), _priority),
    (("fields",), _fields),
    (("tags_add", "tags_remove"), _tags),
    (("due_at", "due_days"), _due),
    (("follow", "unfollow"), _watchers),
    (("team", "assignee"), _assignment),
    (("plan",), _plan),
    (("note",), _note),
    (("reply",), _reply),
    (("state",), _state),
    (("working_state",), _working_state),
    (("merge",), _merge),
)


def _found(model: Any, value: Any, name: str) -> Any:
    """The row of an id, None for "none". Raises Invalid: it is no longer there."""
    if value in (NONE, None):
        return None
    found = model.objects.filter(pk=value).first()
    if found is None:
        raise Invalid(name, _("What was chosen is no longer there."))
    return found


def _person(value: Any, by: Person) -> Person | None:
    found: Person | None = by if value == ME else _found(Person, value, "assignee")
    return found


def _moment(value: str | None) -> datetime | None:
    return parse_datetime(value) if value and value != NONE else None


def _in_days(days: int) -> datetime:
    return clock.now() + timedelta(days=days)
