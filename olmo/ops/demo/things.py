"""What the demo's organisations work with: a computer for everybody, phones, printers, servers, licences; some with a past."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from olmo.assets import actions
from olmo.assets.actions import AssetSettings
from olmo.assets.models import Asset, AssetKind, State
from olmo.kernel import clock
from olmo.people.models import Person

from .stage import House, Stage

BEFORE = timedelta(days=80)
YEARS = 365
SHARED = {  # kind, tag, name, maker, model
    "en": [
        ("Server", "SRV", "File server", "HPE", "ProLiant DL360"),
        ("Network device", "NET", "Firewall", "Fortinet", "FortiGate 60F"),
        ("Licence", "LIC", "Drawing suite, 25 seats", "Autodesk", "AEC Collection"),
    ],
    "it": [
        ("Server", "SRV", "Server gestionale", "Dell", "PowerEdge R450"),
        ("Network device", "NET", "Firewall", "Fortinet", "FortiGate 60F"),
        ("Licence", "LIC", "Licenze ufficio, 40 posti", "Microsoft", "365 Business"),
    ],
}  # fmt: skip
LAPTOPS = (("Lenovo", "ThinkPad T14"), ("Dell", "Latitude 5450"), ("HP", "EliteBook 840"))
PHONES = (("Samsung", "Galaxy A55"), ("Apple", "iPhone 15"), ("Google", "Pixel 8a"))


def equip(stage: Stage, now: datetime) -> None:
    """Give every house its things, as agents took them in some months ago; a few changed hands since."""
    for house in stage.houses:
        rng = Random(f"{house.client.name} things")  # noqa: S311  (stories, no secrets)
        with clock.at(now - BEFORE):
            made = [*_own(stage, house, rng, now), *_shared(stage, house, now)]
        _pass_on(stage, made, house, rng, now)


def _own(stage: Stage, house: House, rng: Random, now: datetime) -> list[Asset]:
    """A laptop for everybody, and a phone for every third."""
    made = []
    for n, person in enumerate(house.people, 1):
        maker, model = LAPTOPS[rng.randrange(3)]
        made.append(
            _take(stage, house, "Laptop", f"LT-{n:03}", (f"{maker} {model.split()[0]}", maker, model), rng, now, person)
        )
        if n % 3 == 0:
            maker, model = PHONES[rng.randrange(3)]
            made.append(_take(stage, house, "Phone", f"PH-{n:03}", (model, maker, model), rng, now, person))
    for n in range(2):
        maker, model = LAPTOPS[rng.randrange(3)]
        made.append(
            _take(stage, house, "Laptop", f"LT-9{n:02}", (f"{maker} {model.split()[0]}", maker, model), rng, now, None)
        )
    return made


def _shared(stage: Stage, house: House, now: datetime) -> list[Asset]:
    rng = Random(f"{house.client.name} shared")  # noqa: S311  (stories, no secrets)
    made = []
    for n, name in enumerate(house.words["printers"]):
        place = house.words["rooms"][n % len(house.words["rooms"])]
        made.append(
            _take(
                stage, house, "Printer", f"PR-{n + 1:02}", (name, "Kyocera", "TASKalfa 2554ci"), rng, now, None, place
            )
        )
    for kind, tag, name, maker, model in SHARED[house.client.language]:
        made.append(
            _take(stage, house, kind, f"{tag}-01", (name, maker, model), rng, now, None, house.words["rooms"][-1])
        )
    return made


def _take(
    stage: Stage, house: House, kind: str, tag: str, called: tuple[str, str, str], rng: Random, now: datetime,
    person: Person | None, place: str = "",
) -> Asset:  # fmt: skip
    bought = (now - timedelta(days=rng.randrange(60, 4 * YEARS))).date()
    state = State.IN_USE if person or place else State.IN_STOCK
    settings = AssetSettings(
        tag=f"{house.words['asset']}-{tag}", name=called[0], maker=called[1], model=called[2],
        kind=AssetKind.objects.get(name=kind), serial=f"{rng.randrange(16**8):08X}", person=person, place=place, state=state,
        bought_on=bought, warranty_until=_later(bought, 3),
    )  # fmt: skip
    return actions.create(house.client, settings, by=stage.administrator)


def _later(day: date, years: int) -> date:
    return day + timedelta(days=years * YEARS)


def _pass_on(stage: Stage, made: list[Asset], house: House, rng: Random, now: datetime) -> None:
    """One laptop changed hands, one is in repair, one is retired."""
    passed, broken, old = [one for one in made if one.person_id][:3]
    stock = next(one for one in made if one.state == State.IN_STOCK)
    agent = stage.administrator
    with clock.at(now - timedelta(days=rng.randrange(20, 40))):
        _change(passed, agent, person=house.people[4])
    with clock.at(now - timedelta(days=3)):
        _change(broken, agent, state=State.IN_REPAIR, place=broken.maker)
        _change(stock, agent, person=passed.person, state=State.IN_USE)
        actions.retire(old, by=agent)


def _change(asset: Asset, by: Person, **what: Any) -> None:
    actions.change(asset, replace(actions.settings_of(asset), **what), by=by)
