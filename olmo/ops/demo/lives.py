"""How tickets live. A life is a generator: it yields the moment of its next act, and acts when it is resumed at that moment."""

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta

from olmo.kernel import clock
from olmo.tickets import actions
from olmo.tickets.models import LinkKind, Message, MessageKind, Status

from . import judgements, moments
from .story import Story

Life = Generator[datetime, None, None]
Teller = Callable[[Story], Life]


def life_of(story: Story) -> Life:
    """A life that suits the story's matter, channel and luck."""
    scene, luck = story.scene, story.rng.random()
    if story.channel in ("phone", "counter"):
        return first_contact(story) if scene.tier == 1 and luck < 0.75 else ordinary(story, by_hand=True)
    if not story.lingers and luck < 0.05:
        return withdrawn(story)
    return ordinary(story)


def first_contact(story: Story) -> Life:
    """Solved while the requester is on the phone or at the counter."""
    yield story.opened_at
    story.open(by=story.agent)
    story.take()
    yield clock.now() + timedelta(minutes=story.rng.uniform(4, 16))
    story.solve()


def withdrawn(story: Story) -> Life:
    """It went away by itself."""
    yield story.opened_at
    story.open()
    if story.rng.random() < 0.5:
        yield story.by_desk(10, 120)
        story.take()
        story.acknowledge()
    yield story.by_requester(20, 400)
    story.give_up()


def ordinary(story: Story, *, by_hand: bool = False) -> Life:
    """Asked, taken, looked into, perhaps handed on or waited for, solved, thanked for or taken up again."""
    yield story.opened_at
    story.open(by=story.agent if by_hand else None)
    if story.lingers and story.is_fresh:
        yield story.later()
    yield story.by_desk(4, 170) if not by_hand else clock.now() + timedelta(minutes=3)
    story.take()
    yield from _look_into(story)
    if story.scene.tier > 1:
        yield from _escalated(story)
    if story.scene.until:
        yield from _until_a_date(story)
    elif story.scene.wait and (story.lingers or story.rng.random() < 0.6):
        yield from _for_a_supplier(story)
    yield story.by_desk(15, 260)
    if story.lingers:
        yield from _stays(story)
    story.solve()
    yield from _afterwards(story)
    yield from judgements.judged(story)


def _look_into(story: Story) -> Life:
    rng, scene = story.rng, story.scene
    if scene.ask:
        yield story.by_desk(2, 25)
        story.ask(hold=story.lingers or rng.random() < 0.55)
        yield _answered_early(story) if _lingers_further_on(story) else story.by_requester(12, 420)
        story.answer()
    elif rng.random() < 0.5:
        yield story.by_desk(2, 20)
        story.acknowledge()
    if rng.random() < (0.75 if scene.note else 0.15):
        yield story.by_desk(5, 90)
        story.remark()


def _lingers_further_on(story: Story) -> bool:
    return story.lingers and bool(story.scene.wait or story.scene.until or story.scene.tier > 1)


def _answered_early(story: Story) -> datetime:
    return moments.while_awake(story.rng, clock.now() + timedelta(minutes=story.rng.uniform(12, 240)))


def _escalated(story: Story) -> Life:
    yield story.by_desk(10, 120)
    story.hand_over()
    if story.lingers and not story.scene.wait and story.rng.random() < 0.4:
        yield story.later()
    yield story.by_desk(15, 400)
    story.take(story.agent)
    if story.rng.random() < 0.7:
        story.remark(story.rng.choice(story.script.phrases["taken_over"]))
    if story.rng.random() < 0.3:
        yield story.by_desk(30, 200)
        story.acknowledge()


def _for_a_supplier(story: Story) -> Life:
    yield story.by_desk(10, 60)
    story.wait_for_supplier()
    if story.lingers:
        yield from _stays(story)
    yield story.by_desk(1500, 7000)
    if story.ticket.status == Status.WAITING:
        actions.resume(story.ticket, by=story.agent)


def _stays(story: Story) -> Life:
    """Nothing more happens until after the present; some requesters ask for news."""
    if story.rng.random() < 0.5:
        yield moments.while_awake(story.rng, clock.now() + timedelta(minutes=story.rng.uniform(600, 4300)))
        story.answer(story.script.phrases["chasers"])
    yield story.later()


def _until_a_date(story: Story) -> Life:
    yield story.by_desk(5, 60)
    wake_at = story.later() if story.lingers else clock.now() + timedelta(days=story.rng.randint(1, 6))
    wake_at = moments.in_working_hours(story.rng, wake_at).replace(minute=0, second=0, microsecond=0) + timedelta(
        hours=1
    )
    story.agree_date(wake_at)
    yield wake_at + timedelta(minutes=2)  # after the clockwork woke it
    yield story.by_desk(10, 200)


def _afterwards(story: Story) -> Life:
    luck = story.rng.random()
    if luck < 0.09:
        yield from _taken_up_again(story)
    elif luck < 0.34:
        yield story.by_requester(5, 600)
        story.answer(story.script.phrases["thanks"], reopens=False)
    elif luck < 0.5 and story.channel == "portal":
        yield story.by_requester(5, 900)
        actions.close(story.ticket, by=story.requester)


def _taken_up_again(story: Story) -> Life:
    yield story.by_requester(900, 4200)
    story.answer(story.script.phrases["again"])
    yield story.by_desk(5, 60)
    story.say(story.rng.choice(story.script.phrases["again_asked"]))
    yield story.by_desk(60, 900)
    story.solve(story.script.phrases["again_solved"])


def outage(stories: list[Story]) -> Iterator[Life]:
    """Several people notice the same thing: the first ticket is worked on, the others are merged into it or linked."""
    first = stories[0]
    others: list[Story] = []
    for story in stories[1:]:
        yield _noticed(story, others)
    yield _outage(first, others)


def _noticed(story: Story, told: list[Story]) -> Life:
    yield story.opened_at
    story.open(by=story.agent if story.channel == "phone" else None)
    told.append(story)


def _outage(first: Story, others: list[Story]) -> Life:
    yield first.opened_at
    first.open()
    yield clock.now() + timedelta(minutes=6)
    first.take()
    first.say(first.scene.reply)
    yield clock.now() + timedelta(minutes=9)
    first.hand_over()
    yield clock.now() + timedelta(minutes=14)
    first.take(first.agent)
    for other in others[:-1]:
        actions.watch(first.ticket, by=first.agent, person=other.requester)
        actions.note(
            other.ticket, by=first.agent, message=actions.NewMessage(text=first.script.phrases["duplicate"][0])
        )
        actions.merge(other.ticket, first.ticket, by=first.agent)
    yield clock.now() + timedelta(minutes=11)
    first.remark()
    if others:
        yield from _the_last_one(first, others[-1])
    yield clock.now() + timedelta(minutes=8)
    first.solve()


def _the_last_one(first: Story, last: Story) -> Life:
    """One that is more than a duplicate stays for itself, as caused by the first."""
    last.agent = first.agent
    actions.link(last.ticket, first.ticket, by=first.agent, kind=LinkKind.CAUSED_BY)
    last.take()
    yield clock.now() + timedelta(minutes=4)
    last.say(first.scene.reply)
    yield clock.now() + timedelta(minutes=130)
    last.solve()


def two_in_one(story: Story) -> Life:
    """An answer brings a second matter along, which becomes a ticket of its own."""
    yield story.opened_at
    story.open()
    yield story.by_desk(4, 60)
    story.take()
    story.ask(hold=True)
    yield story.by_requester(20, 200)
    story.answer()
    yield story.by_desk(5, 40)
    last = Message.objects.filter(ticket=story.ticket, kind=MessageKind.PUBLIC).latest("at", "pk")
    also = actions.split(last, by=story.agent, subject=story.scene.also.format_map(story.words))
    story.remark()
    yield story.by_desk(20, 200)
    story.solve()
    story.ticket = also
    yield story.by_desk(20, 200)
    story.take()
    actions.categorise(also, by=story.agent, category=story.stage.categories["access.rights"])
    story.acknowledge()


def secret_told(story: Story) -> Life:
    """Somebody sends a password; the administrator erases the message."""
    yield story.opened_at
    story.open()
    yield story.by_desk(4, 40)
    story.take()
    story.say(story.scene.reply)
    yield story.by_desk(5, 60)
    first = Message.objects.filter(ticket=story.ticket).earliest("at", "pk")
    actions.redact(first, by=story.stage.administrator)
    yield story.by_requester(10, 120)
    story.answer()
    story.remark()
    yield story.by_desk(5, 90)
    story.solve()
