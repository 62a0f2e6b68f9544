"""Starting a plan: all its tasks in one transaction, each that waits for nothing to be done at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.people.models import Person, Team
from olmo.tickets import policy
from olmo.tickets.changes import PlanStarted
from olmo.tickets.log import changing
from olmo.tickets.models import Ticket

from .. import steps
from ..models import OPEN, Plan, PlanVersion, Run, Task
from ..settling import settle
from ..steps import Step

MOST_TASKS = 200


@dataclass
class Started:
    """A plan that was started. remarks: what went otherwise than it says."""

    run: Run
    tasks: list[Task] = field(default_factory=list)

    @property
    def remarks(self) -> list[str]:
        return [task.remark for task in self.tasks if task.remark]


def start(ticket: Ticket, plan: Plan, *, by: Person, answers: Mapping[str, Any] | None = None) -> Started:
    """Make the tasks of the plan's newest version.

    answers: what was asked in the form of a request, for the conditions of steps: key -> text, number, yes or no, or a list.
    A team or person who takes no tasks any more is left out: the task is then the ticket's own team's, and says so.
    Raises NotFound, NotAllowed, Conflict (the ticket is done; the plan is at work on it already; too many tasks),
    Invalid (switched off; another organisation's; no steps).
    """
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        version = _version(plan, ticket)
        _require_room(ticket, plan, len(version.steps))
        run = Run.objects.create(
            client_id=ticket.client_id,
            ticket=ticket,
            version=version,
            answers=dict(answers or {}),
            by=by,
            at=clock.now(),
        )
        tasks = tasks_of(run, steps.kept(version.steps))
        with override(settings.LANGUAGE_CODE):
            title = str(plan)
        log.record(PlanStarted(run=run.pk, title=title, version=version.number, tasks=[task.pk for task in tasks]))
        made = {task.pk for task in tasks}
        return Started(run, [task for task in settle(log) if task.pk in made])


def tasks_of(run: Run, listed: Sequence[Step]) -> list[Task]:
    """The rows of a run's tasks, none of which can be begun yet."""
    unfit = dict(steps.wrong(listed, run.ticket))
    first = Task.objects.filter(ticket=run.ticket_id).count()
    tasks = Task.objects.bulk_create(task_of(run, step, first + n, unfit.get(n, "")) for n, step in enumerate(listed))
    by_key = {task.key: task for task in tasks}
    for step in listed:
        by_key[step.key].needs = [by_key[need].pk for need in step.needs]
    Task.objects.bulk_update(tasks, ["needs"])
    return tasks


def task_of(run: Run, step: Step, position: int, unfit: str) -> Task:
    """One task as its step says. unfit: why the step's team or person cannot take it; "" when they can."""
    team = Team.objects.filter(pk=step.team or 0, is_active=True).first() if unfit else None
    with override(run.ticket.language):
        remark = _("%(reason)s It went to the ticket’s team.") % {"reason": unfit} if unfit else ""
    return Task(
        client_id=run.client_id, ticket_id=run.ticket_id, run=run, key=step.key, position=position, title=step.title,
        titles=dict(step.titles), instructions=step.instructions, team_id=(team.pk if team else None) if unfit else step.team,
        person_id=None if unfit else step.person, conditions=[dict(one) for one in step.conditions],
        checklist=[{"text": line} for line in step.checklist],
        due_minutes=step.due_minutes, is_internal=step.is_internal, remark=remark[:300], made_at=clock.now(),
    )  # fmt: skip


def _version(plan: Plan, ticket: Ticket) -> PlanVersion:
    row = Plan.objects.filter(pk=plan.pk).first()
    if row is None or not row.is_active:
        raise Invalid("plan", _("The plan “%(plan)s” is switched off.") % {"plan": plan})
    if row.client_id not in (None, ticket.client_id):
        raise Invalid("plan", _("The plan “%(plan)s” is another organisation’s.") % {"plan": plan})
    return PlanVersion.objects.get(plan=row, number=row.newest)


def _require_room(ticket: Ticket, plan: Plan, count: int) -> None:
    if ticket.is_done:
        raise Conflict(_("This ticket is done; reopen it first."))
    if Task.objects.filter(run__ticket=ticket, run__version__plan=plan, state__in=OPEN).exists():
        raise Conflict(_("The plan “%(plan)s” is at work on this ticket already.") % {"plan": plan})
    require_room(Task.objects.filter(ticket=ticket).count() + count)


def require_room(count: int) -> None:
    """Raise Conflict when a ticket would have more tasks than it can."""
    if count > MOST_TASKS:
        raise Conflict(_("A ticket has at most %(most)d tasks.") % {"most": MOST_TASKS})
