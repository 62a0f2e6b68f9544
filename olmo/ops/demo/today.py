"""The working day of the demo: what colleagues write to each other, promised calls, minutes entered, a draft half done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from olmo.kernel import clock
from olmo.notifications.models import Alert
from olmo.people.models import Person
from olmo.tickets import actions, policy, working
from olmo.tickets.mentions import written
from olmo.tickets.models import ACTIVE, Event, Status, Ticket
from olmo.worklog import actions as work
from olmo.worklog.models import Activity
from olmo.writing import drafting

from . import moments
from .stage import Stage

SHORTLY = timedelta(seconds=40)
READY, CALLS, ENTRIES = 5, 4, 14


def play_today(stage: Stage, notes: dict[str, Any], now: datetime, rng: Random) -> None:
    """Let the administrator, who is shown around, find work on every page."""
    boss = stage.administrator
    moment = now - SHORTLY
    with clock.at(moment):
        own = _given(stage, boss)
        for ticket, words in zip(own, notes["mention"], strict=False):
            _mention(ticket, words, rng.choice([who for who, _role in stage.agents if who != boss]), boss)
        for ticket, words in zip(_callable(boss), notes["callback"] * 2, strict=False):
            at = moments.in_working_hours(rng, now + timedelta(minutes=rng.uniform(20, 700)))
            actions.promise_callback(ticket, by=ticket.assignee or boss, at=at, note=words)
        _say_how_it_stands(boss)
        if own:
            drafting.save(own[-1], by=boss, kind="reply", content=drafting.Content(text=notes["draft"]))
        _enter_minutes(boss, notes["work"], moment, rng)


def _given(stage: Stage, boss: Person) -> list[Ticket]:
    """Some open tickets become the administrator's, by a colleague who says so."""
    active = Ticket.objects.filter(status__in=(Status.NEW, Status.OPEN)).order_by("opened_at")
    found = [ticket for ticket in active if policy.may_work(boss, ticket)]
    own = [ticket for ticket in found if ticket.assignee_id == boss.pk]
    colleague = next(who for who, _role in stage.agents if who != boss)
    for ticket in [ticket for ticket in found if ticket.assignee_id != boss.pk][: max(READY - len(own), 0)]:
        event = actions.assign(ticket, by=colleague, team=ticket.team, assignee=boss)
        if event is not None:
            _tell(boss, event, "assignee")
        own.append(ticket)
    return own


def _say_how_it_stands(boss: Person) -> None:
    """Every third ticket at work is in one of the desk's own working states."""
    for status in (Status.OPEN, Status.WAITING):
        rows = [
            ticket for ticket in Ticket.objects.filter(status=status).order_by("pk") if policy.may_work(boss, ticket)
        ]
        for ticket, state in zip(rows[::3], cycle(working.offered(status)), strict=False):
            actions.set_working_state(ticket, by=ticket.assignee or boss, state=state)


def _mention(ticket: Ticket, words: str, author: Person, whom: Person) -> None:
    text = words.format(whom=written(whom))
    _tell(whom, actions.note(ticket, by=author, message=actions.NewMessage(text=text, is_markdown=True)), "mentioned")


def _tell(person: Person, event: Event, why: str) -> None:
    # Nothing else tells of this past: a notice in the page, and no mail.
    Alert.objects.create(person=person, ticket=event.ticket, event=event, why=why, at=event.at)


def _callable(boss: Person) -> Iterator[Ticket]:
    found = Ticket.objects.filter(status__in=ACTIVE, callback_at=None, assignee__isnull=False).order_by("-opened_at")
    yield from [ticket for ticket in found if policy.may_work(boss, ticket)][:CALLS]


def _enter_minutes(boss: Person, words: list[str], moment: datetime, rng: Random) -> None:
    """The last working days of the administrator, so that the week has something in it."""
    activities = list(Activity.objects.filter(is_active=True).order_by("position"))
    tickets = list(Ticket.objects.order_by("-updated_at")[:40])
    day = moment.astimezone(moments.ZONE).date()
    days = [d for d in (day - timedelta(days=n) for n in range(7)) if d.weekday() < moments.SATURDAY][:4]
    for n in range(ENTRIES):
        entry = work.Work(
            minutes=rng.choice((6, 10, 15, 20, 30, 45, 60)), day=days[n % len(days)], note=rng.choice(words),
            activity=rng.choice(activities) if activities else None,
        )  # fmt: skip
        work.log_work(rng.choice(tickets), entry, by=boss)
