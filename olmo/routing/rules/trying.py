"""The dry run: rules tried on the tickets of the last days as they were opened. Nothing of a ticket is written, nobody is told.

It goes batch by batch, each in a transaction of its own, and keeps how far it is: a page shows the progress, and a job that was
interrupted goes on where it stopped.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app

from olmo.kernel import clock
from olmo.people import administration as people
from olmo.people.models import Person
from olmo.tickets.models import Ticket

from . import reading
from .content import made
from .matching import SETTABLE, Act, Decision, State, decide
from .models import DryRun, Rule
from .world import Desk

DAYS = 90
MOST = 100_000  # tickets, the newest
BATCH = 1_000
EXAMPLES = 8  # of each rule
LIFE = timedelta(days=1)
_COUNT = "select count(*) from (select from tickets_ticket where opened_at >= %s limit %s) counted"


@transaction.atomic
def begin(
    by: Person,
    *,
    edited: Rule | None = None,
    says: Mapping[str, Any] | None = None,
    draft: Mapping[str, Any] | None = None,
) -> DryRun:
    """Let a job try the rules that are switched on; a former dry run of the same person ends.

    says: {"name", "content"} of a rule that is being written, in the place of `edited`, or at the end when that is None.
    draft: what was typed of it, to show the form again. Raises NotAllowed.
    """
    people.require_administrator(by)
    rules = [_row(row) for row in Rule.objects.all() if row.is_on or (edited and row.pk == edited.pk)]
    number = (edited.pk if edited else 0) if says else None
    if says:
        new = [number, says["name"], 0, says["content"]]
        rules = [new if row[0] == number else row for row in rules] if edited else [*rules, new]
    DryRun.objects.filter(by=by).delete()
    now = clock.now()
    run = DryRun.objects.create(
        by=by, rules=rules, edited=number, draft=dict(draft or {}), since=now - timedelta(days=DAYS), made_at=now
    )
    app.configure_task("olmo.routing.jobs.dry_run", queue="automation", allow_unknown=True).defer(pk=run.pk)
    return run


def proceed(run: DryRun) -> None:
    """The next batch. The first one counts."""
    if run.total is None:
        run.total = _count(run.since)
    desk = Desk()
    rules = [rule for row in run.rules if (rule := made(row[0], row[1], row[2], row[3], desk.below)).on_open]
    tickets = _next(run)
    tally = Tally(run.found)
    for ticket, state in zip(tickets, reading.opened(tickets), strict=True):
        tally.add(ticket, state, decide(state, rules, desk))
    run.found = tally.found
    run.done = min(run.done + len(tickets), run.total)
    if tickets:
        run.after = [tickets[-1].opened_at.isoformat(), tickets[-1].pk]
    if len(tickets) < BATCH or run.done >= run.total:
        run.finished_at = clock.now()
    run.save(update_fields=["total", "done", "after", "found", "finished_at"])


def forget_old() -> int:
    """Drop dry runs of yesterday; returns how many."""
    return DryRun.objects.filter(made_at__lte=clock.now() - LIFE).delete()[0]


class Tally:
    """What came out so far: of all tickets, and of each rule.

    found: {"changed": n, "rules": {number: {"met", "changed", "kept", "examples"}}}. kept: tickets that have those values today.
    """

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.found: dict[str, Any] = {"changed": 0, "rules": {}, **found}

    def add(self, ticket: Any, before: State, decision: Decision) -> None:
        """One more ticket, as a row of `reading.ROW` with its number."""
        if not decision.acts:
            return
        today = reading.present(ticket)
        self.found["changed"] += any(act.sets for act in decision.acts)
        for act in decision.acts:
            told = self.found["rules"].setdefault(str(act.rule.pk), {"met": 0, "changed": 0, "kept": 0, "examples": []})
            told["met"] += 1
            if act.sets:
                told["changed"] += 1
                told["kept"] += _is_so_today(today, act)
                if len(told["examples"]) < EXAMPLES:
                    told["examples"].append([ticket.number, ticket.pk, _differences(before, act)])


def _differences(before: State, act: Act) -> list[list[Any]]:
    """[property, before, after] of what a rule does; sets are sorted, for JSON."""
    return [
        [name, before[name] if name in SETTABLE else sorted(before[name]), value] for name, value in act.sets.items()
    ]


def _is_so_today(today: Mapping[str, Any], act: Act) -> bool:
    """Whether agents (or whoever) gave the ticket the same values in the end."""
    return all(
        today[name] == value if name in SETTABLE else set(value) <= today[name] for name, value in act.sets.items()
    )


def _row(rule: Rule) -> list[Any]:
    return [rule.pk, rule.name, rule.version, rule.content]


def _count(since: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [since, MOST])
        return int(cursor.fetchone()[0])


def _next(run: DryRun) -> Sequence[Any]:
    """The rows of the next tickets, the newest first, by the index of lists."""
    rows = Ticket.objects.filter(opened_at__gte=run.since)
    if run.after:
        at, pk = datetime.fromisoformat(run.after[0]), run.after[1]
        rows = rows.filter(opened_at__lte=at).exclude(opened_at=at, pk__gte=pk)
    found = rows.order_by("-opened_at", "-pk").values_list(*reading.ROW, "number", "opened_at", named=True)
    return list(found[: min(BATCH, MOST - run.done)])
