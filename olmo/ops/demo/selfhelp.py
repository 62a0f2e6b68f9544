"""How the demo's organisations help themselves: brands, what is told of the services, troubleshooters and their runs, visits."""

import io
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from olmo.catalogue.models import Service
from olmo.guides import actions as guides
from olmo.kernel import clock
from olmo.knowledge import search
from olmo.knowledge.models import Article, Audience
from olmo.people import administration as people
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.selfservice import actions as visits
from olmo.selfservice import widget
from olmo.selfservice.models import HoldOut, Read, Search, Visit
from olmo.status import actions as status
from olmo.status import administration
from olmo.status.models import Component
from olmo.tenancy.branding import BrandSettings

from .stage import House, Stage

DAYS, EVERY, HELD_OUT = 60, 9, 20
READ, SOLVED = 0.6, 0.45  # how many of those who found something read it, and how many of them it helped
COMPONENTS = (
    ("E-mail", "Posta", "access"),
    ("Network", "Rete", ""),
    ("VPN", "VPN", "access"),
    ("Printing", "Stampa", "workplace"),
    ("Files", "File condivisi", "access"),
)  # in English and Italian, and the service of the catalogue
# days ago, hours, level, component, titles, what was said first and last
PAST = (
    (52, 3, "fault", 2, ("The VPN was down", "La VPN era ferma"), ("The gateway does not answer.", "Il gateway non risponde."),
     ("A new certificate is in place.", "Un nuovo certificato è al suo posto.")),
    (31, 5, "warning", 0, ("E-mail was slow", "La posta era lenta"), ("Large files arrive late.", "Gli allegati grandi tardano."),
     ("The queue is empty again.", "La coda è di nuovo vuota.")),
    (12, 1, "fault", 1, ("No network at headquarters", "Sede senza rete"), ("A switch has failed.", "Uno switch si è guastato."),
     ("The switch was replaced.", "Lo switch è stato sostituito.")),
)  # fmt: skip
WORDS = {
    "en": ("vpn drops", "printer blank pages", "password expired", "outlook slow", "shared folder", "second monitor"),
    "it": (
        "la vpn cade",
        "stampante stampa bianco",
        "password scaduta",
        "posta lenta",
        "cartella condivisa",
        "secondo monitor",
    ),
}
LOOKS = {"en": ("#1f4e79", "Mon–Fri 8–18", "020 7946 0100"), "it": ("#7a3b1d", "lun–ven 8–18", "055 555 0100")}


def help_themselves(stage: Stage, now: datetime) -> None:
    """All of it, over the last two months."""
    rng = Random("selfhelp")  # noqa: S311  (stories, no secrets)
    with clock.at(now - timedelta(days=DAYS)):
        made = [_component(stage, place, *named) for place, named in enumerate(COMPONENTS)]
        walks = [guides.install_example(name, by=stage.administrator) for name in guides.EXAMPLES]
        visits.hold_out(HELD_OUT, by=stage.administrator)
        for house in stage.houses:
            _dress(stage, house)
        widget.save(
            stage.houses[0].client, by=stage.administrator, is_active=True, origins=[_intranet(stage.houses[0])]
        )
        administration.save_page(None, by=stage.administrator, is_public=True)
    for past in PAST:
        _tell_past(stage, made, now, *past)
    _tell_now(stage, made, now)
    answers = {words: _answers(words, language) for language, asked in WORDS.items() for words in asked}
    for house in stage.houses:
        for person in house.people:
            _visits(person, answers, rng, now)
            if rng.random() < 0.3:
                _walk(walks[rng.randrange(len(walks))], person, rng, now)


def _component(stage: Stage, place: int, english: str, italian: str, key: str) -> Component:
    service = Service.objects.filter(key=key).first()
    settings = administration.ComponentSettings(name=english, names={"it": italian}, service=service, position=place)
    return administration.save_component(None, settings, by=stage.administrator)


def _intranet(house: House) -> str:
    return f"https://intranet.{house.words['domains'][0]}"


def _dress(stage: Stage, house: House) -> None:
    colour, hours, phone = LOOKS[house.client.language]
    italian = house.client.language == "it"
    settings = BrandSettings(
        colour=colour, logo=_logo(colour, house.client.name[0]), phone=phone, host=f"help.{house.words['domains'][0]}",
        hours_it=hours if italian else "", hours_en="" if italian else hours,
        legal_en=f"{house.client.name}. For internal use.", legal_it=f"{house.client.name}. Per uso interno.",
    )  # fmt: skip
    people.save_brand(house.client, settings, by=stage.administrator)


def _logo(colour: str, letter: str) -> bytes:
    """A round mark with a letter's worth of bars, drawn here."""
    image = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((8, 8, 248, 248), fill=colour)
    for n in range(3):
        height = 60 + (ord(letter) * (n + 3)) % 80
        draw.rectangle((70 + 44 * n, 200 - height, 98 + 44 * n, 190), fill="white")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _tell_past(
    stage: Stage, made: list[Component], now: datetime, days: int, hours: int, level: str, place: int,
    titles: tuple[str, str], first: tuple[str, str], last: tuple[str, str],
) -> None:  # fmt: skip
    start = now - timedelta(days=days)
    settings = status.Settings(
        kind="incident",
        level=level,
        title_en=titles[0],
        title_it=titles[1],
        components=[made[place].pk],
        begins_at=start,
    )
    with clock.at(start):
        row = status.tell(settings, by=stage.administrator, text_en=first[0], text_it=first[1])
    with clock.at(start + timedelta(hours=hours)):
        status.update(row, by=stage.administrator, state="resolved", text_en=last[0], text_it=last[1])


def _tell_now(stage: Stage, made: list[Component], now: datetime) -> None:
    """Planned work of the next days, something that works badly now, and an announcement for agents."""
    start = now + timedelta(days=3)
    planned = status.Settings(
        kind="planned", level="warning", title_en="File server is being moved", title_it="Si sposta il server dei file",
        components=[made[4].pk], begins_at=start, ends_at=start + timedelta(hours=4), in_desk=True,
    )  # fmt: skip
    said: dict[str, Any] = {"by": stage.administrator}
    slow = status.Settings(
        kind="incident", level="warning", title_en="The VPN takes two tries", title_it="La VPN va al secondo tentativo",
        components=[made[2].pk], begins_at=now - timedelta(hours=2), is_banner=False,
    )  # fmt: skip
    text = (
        "A second try connects. We are looking for the cause.",
        "Al secondo tentativo si collega. Cerchiamo la causa.",
    )
    with clock.at(now - timedelta(hours=2)):
        status.tell(slow, text_en=text[0], text_it=text[1], **said)
    with clock.at(now - timedelta(days=1)):
        text = (
            "Shared files cannot be opened for up to four hours.",
            "Per quattro ore al massimo i file condivisi non si aprono.",
        )
        status.tell(planned, text_en=text[0], text_it=text[1], **said)
        told = status.Settings(
            kind="announcement", title_en="New form for laptops", title_it="Nuovo modulo per i portatili", in_portal=False,
            in_desk=True, begins_at=now - timedelta(days=1), ends_at=now + timedelta(days=6),
        )  # fmt: skip
        text = (
            "Ask for the size of the screen; stock is low.",
            "Chiedete la misura dello schermo; le scorte sono poche.",
        )
        status.tell(told, text_en=text[0], text_it=text[1], **said)


def _answers(words: str, language: str) -> list[int]:
    """The articles that a requester is shown for them."""
    everybody = Article.objects.filter(audience=Audience.PUBLIC)
    return [one.article_id for one in search.find(robot("Olmo"), words, language=language, limit=3, among=everybody)]


def _visits(person: Person, answers: dict[str, list[int]], rng: Random, now: datetime) -> None:
    """Searches on some days, and what was read. The visits are written as those days would have written them."""
    known = HoldOut.objects.get()
    for ago in range(1, DAYS):
        if rng.randrange(EVERY):
            continue
        at = now - timedelta(days=ago, minutes=rng.randrange(300))
        day: date = at.date()
        held = visits.is_held_out(person.pk, day, percent=known.percent, salt=known.salt)
        visit, is_new = Visit.objects.get_or_create(
            person=person, day=day,
            defaults={"client_id": person.client_id or 0, "began_at": at, "is_measured": True, "is_held_out": held},
        )  # fmt: skip
        if is_new:
            words = rng.choice(WORDS[person.language if person.language in WORDS else "en"])
            found = [] if held else answers[words]
            Search.objects.create(visit=visit, words=words, found=len(found), at=at)
            if found and rng.random() < READ:
                Read.objects.create(visit=visit, article_id=found[0], at=at, is_solved=rng.random() < SOLVED)


def _walk(guide: Any, person: Person, rng: Random, now: datetime) -> None:
    """One run, to its end or not."""
    at = now - timedelta(days=rng.randrange(1, DAYS - 1))
    with clock.at(at):
        run = guides.begin(guide, by=person)
        while (node := run.version.tree["nodes"][run.here])["kind"] != "outcome":
            if rng.random() < 0.12:
                return
            run = guides.answer(run, len(run.path), rng.randrange(len(node["answers"])), by=person)
        guides.end(run, "solved" if node["outcome"] == "solved" else "not_solved", by=person)
