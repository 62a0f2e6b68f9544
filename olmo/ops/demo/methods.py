"""Procedures of the demo, with runs: some to the end, one interrupted, some that went another way."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from olmo.kernel import clock
from olmo.knowledge import indexing
from olmo.people.actions import robot
from olmo.procedures import queries, running, writing
from olmo.procedures.models import Procedure, Run
from olmo.procedures.steps import Record, Step, parse
from olmo.procedures.writing import Draft
from olmo.tickets.models import ACTIVE, Event, Ticket

from .stage import Stage

RUNS = 5  # of each, at most
AGO, SHORTLY = timedelta(hours=12), timedelta(minutes=2)


def lay_up_procedures(stage: Stage, rows: list[dict[str, Any]]) -> None:
    """Bring them in, in both languages; the search reads them at once."""
    for row in rows:
        drafts = {
            code: Draft(title=row[code]["title"], summary=row[code]["summary"], steps=parse(row[code]["steps"]))
            for code in ("en", "it")
        }
        category = stage.categories.get(row["category"])
        made = writing.take_in(row["key"], drafts, by=robot("Olmo"), owner=stage.administrator, category=category)
        indexing.show(made.article)


def play_procedures(stage: Stage, rows: list[dict[str, Any]], now: datetime, rng: Random) -> None:
    """Run each on open tickets whose subject speaks of it."""
    for row in rows:
        procedure = Procedure.objects.filter(article__key=row["key"]).first()
        for n, ticket in enumerate(_tickets(row["words"]) if procedure else []):
            moment = max(Event.objects.filter(ticket=ticket).latest("seq").at, now - AGO) + timedelta(seconds=30)
            if procedure is not None and moment < now - SHORTLY:
                _run(stage, procedure, ticket, rng, moment, now - SHORTLY, is_stuck=n == 0)


def _tickets(words: list[str]) -> list[Ticket]:
    rows = Ticket.objects.filter(status__in=ACTIVE).select_related("client", "requester", "assignee").order_by("pk")
    return [ticket for ticket in rows if any(word in ticket.subject.lower() for word in words)][:RUNS]


def _run(
    stage: Stage, procedure: Procedure, ticket: Ticket, rng: Random, moment: datetime, now: datetime, *, is_stuck: bool
) -> None:
    """One run up to now; the stuck one is interrupted at its second step."""
    by = ticket.assignee or stage.administrator
    with clock.at(moment):
        run = running.start(ticket, procedure, by=by)
    listed = queries.steps_of(run.version)
    while run.is_under_way:
        moment += timedelta(seconds=rng.randrange(40, 400))
        if moment >= now:
            return
        with clock.at(moment):
            if is_stuck and run.current > 1:
                running.pause(run, by=by)
                return
            run = _do(run, listed[run.current - 1], rng)


def _do(run: Run, step: Step, rng: Random) -> Run:
    by = run.ticket.assignee or run.by
    return running.do(run, run.current, by=by, value=_value(step, rng), is_ok=not step.expect or rng.random() < 0.85)


def _value(step: Step, rng: Random) -> str:
    texts = {Record.TEXT: "OK", Record.NUMBER: str(rng.randrange(5)), Record.YES_NO: "yes"}
    return step.choices[0] if step.record == Record.CHOICE else texts.get(step.record, "")
