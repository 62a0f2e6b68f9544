"""Plans of the demo, and open tickets on which they are under way: some tasks done, some waiting, one late."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from olmo.fulfilment import actions, administration
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.models import Plan, Task
from olmo.fulfilment.steps import Step
from olmo.kernel import clock
from olmo.people.models import Person
from olmo.tickets.models import ACTIVE, Event, Ticket

from .stage import Stage

RUNS = 6  # of each plan, at most
BEGAN = timedelta(hours=20)
SHORTLY = timedelta(minutes=2)


def lay_up(stage: Stage, plans: list[dict[str, Any]]) -> None:
    """Write the plans, as the administrator did it."""
    for row in plans:
        steps = [_step(stage, one) for one in row["steps"]]
        settings = PlanSettings(
            name=row["name"], names={"it": row["it"]}, steps=steps, category=stage.categories.get(row["category"])
        )
        administration.save(None, settings, by=stage.administrator)


def play_tasks(stage: Stage, plans: list[dict[str, Any]], now: datetime, rng: Random) -> None:
    """Start each plan on open tickets whose subject speaks of it (else on any), and let colleagues work on the tasks."""
    taken: set[int] = set()
    for row in plans:
        plan = Plan.objects.filter(name=row["name"]).first()
        for ticket in _tickets(row["words"], taken) if plan else ():
            moment = max(_newest(ticket), now - BEGAN) + timedelta(seconds=30)
            if plan is None or moment >= now - SHORTLY:
                continue
            taken.add(ticket.pk)
            with clock.at(moment):
                actions.start(ticket, plan, by=ticket.assignee or stage.administrator)
            _work(stage, ticket, rng, moment, now - SHORTLY)
    with clock.at(now - SHORTLY):
        actions.sweep()


def _step(stage: Stage, row: dict[str, Any]) -> Step:
    team = stage.teams.get(row["team"])
    return Step(
        key=row["key"], title=row["title"], titles={"it": row["it"]}, instructions=row.get("instructions", ""),
        team=team.pk if team else None, needs=row.get("needs", []), checklist=row.get("checklist", []),
        due_minutes=row["hours"] * 60, is_internal=row.get("internal", False),
    )  # fmt: skip


def _tickets(words: list[str], taken: set[int]) -> list[Ticket]:
    """Open tickets that speak of it first, then others."""
    rows = (
        Ticket.objects.filter(status__in=ACTIVE).exclude(pk__in=taken).select_related("client", "requester", "assignee")
    )
    spoken = [t for t in rows.order_by("pk") if any(word in t.subject.lower() for word in words)]
    others = [t for t in rows.order_by("pk") if t not in spoken]
    return [*spoken, *others][: RUNS if spoken else 2]


def _newest(ticket: Ticket) -> datetime:
    """When something happened on it last."""
    return Event.objects.filter(ticket=ticket).latest("seq").at


def _work(stage: Stage, ticket: Ticket, rng: Random, moment: datetime, now: datetime) -> None:
    """Some of what can be done until now is done, some begun."""
    for _round in range(rng.randrange(4)):
        moment += timedelta(minutes=rng.randrange(20, 200))
        task = Task.objects.filter(ticket=ticket, state="todo").select_related("ticket").order_by("position").first()
        if task is None or moment >= now:
            return
        with clock.at(moment):
            _do(task, _somebody(stage, task, rng), is_finished=rng.random() < 0.75)


def _do(task: Task, by: Person, *, is_finished: bool) -> None:
    actions.begin(task, by=by)
    if is_finished:
        for line in range(len(task.checklist)):
            actions.tick(task, by=by, line=line)
        actions.finish(task, by=by)


def _somebody(stage: Stage, task: Task, rng: Random) -> Person:
    able = [who for who, role in stage.agents if any(stage.teams[name].pk == task.team_id for name in role["teams"])]
    return rng.choice(able or [stage.administrator])
