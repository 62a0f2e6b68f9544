"""A catalogue in use: the usual services with prices and approvals, and orders in every state, up to this morning."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle

from olmo.catalogue import actions as catalogue
from olmo.catalogue import queries
from olmo.catalogue.actions import ItemSettings, Offer
from olmo.catalogue.models import Item
from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment.models import Task
from olmo.kernel import clock
from olmo.people.actions import robot
from olmo.people.models import CostCentre, Person
from olmo.requests import administration, deciding, ordering, usual
from olmo.requests.administration import HandlingSettings, StepSettings
from olmo.requests.models import Approval, Order
from olmo.requests.queries import given, handling
from olmo.requests.wanted import Wanted
from olmo.tickets import actions
from olmo.tickets.models import Ticket

from .stage import House, Stage

BEFORE = timedelta(days=80)
PRICES = {"hardware-request": 1150, "software-installation": 90}
STEPS = {
    "hardware-request": (("manager", 1), ("owner", 2)), "new-starter": (("cost_centre", 1),),
    "software-installation": (("manager", 1),), "vpn": (("manager", 1),),
}  # fmt: skip
ABOVE = {("hardware-request", "owner"): Decimal(1000)}  # dear things need one more yes
LAPTOP = {"kind": "laptop", "model": "standard"}
WORDS = {
    "en": {
        "why": "The old one is six years old and does not last a morning", "where": "Reception", "name": "Dana Weiss",
        "no": "The budget of this quarter is spent: in January",
    },
    "it": {
        "why": "Quello vecchio ha sei anni e non dura una mattina", "where": "Portineria", "name": "Dana Bianchi",
        "no": "Il budget del trimestre è finito: a gennaio",
    },
}  # fmt: skip


def order(stage: Stage, now: datetime) -> None:
    """Lay up the catalogue as it was set up months ago, and plan who orders what from it, and when."""
    with clock.at(now - BEFORE):
        for house in stage.houses:
            _above(house)
        usual.add(by=stage.administrator)
        for item in Item.objects.select_related("service"):
            _set(stage, item)
    for house in stage.houses:
        _orders(stage, house, now)


def _above(house: House) -> None:
    """The first of each organisation leads the others and pays for them."""
    boss, *others = house.people
    centre = CostCentre.objects.create(client=house.client, code="1000", name=house.client.name, owner=boss)
    for person, floor in zip(others, cycle("123"), strict=False):
        Person.objects.filter(pk=person.pk).update(manager=boss, cost_centre=centre, location=f"{floor}.0{floor}")
        person.refresh_from_db()


def _set(stage: Stage, item: Item) -> None:
    if item.key in PRICES:
        offer = Offer(amount=Decimal(PRICES[item.key]), currency="EUR")
        plain = {name: getattr(item, name) for name in ("key", "names", "service", "summaries", "position")}
        catalogue.save_item(item, ItemSettings(**plain, offer=offer), by=stage.administrator)
    steps = tuple(
        StepSettings(kind=kind, stage=place, above=ABOVE.get((item.key, kind)))
        for kind, place in STEPS.get(item.key, ())
    )
    wanted = HandlingSettings(team=stage.teams["desk"], plan=handling(item).plan, steps=steps)
    administration.save(item, wanted, by=stage.administrator)


def _orders(stage: Stage, house: House, now: datetime) -> None:
    boss, *others = house.people
    if len(others) < 3:
        return
    turns = cycle(others)
    approved = _later(stage, next(turns), "hardware-request", now - timedelta(days=20, hours=2))
    _say(stage, approved, boss, now - timedelta(days=19))
    _say(stage, approved, stage.administrator, now - timedelta(days=18))
    _then(stage, now - timedelta(days=14), lambda: _done(stage, approved[0]))
    refused = _later(stage, next(turns), "hardware-request", now - timedelta(days=6))
    _say(stage, refused, boss, now - timedelta(days=5), no=True)
    going = _later(stage, next(turns), "hardware-request", now - timedelta(days=5))
    _say(stage, going, boss, now - timedelta(days=4))
    _say(stage, going, stage.administrator, now - timedelta(days=3, hours=20))
    _then(stage, now - timedelta(days=3, hours=19), lambda: _work(stage, going[0]))
    half = _later(stage, next(turns), "hardware-request", now - timedelta(days=2))
    _say(stage, half, boss, now - timedelta(days=1))
    _later(stage, next(turns), "software-installation", now - timedelta(hours=5))
    gone = _later(stage, next(turns), "vpn", now - timedelta(days=4))
    _then(stage, now - timedelta(days=3), lambda: ordering.withdraw(gone[0], by=gone[0].by))
    _later(stage, next(turns), "software-installation", now - timedelta(days=30))
    _then(stage, now - timedelta(days=15), deciding.expire_due)
    _later(stage, next(turns), "password-reset", now - timedelta(hours=3))
    together = ("new-starter", "mailbox")
    _then(
        stage,
        now - timedelta(hours=26),
        lambda: ordering.as_one([ordering.place(_wanted(item, boss), by=boss) for item in together], by=boss),
    )


def _then(stage: Stage, at: datetime, act: Callable[[], object]) -> None:
    """Do it in its place among the lives of all tickets, so that numbers follow the order of opening."""
    stage.alarms.append((at, lambda: int(act() is not None)))


def _later(stage: Stage, by: Person, item: str, at: datetime) -> list[Order]:
    """Let somebody order then; the order stands in the list from that moment on."""
    made: list[Order] = []
    _then(stage, at, lambda: made.append(ordering.place(_wanted(item, by), by=by)))
    return made


def _answers(item: str, by: Person) -> dict[str, object]:
    words = WORDS["it" if by.language == "it" else "en"]
    known: dict[str, dict[str, object]] = {
        "hardware-request": {**LAPTOP, "why": words["why"], "location": by.location or words["where"]},
        "software-installation": {"program": "Inkscape", "why": words["why"], "licence": "free"},
        "vpn": {"from": "2026-12-01", "device": "work", "why": words["where"]},
        "password-reset": {"account": "computer", "phone": "+39 02 5550 100"},
        "new-starter": {"name": words["name"], "title": words["where"], "first-day": "2027-01-07", "equipment": "laptop",
                        "screens": 1, "access": ["mailbox", "vpn"]},
        "mailbox": {"what": "shared", "address": "info@example.org", "members": [{"who": by.name, "sends": "yes"}],
                    "why": words["where"]},
    }  # fmt: skip
    return known[item]


def _wanted(item: str, by: Person) -> Wanted:
    found = Item.objects.select_related("service").get(key=item)
    version = queries.form_in_force(found)
    assert version is not None
    return Wanted(version=version, values=_answers(item, by), recipient=by)


def _say(stage: Stage, made: list[Order], by: Person, at: datetime, *, no: bool = False) -> None:
    """Who is asked decides, if it is them."""
    _then(stage, at, lambda: _decide(made[0], by, no=no))


def _decide(made: Order, by: Person, *, no: bool) -> None:
    rows = Approval.objects.filter(order=made, decision="", dropped_at=None, approver=by)
    for row in rows.select_related("approver", "order__ticket", "order__item__service")[:1]:
        words = WORDS["it" if row.order.ticket.language == "it" else "en"]
        deciding.decide(row, by=by, says="no" if no else "yes", comment=words["no"] if no else "")


def _work(stage: Stage, made: Order) -> None:
    """The tasks of its plan are there, and the first one is done."""
    ticket, plan = Ticket.objects.get(pk=made.ticket_id), handling(made.item).plan
    if plan is None or not ticket.is_active:
        return
    fulfilment.start(ticket, plan, by=robot("Olmo"), answers=given(ticket))
    task = Task.objects.filter(ticket=ticket, state="todo").select_related("ticket").first()
    if task is not None:
        fulfilment.begin(task, by=stage.agents[0][0])
        fulfilment.finish(task, by=stage.agents[0][0])


def _done(stage: Stage, made: Order) -> None:
    made.ticket.refresh_from_db()
    if made.ticket.is_active:
        actions.resolve(made.ticket, by=stage.agents[0][0], code="fulfilled", note="")
