"""Changing what is under way: one more task, other words, somebody else, another time, a newer version of its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean, clean_line
from olmo.people.administration import require_unchanged
from olmo.people.models import Person, Team
from olmo.tickets import policy
from olmo.tickets.changes import PlanRenewed, TaskAdded, TaskCancelled, TaskDated, TaskGiven, TaskReworded
from olmo.tickets.log import Log, changing
from olmo.tickets.models import Event, Ticket

from .. import conditions, order, steps
from ..models import Run, Task, TaskState
from ..settling import due, settle, wait
from ..steps import Step
from .base import at_work, checked_reason, require_open, require_takers
from .starting import require_room, task_of


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    """A task as somebody writes it by hand. needs: ids of tasks of the same ticket; due_minutes or due_at, or neither."""

    title: str
    instructions: str = ""
    team: Team | None = None
    person: Person | None = None
    needs: Sequence[int] = ()
    checklist: Sequence[str] = ()
    due_minutes: int | None = None
    due_at: datetime | None = None
    is_internal: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)


def add(ticket: Ticket, wanted: TaskSettings, *, by: Person) -> Task:
    """One more task. Raises NotFound, NotAllowed, Conflict (the ticket is done, too many), Invalid (title, team, needs, due)."""
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        if ticket.is_done:
            raise Conflict(_("This ticket is done; reopen it first."))
        count = Task.objects.filter(ticket=ticket).count()
        require_room(count + 1)
        task = Task(client_id=ticket.client_id, ticket=ticket, position=count, made_at=clock.now())
        _write(task, wanted)
        require_takers(ticket, wanted.team, wanted.person)
        task.team, task.person, task.due_minutes, task.due_at = (
            wanted.team,
            wanted.person,
            wanted.due_minutes,
            wanted.due_at,
        )
        task.save()
        log.record(TaskAdded(task=task.pk))
        return next(one for one in settle(log) if one.pk == task.pk)


def change(task: Task, wanted: TaskSettings, *, by: Person, seen: str = "") -> Event | None:
    """Other words, other tasks to wait for, another checklist (ticks of lines that stay are kept); None: nothing changed.

    Whose it is and when it is due have verbs of their own. seen: the mark of the task (`state_of`) on the author's page.
    A title that is left as the author reads it keeps its other languages; another one is for all of them.
    Raises NotFound, NotAllowed, Conflict (over; somebody changed or took it meanwhile), Invalid: title; needs, with the loop
    that they would make.
    """
    with at_work(task, by) as (log, row):
        require_open(row)
        require_unchanged(state_of(row), seen)
        before = _said(row)
        _write(row, wanted)
        if _said(row) == before:
            return None
        row.save()
        event = log.record(TaskReworded(task=row.pk))
        settle(log)
    return event


def give(task: Task, *, by: Person, team: Team | None, person: Person | None) -> Event | None:
    """Let a team or a person do it (neither: the ticket's own team); None: it is theirs.

    Raises NotFound, NotAllowed, Conflict (over), Invalid (a team or person who takes no tasks any more).
    """
    with at_work(task, by) as (log, row):
        require_open(row)
        require_takers(log.ticket, team, person)
        former = (row.team_id, row.person_id)
        if former == (team.pk if team else None, person.pk if person else None):
            return None
        row.team, row.person = team, person
        if row.state == TaskState.DOING and row.person_id != former[1]:
            row.state, row.begun_at = TaskState.TODO, None
        row.save()
        return log.record(
            TaskGiven(
                task=row.pk, team=row.team_id, person=row.person_id, from_team=former[0], from_person=former[1]
            )
        )  # fmt: skip


def set_due(task: Task, *, by: Person, due_at: datetime | None, minutes: int | None = None) -> Event | None:
    """Another due time: a date, or working minutes from when it could be begun; None: it is so already.

    Raises NotFound, NotAllowed, Conflict (over), Invalid (both, or out of bounds).
    """
    with at_work(task, by) as (log, row):
        require_open(row)
        _require_time(minutes, due_at)
        was, was_minutes = row.due_at, row.due_minutes
        row.due_minutes = minutes
        row.due_at = due(log.ticket, row.ready_at, minutes) if minutes and row.ready_at else due_at
        if (row.due_at, row.due_minutes) == (was, was_minutes):
            return None
        row.is_overdue = False
        row.save()
        return log.record(
            TaskDated(task=row.pk, due_at=row.due_at, minutes=minutes, was_due_at=was, was_minutes=was_minutes)
        )


def renew(run: Run, *, by: Person, reason: str) -> list[Task]:
    """Let a run follow its plan's newest version: what is over stays, open tasks take the new words, new steps become
    tasks, steps that are gone are cancelled with the reason. Returns the tasks of the run.

    Raises NotFound, NotAllowed, Conflict (it is the newest already; the ticket is done; too many tasks), Invalid (no reason).
    """
    said = checked_reason(reason)
    with changing(run.ticket, by=by) as log:
        policy.require_work(by, log.ticket)
        run = Run.objects.select_related("version__plan").get(pk=run.pk)
        newest = run.version.plan.versions.order_by("-number").first()
        if log.ticket.is_done:
            raise Conflict(_("This ticket is done; reopen it first."))
        if newest is None or newest.pk == run.version_id:
            raise Conflict(_("It follows the newest version already."))
        run.ticket, run.version = log.ticket, newest
        run.save(update_fields=["version"])
        _follow(log, run, steps.kept(newest.steps), said)
        with override(settings.LANGUAGE_CODE):
            title = str(newest.plan)
        log.record(PlanRenewed(run=run.pk, title=title, version=newest.number))
        return [task for task in settle(log) if task.run_id == run.pk]


def hear(ticket: Ticket, answers: Mapping[str, Any], *, by: Person) -> None:
    """Let the plans at work on a ticket go by other answers: what they ask for is to do, what they do not is skipped.

    What somebody began or ended stays. Raises NotFound, NotAllowed.
    """
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        stale = Run.objects.filter(ticket=ticket).exclude(answers=dict(answers))
        tasks = list(Task.objects.filter(run__in=stale.values("pk"), state__in=[TaskState.TODO, TaskState.SKIPPED]))
        stale.update(answers=dict(answers))
        for task in tasks:
            if not ticket.is_done and _is_otherwise(task, ticket, answers):
                wait(log, task)
        settle(log)


def _is_otherwise(task: Task, ticket: Ticket, answers: Mapping[str, Any]) -> bool:
    """Whether with these answers it is needed, though it was skipped for its conditions, or the other way round."""
    if task.state == TaskState.SKIPPED and not task.by_condition:
        return False
    is_needed = conditions.unmet(task.conditions, ticket, answers) is None
    return conditions.ask_for_answers(task.conditions) and is_needed == (task.state == TaskState.SKIPPED)


def _follow(log: Log, run: Run, wanted: Sequence[Step], reason: str) -> None:
    present = {task.key: task for task in Task.objects.filter(run=run)}
    unfit = dict(steps.wrong(wanted, run.ticket))
    last = Task.objects.filter(ticket=run.ticket_id).count()
    require_room(last + sum(step.key not in present for step in wanted))
    for n, step in enumerate(wanted):
        fresh = task_of(run, step, last + n, unfit.get(n, ""))
        known = present.get(step.key)
        if known is None:
            fresh.save()
            present[step.key] = fresh
        elif known.is_open:
            _take_over(log, known, fresh)
    for step in wanted:
        # also of what is over: its former needs and the new ones of the others may make a loop
        present[step.key].needs = [present[need].pk for need in step.needs]
        present[step.key].save(update_fields=["needs"])
    _drop(log, [task for key, task in present.items() if key not in {step.key for step in wanted}], reason)


def _take_over(log: Log, known: Task, fresh: Task) -> None:
    """The words, the team and the time of the new version; ticks of lines that stay are kept, and so is who works on it."""
    for name in ("title", "titles", "instructions", "conditions", "due_minutes", "is_internal", "remark"):
        setattr(known, name, getattr(fresh, name))
    known.checklist = _ticked(known.checklist, [line["text"] for line in fresh.checklist])
    if known.state != TaskState.DOING:
        known.team_id, known.person_id = fresh.team_id, fresh.person_id
    if known.ready_at and known.due_minutes:
        known.due_at = due(log.ticket, known.ready_at, known.due_minutes)
    known.save()


def _drop(log: Log, gone: Sequence[Task], reason: str) -> None:
    for task in gone:
        if task.is_open:
            was = task.state
            task.state, task.reason, task.ended_at, task.ended_by = TaskState.CANCELLED, reason, clock.now(), log.by
            task.save()
            log.record(TaskCancelled(task=task.pk, was=was))


def _write(task: Task, wanted: TaskSettings) -> None:
    title = clean_line(wanted.title, 200)
    if not title:
        raise Invalid("title", _("Say what is to be done."))
    if title != str(task):
        task.title, task.titles = title, dict(wanted.titles)
    task.instructions = clean(wanted.instructions, steps.LONGEST).strip()
    task.is_internal = wanted.is_internal
    task.checklist = _ticked(task.checklist, steps.lines(wanted.checklist))
    _require_time(wanted.due_minutes, wanted.due_at)
    task.needs = _needs(task, wanted.needs)


def _needs(task: Task, wanted: Sequence[int]) -> list[int]:
    """Ids of other tasks of the ticket, without a loop. Raises Invalid, naming it."""
    others = {one.pk: one for one in Task.objects.filter(ticket=task.ticket_id)}
    found = list(dict.fromkeys(wanted))
    if any(pk not in others for pk in found):
        raise Invalid("needs", _("A task to wait for is not there any more."))
    if task.pk:
        circle = order.loop({**{pk: one.needs for pk, one in others.items()}, task.pk: found})
        if circle:
            named = " → ".join(f"“{others[pk]}”" for pk in circle)
            words = _("These tasks wait for one another, so none could ever begin: %(loop)s.") % {"loop": named}
            raise Invalid("needs", words)
    return found


def _ticked(before: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Lines with the ticks that lines of the same words had."""
    known = {line["text"]: dict(line) for line in before}
    return [known.get(text, {"text": text}) for text in texts]


def _require_time(minutes: int | None, at: datetime | None) -> None:
    if minutes is not None and at is not None:
        raise Invalid("due_minutes", _("Give a time to do it in, or a date, not both."))
    if minutes is not None and not 0 < minutes <= steps.MOST_MINUTES:
        raise Invalid("due_minutes", _("Give a time between one minute and one year."))


def state_of(row: Task) -> dict[str, Any]:
    """What its form shows, for the mark of what its author saw."""
    said = ("title", "instructions", "is_internal", "checklist", "needs")
    return {
        **dict(zip(said, _said(row), strict=True)), "team": row.team_id, "person": row.person_id,
        "due_minutes": row.due_minutes, "due_at": None if row.due_minutes else row.due_at,
    }  # fmt: skip


def _said(row: Task) -> tuple[Any, ...]:
    return (row.title, row.instructions, row.is_internal, [line["text"] for line in row.checklist], list(row.needs))
