"""All the tickets' lives at once, in the order of their moments, as they would have happened."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from olmo.kernel import clock
from olmo.people.models import Person
from olmo.service_levels.actions import sweep
from olmo.tickets import reactions
from olmo.tickets.models import ACTIVE, Channel, ReadMark, Ticket

from . import content, lives, moments
from .content import Scene, Script
from .lives import Life
from .methods import play_procedures
from .stage import House, Stage
from .story import Story
from .tasks import play_tasks
from .today import play_today

DAYS = 60
SWEEP_HOURS = 12  # what was promised is judged as often
FRESH_SHARE = 0.045  # of all tickets are of the last hours, whatever the hour
# An outage of four, a split of two and a secret for each organisation, when there is room for them.
SPECIAL = 7
LEAST_FOR_SPECIAL = 30
# The younger a ticket, the likelier it still waits for something: (days, share).
LINGERING = ((3, 0.25), (14, 0.33), (35, 0.03))


def play(stage: Stage, *, tickets: int, seed: int, now: datetime, more: Sequence[Life] = ()) -> None:
    """Let `tickets` tickets live over the 60 days up to `now`. The same seed on the same day tells the same stories.

    Nobody is notified: what is told has been over for long.
    """
    with reactions.without_after():
        stage.alarms += [(now - timedelta(hours=hours), sweep) for hours in range(1, DAYS * 24, SWEEP_HOURS)]
        _perform([*Playwright(stage, seed, now).lives(tickets), *more], stage, now)
        play_procedures(stage, content.procedures(), now, Random(f"{seed} procedures"))  # noqa: S311  (stories, no secrets)
        play_tasks(stage, content.plans(), now, Random(f"{seed} tasks"))  # noqa: S311  (stories, no secrets)
        play_today(stage, content.kept()["notes"], now, Random(f"{seed} today"))  # noqa: S311  (stories, no secrets)
        with clock.at(now):
            sweep()
    _catch_up_on_reading(stage, Random(f"{seed} reading"))  # noqa: S311  (stories, no secrets)


def _perform(told: list[Life], stage: Stage, now: datetime) -> None:
    order = count()
    due = [(next(life), next(order), life) for life in told]
    heapq.heapify(due)
    while due and due[0][0] < now:
        moment, _order, life = heapq.heappop(due)
        with clock.at(moment):
            following = next(life, None)
        if following is not None:
            heapq.heappush(due, (max(following, moment), next(order), life))
        while stage.alarms:
            alarm = _clockwork(*stage.alarms.pop())
            heapq.heappush(due, (next(alarm), next(order), alarm))


def _clockwork(moment: datetime, sweep: Callable[[], int]) -> Life:
    """The sweep that runs every minute, in the one minute where it finds something."""
    yield moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    sweep()


class Playwright:
    """Makes up the stories: who asks when about what. Neighbours in time are about different matters."""

    def __init__(self, stage: Stage, seed: int, now: datetime) -> None:
        self.stage, self.seed, self.now = stage, seed, now
        self.rng = Random(f"{seed} playwright")  # noqa: S311
        self.scripts = {language: content.script(language) for language in content.LANGUAGES}
        self.decks: dict[str, list[Scene]] = {language: [] for language in content.LANGUAGES}
        self.told = 0

    def lives(self, tickets: int) -> list[Life]:
        """The lives of so many tickets."""
        special = list(self._special()) if tickets >= LEAST_FOR_SPECIAL else []
        ordinary = tickets - (SPECIAL * len(self.stage.houses) if special else 0)
        return special + [self._ordinary(moment, is_fresh=fresh) for moment, fresh in self._openings(ordinary)]

    def _openings(self, tickets: int) -> list[tuple[datetime, bool]]:
        fresh = max(1, round(tickets * FRESH_SHARE))
        old = [(moments.asked_at(self.rng, self.now, oldest=DAYS), False) for _ticket in range(tickets - fresh)]
        # The square makes the last hour the busiest: whatever the hour, somebody has just written.
        new = [(self.now - timedelta(minutes=3 + 280 * self.rng.random() ** 2), True) for _ticket in range(fresh)]
        return sorted(old + new)

    def _ordinary(self, moment: datetime, *, is_fresh: bool) -> Life:
        house = self.rng.choices(self.stage.houses, (11, 9))[0]
        requester = self.rng.choice([*house.people, *house.people[:12]])
        scene = self._next_scene(requester.language)
        age = self.now - moment
        share = 0.6 if is_fresh else next((share for days, share in LINGERING if age < timedelta(days=days)), 0.0)
        channels = [Channel.MAIL, Channel.PORTAL] if is_fresh else self._channels(scene)
        story = self._story(
            house, requester, scene, moment, channel=self.rng.choice(channels), lingers=self.rng.random() < share
        )
        return lives.life_of(story)

    def _channels(self, scene: Scene) -> list[str]:
        phone, counter = [Channel.PHONE] * 8 * scene.phone, [Channel.COUNTER] * 6 * scene.counter
        return [*[Channel.MAIL] * 5, *[Channel.PORTAL] * 4, *phone, *counter]

    def _next_scene(self, language: str) -> Scene:
        deck = self.decks[language]
        if not deck:
            deck += self.rng.sample(self.scripts[language].scenes, len(self.scripts[language].scenes))
        return deck.pop()

    def _special(self) -> Iterator[Life]:
        for house in self.stage.houses:
            script = self.scripts[house.client.language]
            yield from lives.outage(list(self._outage(house, script)))
            yield lives.two_in_one(self._single(house, script.split))
            yield lives.secret_told(self._single(house, script.secret))

    def _single(self, house: House, scene: Scene) -> Story:
        moment = moments.asked_at(self.rng, self.now, oldest=26, newest=6)
        return self._story(house, self._speaker(house), scene, moment)

    def _outage(self, house: House, script: Script) -> Iterator[Story]:
        """Four people within a quarter of an hour, in the middle of a working day."""
        moment = moments.asked_at(self.rng, self.now, oldest=30, newest=8).astimezone(moments.ZONE)
        moment = moments.in_working_hours(self.rng, moment).replace(hour=self.rng.choice((9, 10, 14)))
        people = self.rng.sample([p for p in house.people if p.language == house.client.language], 4)
        at = {"time": f"{moment:%H:%M}".lstrip("0")}
        channels = (Channel.PHONE, Channel.PORTAL, Channel.MAIL, Channel.PHONE)
        for place, (person, channel) in enumerate(zip(people, channels, strict=True)):
            opened_at = moment + timedelta(minutes=4 * place + self.rng.uniform(0, 3))
            yield self._story(house, person, script.outage, opened_at, channel=channel, wording=place, words=at)

    def _speaker(self, house: House) -> Person:
        return self.rng.choice([person for person in house.people if person.language == house.client.language])

    def _story(self, house: House, requester: Person, scene: Scene, moment: datetime, **more: object) -> Story:
        self.told += 1
        return Story(
            stage=self.stage, house=house, script=self.scripts[requester.language], scene=scene,
            rng=Random(f"{self.seed} {self.told}"), now=self.now, opened_at=moment, requester=requester,  # noqa: S311
            language=requester.language, **more,  # type: ignore[arg-type]
        )  # fmt: skip


def _catch_up_on_reading(stage: Stage, rng: Random) -> None:
    """Agents have seen what they worked on, what is finished, and some of what is open; the rest is unread for them."""
    for pk, version, status in Ticket.objects.order_by("pk").values_list("pk", "version", "status"):
        for agent, _role in stage.agents:
            if rng.random() < (0.3 if status in ACTIVE else 0.98):
                stage.read[agent.pk, pk] = version
    ReadMark.objects.bulk_create(
        [ReadMark(person_id=person, ticket_id=ticket, seq=seq) for (person, ticket), seq in stage.read.items()],
        batch_size=2000,
    )
