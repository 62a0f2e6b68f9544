"""The clocks of one ticket, as a pure function of what happened to it and of the terms over time.

Time goes from moment to moment: an instant at which something happens or terms come into force. Between two moments nothing
changes but the time used. A clock is judged at each moment after everything of it has been applied, and in between at the very
second at which the target is used up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

from .terms import Metric, Target, Version, coming, in_force
from .working_time import DAY, WorkingTime

HORIZON = 1_000 * DAY  # a due time farther away than this is none
ORDER = {metric: place for place, metric in enumerate(Metric)}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to the ticket, of a kind in `TicketState.HAPPENINGS`.

    priority: of opened and prioritised; reason: of held; terms: of governed, the terms under which the ticket is from then on.
    """

    at: int
    kind: str
    priority: int = 0
    reason: str = ""
    terms: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """How a clock stood after a moment at which that changed."""

    at: int
    state: str  # running, paused, stopped
    hold: str
    target: Target
    version: str
    priority: int
    used: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in which a clock ran by one calendar."""

    start: int
    end: int
    calendar: WorkingTime
    before: int  # seconds used when it began


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock at one instant: what it measured, what was promised, and whether that was kept. Times in seconds."""

    metric: Metric
    started_at: int
    state: str
    stopped_at: int | None
    used: int
    target: Target
    version: Version
    priority: int
    due_at: int | None
    breached_at: int | None
    steps: tuple[Step, ...]
    stretches: tuple[Stretch, ...]
    marks: tuple[tuple[int, int | None], ...] = ()  # percent of the target, and when that much was or will be used
    shares: tuple[int | None, ...] = ()  # when each share that was asked for was or will be used
    agreement: int = 0  # whose promise it is, where one log serves several; 0: the service level agreement's

    @property
    def remaining(self) -> int | None:
        """Working seconds left; negative when overdue; None without a promise."""
        return None if self.target.seconds is None else self.target.seconds - self.used


@dataclass(slots=True)
class TicketState:
    """What of a ticket concerns its clocks."""

    version: Version
    coming: list[Version]  # what takes over later, in order
    priority: int
    hold: str = ""
    resolved: bool = False
    closed: bool = False


@dataclass(slots=True)
class Stop:
    """What held at the place in the log at which a clock stopped."""

    at: int
    ticket: TicketState
    overdue_since: int | None


@dataclass(slots=True)
class Course:
    """A clock on its way. overdue_since: since when, without a break, it is at or above the target of the moment."""

    metric: Metric
    started_at: int
    at: int
    used: int = 0
    stop: Stop | None = None
    overdue_since: int | None = None
    breached_at: int | None = None
    stretches: list[Stretch] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def advance(self, to: int, ticket: TicketState) -> None:
        """Let time pass up to a moment, during which nothing changes."""
        start, self.at = self.at, to
        if self.stop is not None or to == start:
            return
        target = ticket.version.target(ticket.priority, self.metric)
        if ticket.hold in target.pauses:
            return
        worked = target.calendar.worked(start, to)
        if not worked:
            return
        self.stretches.append(Stretch(start, to, target.calendar, self.used))
        if target.seconds is not None and self.overdue_since is None and self.used + worked >= target.seconds:
            reached = target.calendar.reach(start, target.seconds - self.used, to)
            if reached is not None and reached < to:  # at `to` itself it is judged, when all of that instant is known
                self.overdue_since = reached
                self.breached_at = reached if self.breached_at is None else self.breached_at
        self.used += worked

    def judge(self, ticket: TicketState) -> None:
        """Look at the clock after everything of a moment has been applied."""
        target = ticket.version.target(ticket.priority, self.metric)
        if target.seconds is None or self.used < target.seconds:
            self.overdue_since = None
        elif self.overdue_since is None:
            self.overdue_since = self.at
        if self.overdue_since is not None and self.stop is None and self.breached_at is None:
            self.breached_at = self.at
        self.note(ticket, target)

    def note(self, ticket: TicketState, target: Target) -> None:
        """Keep how it stands, if that is new."""
        hold = ticket.hold if ticket.hold in target.pauses and self.stop is None else ""
        state = "stopped" if self.stop is not None else "paused" if hold else "running"
        if self.steps:
            last = self.steps[-1]
            same = (last.state, last.hold, last.target, last.version) == (state, hold, target, ticket.version.name)
            if same or last.state == state == "stopped":
                return
        self.steps.append(Step(self.at, state, hold, target, ticket.version.name, ticket.priority, self.used))

    def halt(self, ticket: TicketState) -> None:
        """Stop at this place of the log."""
        if self.stop is None:
            seen = TicketState(ticket.version, list(ticket.coming), ticket.priority)
            self.stop = Stop(self.at, seen, self.overdue_since)

    def reached(self, seconds: int) -> int:
        """When the time used reached a number of seconds that is used up."""
        for stretch in self.stretches:
            found = stretch.calendar.reach(stretch.start, seconds - stretch.before, stretch.end)
            if found is not None:
                return found
        raise ValueError(f"{seconds} s are not used yet")

    def result(self, ticket: TicketState, shares: Sequence[int | Fraction] = ()) -> Clock:
        """The clock as it stands now. shares: of the target, in percent, whose instants are asked for, too."""
        held = ticket if self.stop is None else self.stop.ticket
        target = held.version.target(held.priority, self.metric)
        paused = self.stop is None and ticket.hold in target.pauses
        return Clock(
            metric=self.metric,
            started_at=self.started_at,
            state="stopped" if self.stop else "paused" if paused else "running",
            stopped_at=self.stop.at if self.stop else None,
            used=self.used,
            target=target,
            version=held.version,
            priority=held.priority,
            due_at=self.due(held, target, paused=paused),
            breached_at=self.breached_at,
            steps=tuple(self.steps),
            stretches=tuple(self.stretches),
            marks=tuple((p, self.mark(p, held, target, paused=paused)) for p in held.version.marks),
            shares=tuple(self.mark(p, held, target, paused=paused) for p in shares),
        )

    def due(self, held: TicketState, target: Target, *, paused: bool) -> int | None:
        """The instant at which it was due, or will be if nothing more happens."""
        since = self.stop.overdue_since if self.stop else self.overdue_since
        if target.seconds is not None and self.used >= target.seconds:
            return max(self.reached(target.seconds), since if since is not None else self.at_end)
        return None if paused else project(self.metric, self.at_end, self.used, held)

    def mark(self, percent: int | Fraction, held: TicketState, target: Target, *, paused: bool) -> int | None:
        """The instant at which this share of the target was or will be used up."""
        if target.seconds is not None and self.used >= (needed := share(target.seconds, percent)):
            return self.reached(needed)
        return None if paused else project(self.metric, self.at_end, self.used, held, percent)

    @property
    def at_end(self) -> int:
        """Where the clock stopped, or where it is."""
        return self.stop.at if self.stop else self.at


def share(seconds: int, percent: int | Fraction) -> int:
    """A share of a target, in whole seconds, rounded up; at least one."""
    return max(1, int(-(-seconds * percent // 100)))


def project(metric: Metric, at: int, used: int, ticket: TicketState, percent: int | Fraction = 100) -> int | None:
    """When the target, or a share of it, will be used up if nothing more happens; versions to come are known."""
    limit, version = at + HORIZON, ticket.version
    for following in [*ticket.coming, None]:
        target = version.target(ticket.priority, metric)
        end = limit + 1 if following is None else min(following.start, limit + 1)
        counts = ticket.hold not in target.pauses
        if target.seconds is not None:
            left = share(target.seconds, percent) - used
            found = at if left <= 0 else target.calendar.reach(at, left, end - 1) if counts else None
            if found is not None:
                return found
        if following is None or following.start > limit:
            return None
        used += target.calendar.worked(at, end) if counts else 0
        at, version = end, following
    return None


class Run:
    """All clocks of a ticket, from its opening on."""

    def __init__(self, opened: Happening, terms: Sequence[Version], metrics: Sequence[Metric]) -> None:
        version = in_force(terms, opened.at)
        if version is None:
            raise ValueError("no terms are in force when the ticket opens")
        self.metrics = metrics
        self.at = opened.at
        self.ticket = TicketState(version, coming(terms, opened.at), opened.priority)
        self.courses: list[Course] = []
        self.open: dict[Metric, Course] = {}
        for metric in (Metric.FIRST_RESPONSE, Metric.RESOLUTION, Metric.UPDATE_INTERVAL):
            self.start(metric)

    def start(self, metric: Metric) -> None:
        """Begin a clock from zero, if it is asked for."""
        if metric in self.metrics:
            self.open[metric] = Course(metric, self.at, self.at)
            self.courses.append(self.open[metric])

    def stop(self, *metrics: Metric) -> None:
        """Stop these clocks, where they run."""
        for metric in metrics:
            if metric in self.open:
                self.open[metric].halt(self.ticket)

    def runs(self, metric: Metric) -> bool:
        """Whether such a clock has not stopped."""
        return metric in self.open and self.open[metric].stop is None

    def advance(self, to: int) -> None:
        """Let time pass up to an instant; terms that come into force until then, and at it, take over."""
        while self.ticket.coming and self.ticket.coming[0].start <= to and not self.ticket.closed:
            version = self.ticket.coming[0]
            self.pass_until(version.start)
            self.ticket.version = self.ticket.coming.pop(0)
            if version.start < to:
                self.judge()
        self.pass_until(to)

    def pass_until(self, to: int) -> None:
        """Let time pass while nothing changes."""
        for course in self.courses:
            course.advance(to, self.ticket)
        self.at = to

    def judge(self) -> None:
        """Judge what may still change: clocks that have stopped for good are left out."""
        for course in self.courses:
            if course.stop is None or course.metric == Metric.RESOLUTION or course.stop.at == self.at:
                course.judge(self.ticket)

    def apply(self, happening: Happening) -> None:
        """Do what one happening does to the ticket and its clocks."""
        getattr(self, f"on_{happening.kind}")(happening)

    def on_replied(self, _: Happening) -> None:
        """An agent's public message."""
        self.stop(Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.UPDATE_INTERVAL)
        if not self.ticket.resolved:
            self.start(Metric.UPDATE_INTERVAL)

    def on_received(self, _: Happening) -> None:
        """A message of the requester."""
        if self.ticket.hold == "requester":
            self.ticket.hold = ""
        answered = not self.runs(Metric.FIRST_RESPONSE)
        if answered and not self.ticket.resolved and not self.runs(Metric.NEXT_RESPONSE):
            self.start(Metric.NEXT_RESPONSE)

    def on_held(self, held: Happening) -> None:
        """Work waits, unless it is done."""
        if not self.ticket.resolved:
            self.ticket.hold = held.reason

    def on_resumed(self, _: Happening) -> None:
        """Work goes on."""
        self.ticket.hold = ""

    def on_prioritised(self, prioritised: Happening) -> None:
        """Another priority: another target from now on, time used stays."""
        self.ticket.priority = prioritised.priority

    def on_resolved(self, _: Happening) -> None:
        """Everything stops, a hold ends."""
        self.ticket.hold, self.ticket.resolved = "", True
        self.stop(*Metric)

    def on_reopened(self, _: Happening) -> None:
        """Not solved after all: resolution runs on from the time used."""
        if self.ticket.resolved:
            self.ticket.resolved = self.ticket.closed = False
            while self.ticket.coming and self.ticket.coming[0].start <= self.at:  # came while it was closed
                self.ticket.version = self.ticket.coming.pop(0)
            if Metric.RESOLUTION in self.open:
                self.open[Metric.RESOLUTION].stop = None
            self.start(Metric.UPDATE_INTERVAL)

    def on_closed(self, closed: Happening) -> None:
        """The end; no version touches the ticket any more."""
        self.on_resolved(closed)
        self.ticket.closed = True

    def on_governed(self, governed: Happening) -> None:
        """Other terms hold from now on, since the ticket went to another organisation or agreement."""
        version = in_force(governed.terms, governed.at)
        if version is None:
            raise ValueError("no terms are in force when the ticket comes under them")
        self.ticket.version, self.ticket.coming = version, coming(governed.terms, governed.at)


CASE_METRICS = (Metric.FIRST_RESPONSE, Metric.RESOLUTION, Metric.NEXT_RESPONSE)


def clocks(
    events: Sequence[Happening],
    terms: Sequence[Version],
    until: int,
    *,
    metrics: Sequence[Metric] = CASE_METRICS,
    shares: Sequence[int | Fraction] = (),
) -> list[Clock]:
    """Every clock of a ticket as it stands at `until`, in order of their start.

    events: in order of time, the first `opened`, none after `until`; terms: versions that do not overlap, one of them in force at
    the opening; shares: percents of the target whose instants are told in `Clock.shares`.
    """
    run = Run(events[0], terms, metrics)
    for moment in moments(events):
        if moment[0].at > run.at:
            run.advance(moment[0].at)
        for happening in moment:
            if happening.kind != "opened":
                run.apply(happening)
        run.judge()
    if until > run.at:
        run.advance(until)
        run.judge()
    found = [course.result(run.ticket, shares) for course in run.courses]
    return sorted(found, key=lambda clock: (clock.started_at, ORDER[clock.metric]))


def moments(events: Sequence[Happening]) -> Iterator[list[Happening]]:
    """The events, those of one instant together."""
    for _, group in groupby(events, key=lambda happening: happening.at):
        yield list(group)
