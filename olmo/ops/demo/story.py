"""One ticket's story: who asks what of whom, in which words. Its methods are the verbs that people use on the ticket."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from olmo.kernel import clock
from olmo.kernel.files import Stored, store
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.surveys import asking, following_up
from olmo.surveys.rating import rate
from olmo.tickets import actions
from olmo.tickets.actions.writing import NewFile
from olmo.tickets.choices import FollowUpReason
from olmo.tickets.models import Channel, HoldReason, Ticket, TicketKind
from olmo.worklog import actions as work

from . import moments, pictures
from .content import Scene, Script
from .stage import House, Stage

FRESH = timedelta(hours=5)


@dataclass
class Story:
    """What one ticket is made of. `now` is the present: what would happen later has not happened yet."""

    stage: Stage
    house: House
    script: Script
    scene: Scene
    rng: Random
    now: datetime
    opened_at: datetime
    requester: Person
    language: str
    channel: str = Channel.MAIL
    lingers: bool = False  # it stays where it waits
    wording: int | None = None  # which of the scene's openings, where several tell of the same thing
    words: dict[str, Any] = field(default_factory=dict)

    ticket: Ticket = field(init=False)
    agent: Person = field(init=False)

    def __post_init__(self) -> None:
        self.words = self._chosen_words() | self.words
        self.agent = self.stage.agent_for(self.rng, self.stage.team_of_tier(1), self.language)

    # -- when

    def by_desk(self, least: float, most: float) -> datetime:
        """Minutes from now until an agent gets to it, in working hours; `least` and `most` bound them."""
        return moments.in_working_hours(self.rng, clock.now() + timedelta(minutes=self.rng.uniform(least, most)))

    def by_requester(self, least: float, most: float) -> datetime:
        """Minutes until the requester gets to it; never, for a story that lingers."""
        if self.lingers:
            return self.later()
        return moments.while_awake(self.rng, clock.now() + timedelta(minutes=self.rng.uniform(least, most)))

    def later(self) -> datetime:
        """After the present: some days from now, in working hours."""
        return moments.in_working_hours(self.rng, self.now + timedelta(hours=self.rng.uniform(20, 150)))

    @property
    def is_fresh(self) -> bool:
        """Whether it was asked in the last hours."""
        return self.now - self.opened_at < FRESH

    # -- what the requester does

    def open(self, *, by: Person | None = None) -> None:
        """Ask for help. by: the agent who answers the phone or stands at the counter."""
        place = self.wording if self.wording is not None else self.rng.randrange(len(self.scene.openings))
        text = self._text(self.scene.openings[place])
        subject = self.scene.subjects[place] if self.wording is not None else self.rng.choice(self.scene.subjects)
        is_known = self.channel != Channel.MAIL and (by is not None or self.rng.random() < 0.6)
        self.ticket = actions.open_ticket(
            by=by or self.requester, client=self.house.client, requester=self.requester, subject=_capital(self._text(subject)),
            message=self._message(self._first_words(text), files=self._files()), channel=self.channel,
            kind=self.scene.kind if by or self.channel == Channel.PORTAL else TicketKind.INCIDENT,
            category=self.stage.categories[self.scene.category] if is_known else None, language=self.language,
            fields=self._field_values() if self.channel == Channel.PORTAL else None,
        )  # fmt: skip

    def answer(self, wordings: Sequence[str] = (), *, reopens: bool = True) -> None:
        """Write back, by mail or in the portal."""
        text = self._text(self.rng.choice(wordings or self.scene.answer))
        if self.channel == Channel.MAIL and self.rng.random() < 0.6:
            text = f"{text}\n\n{self._phrase('closings')}\n{self.requester.first_name}"
        actions.receive(self.ticket, by=self.requester, message=self._message(text), reopens=reopens)

    def give_up(self) -> None:
        """It is no longer needed: the requester says so and closes it."""
        self.answer(self.script.phrases["withdrawn"])
        actions.close(self.ticket, by=self.requester)

    # -- what the desk does

    def take(self, agent: Person | None = None) -> None:
        """Make it one's own, and say what it is: team, category, priority, tags, fields, due date."""
        self.agent = agent or self.agent
        team = self.stage.team_of_tier(1) if agent is None else self.ticket.team
        actions.assign(self.ticket, by=self.agent, team=team, assignee=self.agent)
        if agent is None:
            self._sort_out()
        self._read()

    def ask(self, *, hold: bool) -> None:
        """Ask the requester something, and let the ticket wait for it or not."""
        self.say(self.rng.choice(self.scene.ask))
        if hold:
            actions.hold(self.ticket, by=self.agent, reason=HoldReason.REQUESTER)
            self._read()

    def say(self, wording: str) -> None:
        """Reply to the requester, with greeting and name."""
        actions.reply(self.ticket, by=self.agent, message=actions.NewMessage(text=self._letter(wording)))
        self._read()

    def acknowledge(self) -> None:
        """Say that somebody is on it."""
        self.say(self._phrase("acknowledged"))

    def remark(self, wording: str = "") -> None:
        """Write a note for the colleagues."""
        text = wording or (self.rng.choice(self.scene.note) if self.scene.note else self._phrase("colleague_note"))
        actions.note(self.ticket, by=self.agent, message=actions.NewMessage(text=self._text(text)))
        self._read()

    def hand_over(self) -> None:
        """Escalate to the tier that can solve it, saying what was tried, believed and needed."""
        team = self.stage.team_of_tier(self.scene.tier)
        actions.escalate(self.ticket, by=self.agent, note=self._text(self.scene.handover), team=team)
        self._read()
        self.agent = self.stage.agent_for(self.rng, team, self.language)

    def wait_for_supplier(self) -> None:
        """Note what the supplier does, tell the requester, and hold."""
        self.remark(self.scene.wait)
        self.say(self._phrase("waiting"))
        actions.hold(self.ticket, by=self.agent, reason=HoldReason.THIRD_PARTY)
        self._read()

    def agree_date(self, wake_at: datetime) -> None:
        """Agree with the requester on a later date, and sleep until then."""
        self.say(self.scene.until)
        actions.hold(self.ticket, by=self.agent, reason=HoldReason.DATE, wake_at=wake_at)
        self.stage.alarms.append((wake_at, actions.wake_due))
        self._read()

    def solve(self, wordings: Sequence[str] = ()) -> None:
        """Resolve it with words for the requester."""
        text = self.rng.choice(wordings or self.scene.solved)
        code = "workaround" if self.scene.code == "fixed" and self.rng.random() < 0.08 else self.scene.code
        event = actions.resolve(self.ticket, by=self.agent, code=code, note=self._letter(text))
        if (asked := asking.consider(self.ticket, event)) is not None:
            asking.sent(asked)
        following_up.by_category(self.ticket, by=robot("Olmo"))
        closes_at = clock.now() + timedelta(days=self.house.client.close_after_days)
        self.stage.alarms.append((closes_at, actions.close_due))
        self._enter_minutes()
        self._read()

    # -- what comes of it

    def rate(self, score: int, wordings: str = "") -> None:
        """Answer the question of the mail."""
        comment = self._phrase(wordings) if wordings else ""
        rate(self.ticket, by=self.requester, score=score, comment=comment, by_link=self.rng.random() < 0.8)

    def follow_up(self) -> None:
        """Whoever leads speaks with somebody who was not satisfied."""
        for task in following_up.open_of(self.ticket):
            if task.why == FollowUpReason.RATING:
                following_up.finish(task, by=self.stage.administrator, outcome="spoken", note=self._phrase("spoken"))

    def look_again(self) -> None:
        """The solution is looked at on the day that was planned: it holds."""
        for task in following_up.open_of(self.ticket):
            if task.why == FollowUpReason.CHECK:
                following_up.finish(task, by=self.agent, outcome="solved")

    def _enter_minutes(self) -> None:
        if self.stage.activities and self.rng.random() < 0.8:
            activity, minutes = self.rng.choice(self.stage.activities), self.rng.choice((5, 8, 12, 15, 20, 30, 45))
            spent = work.Work(minutes=minutes, day=work.today(self.agent), activity=activity)
            work.log_work(self.ticket, spent, by=self.agent)

    # -- in which words

    def _text(self, wording: str) -> str:
        return _capital(wording.format_map(self.words | {"agent_first": self.agent.first_name}))

    def _phrase(self, name: str) -> str:
        return self._text(self.rng.choice(self.script.phrases[name]))

    def _letter(self, wording: str) -> str:
        # Thanks for writing belong into the first answer only.
        greeting = self._phrase("desk_greetings_again" if self.ticket.answered_at else "desk_greetings")
        closing = self._phrase("desk_closings")
        return f"{greeting}\n\n{self._text(wording)}\n\n{closing}\n{self.agent.first_name}"

    def _first_words(self, text: str) -> str:
        if self.channel == Channel.PHONE:
            return f"{self._phrase('called')} “{text}”"
        if self.channel == Channel.COUNTER:
            return f"{self._phrase('came')} “{text}”"
        if self.channel == Channel.PORTAL:
            return text
        return f"{self._phrase('greetings')}\n\n{text}\n\n{self._phrase('closings')}\n{self.requester.name}"

    def _message(self, text: str, files: list[NewFile] | None = None) -> actions.NewMessage:
        is_mail = self.channel == Channel.MAIL
        copies = [self.words["colleague_email"]] if is_mail and self.rng.random() < 0.08 else []
        return actions.NewMessage(text=text, channel=self.channel, cc=copies, files=files or [], author=self.requester)

    def _files(self) -> list[NewFile]:
        """The picture or log of the scene, when the channel can carry one."""
        if self.channel not in (Channel.MAIL, Channel.PORTAL) or self.rng.random() < 0.25:
            return []
        if self.scene.picture:
            title, *lines = (line.format_map(self.words) for line in self.scene.picture)
            stored = store([pictures.error_window(title, lines)])
            return [_file(self.script.phrases["picture"], "image/png", stored)]
        if self.scene.log:
            name, *lines = self.scene.log
            return [_file(name, "text/plain", store([pictures.log_file(lines, clock.now())]))]
        return []

    def _sort_out(self) -> None:
        ticket, scene, by = self.ticket, self.scene, self.agent
        urgency = max(1, scene.urgency - self.requester.is_vip)
        if ticket.kind != scene.kind:
            actions.classify(ticket, by=by, kind=scene.kind)
        if ticket.category_id is None:
            actions.categorise(ticket, by=by, category=self.stage.categories[scene.category])
        if (ticket.impact, ticket.urgency) != (scene.impact, urgency):
            actions.prioritise(ticket, by=by, impact=scene.impact, urgency=urgency)
        tags = [*scene.tags, *(["vip"] if self.requester.is_vip else [])]
        if tags and self.rng.random() < 0.8:
            actions.tag(ticket, by=by, add=tags)
        if self.channel != Channel.PORTAL and self.rng.random() < 0.4:
            actions.set_fields(ticket, by=by, values=self._field_values())
        days = scene.due or (3 if scene.kind == TicketKind.SERVICE_REQUEST and self.rng.random() < 0.4 else 0)
        if days:
            due = moments.in_working_hours(self.rng, clock.now() + timedelta(days=days))
            actions.set_due(ticket, by=by, due_at=due.replace(minute=0, second=0, microsecond=0))

    def _field_values(self) -> dict[str, Any]:
        values = {"room": self.words["room"]}
        if self.scene.category.startswith("hardware") or self.rng.random() < 0.3:
            values["asset_tag"] = self.words["asset"]
        own = self.stage.house_fields.get(self.house.client.pk)
        if own is not None and (self.scene.kind != TicketKind.INCIDENT or self.rng.random() < 0.2):
            values[own.key] = self.rng.choice(own.choices)
        return values

    def _read(self) -> None:
        self.stage.read[self.agent.pk, self.ticket.pk] = self.ticket.version

    def _chosen_words(self) -> dict[str, Any]:
        """Rooms, names, days and numbers, chosen once, so that they are the same throughout the ticket."""
        rng, own, days = self.rng, self.house.words, self.script.phrases["days"]
        local = self.opened_at.astimezone(moments.ZONE)
        colleague = rng.choice([person for person in self.house.people if person != self.requester])
        before = next(
            d for d in range(rng.randint(1, 3), 9) if (local - timedelta(days=d)).weekday() < moments.SATURDAY
        )
        after = next(
            d for d in range(rng.randint(3, 6), 12) if (local + timedelta(days=d)).weekday() < moments.SATURDAY
        )
        return {
            "room": rng.choice(own["rooms"]), "printer": rng.choice(own["printers"]), "site": rng.choice(own["sites"]),
            "project": rng.choice(own["projects"]), "asset": f"{own['asset']}-L{rng.randint(1004, 1188)}",
            "colleague": colleague.name, "colleague_first": colleague.first_name, "colleague_email": colleague.email,
            "first": self.requester.first_name, "username": (self.requester.email or "").partition("@")[0],
            "day": days[(local - timedelta(days=before)).weekday()], "next_day": days[(local + timedelta(days=after)).weekday()],
            "time": f"{rng.randint(8, 16)}:{rng.choice(('00', '10', '15', '20', '30', '40', '45'))}",
            "n": rng.randint(3, 14), "count": rng.randint(124, 986), "ref": f"{rng.choice('ACKRT')}-{rng.randint(21000, 98999)}",
            "code": f"0x8007{rng.randrange(0x1000, 0xFFFF):04X}",
        }  # fmt: skip


def _file(name: str, media_type: str, content: Stored) -> NewFile:
    return NewFile(name=name, media_type=media_type, content=content)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
