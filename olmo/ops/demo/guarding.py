"""Who watches over the desk of the demo: shifts, on-call, policies, rules, partners, and what many reported at once."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from olmo.escalation import administration as policies
from olmo.escalation import major, watching
from olmo.escalation.administration import PolicySettings, StepSettings
from olmo.kernel import clock
from olmo.notifications import duties
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.routing import jobs as routing
from olmo.routing.rules import keeping, trying
from olmo.service_levels import actions as service_levels
from olmo.service_levels import loading
from olmo.service_levels.models import Clock
from olmo.staffing.actions.absences import save_absence
from olmo.staffing.actions.on_call import LayerSettings, put_in, save_layer, save_schedule
from olmo.staffing.actions.shifts import save_pattern
from olmo.tickets import actions, suppliers
from olmo.tickets.models import ACTIVE, Supplier, Ticket

from .lives import Life
from .stage import Stage

BEFORE = timedelta(days=80)
ZONE = "Europe/Rome"
TICKETS = 6  # of the two disturbances
_LAST = "select coalesce(max(id), 0) from procrastinate_jobs"
# What a worker would look at is looked at here: the past is told to nobody.
_CANCEL = (
    "select procrastinate_cancel_job_v1(id, false, true) from procrastinate_jobs where status = 'todo' and id > %s"
)


def lay_up(stage: Stage, words: dict[str, Any], now: datetime) -> None:
    """What was arranged before the first ticket came in. words: content.guard."""
    by = stage.administrator
    with clock.at(now - BEFORE):
        for place, team in enumerate(stage.teams.values()):
            team.leads.add(by, *([stage.agents[1][0]] if place == 0 else []))
        for name, email in words["partners"].items():
            suppliers.save(None, suppliers.SupplierSettings(name=name, email=email), by=by)
        _agree(stage, words)
        _staff(stage, words["shifts"], now)
        for row in words["rules"]:
            _rule(stage, row)


def disturbances(stage: Stage, words: dict[str, Any], now: datetime) -> list[Life]:
    """What many reported at once, to be played among the tickets of every day."""
    return [_major(stage, row, now, place) for place, row in enumerate(words["majors"])]


def last_job() -> int:
    """The newest job before the past is played."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        return int(cursor.fetchone()[0])


def watch(stage: Stage, words: dict[str, Any], now: datetime) -> None:
    """Policies and promises as they are by now, and a dry run to look at."""
    _policies(stage.administrator, now)
    _waive(stage.administrator, words["waived"], now)
    with clock.at(now):
        for ticket in Ticket.objects.filter(status__in=ACTIVE).select_related("client"):
            watching.keep(ticket)
        routing.dry_run(trying.begin(stage.administrator).pk)
        duties.take_as_told()


def tell_nobody(last: int) -> None:
    """No worker takes up what was queued since that job while the past was played."""
    with connection.cursor() as cursor:
        cursor.execute(_CANCEL, [last])


def _agree(stage: Stage, words: dict[str, Any]) -> None:
    """An operational level agreement with the second tier, and an underpinning contract with the carrier."""
    for name, kind, party, targets in (
        ("Network and workplace, inside", "ola", {"team": stage.teams["network"].name}, words["inner"]),
        ("Adriafibra, line", "uc", {"supplier": next(iter(words["partners"]))}, words["outer"]),
    ):
        by_priority = {key: {"first_response": first, "resolution": last} for key, (first, last) in targets.items()}
        terms = {
            "version": "1", "from": clock.now().isoformat(timespec="seconds"), "reason": "Signed", "calendar": "Office hours",
            "pauses": ["requester"], "targets": by_priority,
        }  # fmt: skip
        loading.load({"agreement": name, "kind": kind, **party, "terms": terms}, by=stage.administrator)


def _waive(by: Person, reasons: list[str], now: datetime) -> None:
    """Some breaches of the last weeks do not count, each of another ticket."""
    broken = Clock.objects.filter(kind="sla", breached_at__gt=now - timedelta(days=20)).order_by("-breached_at", "pk")
    with clock.at(now - timedelta(hours=1)):
        for reason, each in zip(
            reasons, broken.filter(metric="resolution").select_related("ticket")[::4], strict=False
        ):
            service_levels.waive(each.ticket, each.metric, each.started_at, by=by, reason=reason)


def _staff(stage: Stage, shifts: dict[str, Any], now: datetime) -> None:
    by, people = stage.administrator, [who for who, _role in stage.agents]
    today = now.date()
    for place, person in enumerate(people):
        week = shifts["early" if place % 2 else "late"]
        save_pattern(None, person=person, zone=ZONE, week=week, valid_from=today - BEFORE, by=by)
    for person, deputy, kind, first, days in (
        (people[4], people[2], "leave", 1, 4), (people[6], None, "training", 5, 2), (people[3], people[2], "illness", -9, 3),
    ):  # fmt: skip
        start = now.astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(
            days=first
        )
        end = start + timedelta(days=days)
        save_absence(None, person=person, kind=kind, starts_at=start, ends_at=end, deputy=deputy, by=by)
    on_call: list[tuple[str, str, list[Person], Any]] = [
        ("network", "Every hour", [people[5], people[6]], {}),
        ("systems", "Nights and weekends", [people[7], by], shifts["nights"]),
    ]
    for key, name, turns, week in on_call:
        schedule = save_schedule(None, team=stage.teams[key], name=name, zone=ZONE, by=by)
        monday = today - BEFORE - timedelta(days=(today - BEFORE).weekday())
        layer = LayerSettings(name="Weekly", people=turns, days=7, handover="09:00", starts_on=monday, week=week)
        save_layer(schedule, None, layer, by=by)
        evening = now.replace(hour=16, minute=0, second=0, microsecond=0) + timedelta(days=2)
        put_in(schedule, turns[0], starts_at=evening, ends_at=evening + timedelta(hours=14), by=by)


def _rule(stage: Stage, row: dict[str, Any]) -> None:
    outcome = {**row["outcome"]}
    if "team" in outcome:
        outcome["team"] = stage.teams[outcome["team"]].pk
    content = {"conditions": row["conditions"], "outcome": outcome, "stops": row.get("stops", False)}
    keeping.save(None, keeping.RuleSettings(name=row["name"], content=content), by=stage.administrator, insists=True)


def _policies(by: Person, now: datetime) -> None:
    """Policies that were changed once; what was due before the last change is not made up for."""
    warned = StepSettings(unit="percent", value=75)
    paged = StepSettings(unit="percent", value=100, act="page", answer_minutes=10, rounds=2)
    called = StepSettings(unit="minutes", value=30, act="manager", only_untaken=True)
    first = PolicySettings(name="Solutions in time", metric="resolution", steps=[warned])
    with clock.at(now - timedelta(days=60)):
        made = policies.save(None, first, by=by)
    steps = [warned, paged, called]
    with clock.at(now - timedelta(minutes=30)):
        policies.save(made, PolicySettings(name=made.name, metric=made.metric, steps=steps), by=by)
        answers = [StepSettings(unit="percent", value=90), StepSettings(unit="percent", value=100, act="manager")]
        policies.save(None, PolicySettings(name="First answers", metric="first_response", steps=answers), by=by)
        calls = [StepSettings(unit="minutes", value=10, act="page", answer_minutes=5)]
        policies.save(None, PolicySettings(name="Promised calls", metric="callback", steps=calls), by=by)


def _major(stage: Stage, row: dict[str, Any], now: datetime, place: int) -> Life:
    """A disturbance: reported by some, declared, followed, answered at once; one is over, one at a partner's."""
    by, began = stage.administrator, now - timedelta(hours=row["hours_ago"])
    reporters = [house.people[3 + n + place] for n, house in enumerate([*stage.houses, stage.houses[0]])]
    tickets = []
    for n, (subject, text, language) in enumerate(zip(row["subjects"], row["texts"], row["languages"], strict=True)):
        yield began + timedelta(minutes=2 * n - 5)
        person = reporters[n]
        assert person.client is not None
        ticket = actions.open_ticket(
            by=person, requester=person, client=person.client, subject=subject, language=language, impact=1, urgency=1,
            team=stage.teams["network"], message=actions.NewMessage(text=text, channel="portal"), channel="portal",
        )  # fmt: skip
        tickets.append(ticket)
    moments = [began + timedelta(minutes=minutes) for minutes in row["minutes"]]
    parent = tickets[0]
    yield moments[0]
    actions.assign(parent, by=by, team=parent.team, assignee=by)
    major.declare(parent, by=by, text_en=row["declared"][0], text_it=row["declared"][1])
    major.follow(parent, tickets[1:], by=by)
    if "asked" in row:
        yield from _at_the_partner(parent, row, by, moments[1])
    yield moments[2]
    major.update(parent, by=by, **_texts(row["updated"]))
    if "solved" in row:
        yield moments[3]
        major.resolve(parent, by=by, code="fixed", **_texts(row["solved"]))


def _at_the_partner(ticket: Ticket, row: dict[str, Any], by: Person, at: datetime) -> Life:
    partner = Supplier.objects.exclude(email="").order_by("name").first()
    assert partner is not None
    yield at
    actions.ask_partner(ticket, by=by, supplier=partner, text=row["asked"])
    yield at + timedelta(minutes=14)
    words = actions.NewMessage(text=row["heard"], channel="mail")
    actions.hear_partner(
        ticket, by=robot("Olmo"), supplier=partner, message=words, reference=row["reference"], wakes=False
    )


def _texts(pair: list[str]) -> dict[str, str]:
    return dict(zip(("text_en", "text_it"), pair, strict=True))
