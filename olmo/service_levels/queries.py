"""Reads of service levels. A ticket is given by who may see it: the caller has asked `tickets.queries`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel import prepared, spoken
from olmo.kernel.prepared import Part
from olmo.tickets.models import Event, HoldReason, Priority, Ticket
from olmo.tickets.sentences import METRICS

from . import clocks
from .engine.clock import Clock as Told
from .engine.clock import Step
from .engine.working_time import Calendar, WorkingTime
from .models import Clock, Waiver
from .promises import governing

_OF_TICKET = f"select {prepared.columns(Clock, 'c')} from service_levels_clock c where ticket_id = %s order by place"  # noqa: S608
SPANS = 12  # periods that are listed at most
_HOLDS = {
    "requester": HoldReason.REQUESTER.label, "third_party": HoldReason.THIRD_PARTY.label, "scheduled": HoldReason.DATE.label,
}  # fmt: skip


@dataclass(frozen=True)
class Explained:
    """Why one clock is due when it is: its steps, and the periods that counted. data: the same for programs."""

    title: str
    started_at: datetime
    sentence: str
    steps: list[tuple[datetime, str]]
    counted: list[tuple[datetime, datetime]]
    more: int
    waived: str
    data: dict[str, Any]


def of(ticket: Ticket) -> list[Clock]:
    """The clocks of a ticket that matter on its page: the newest of each metric."""
    rows = prepared.instances(Clock, prepared.rows(_OF_TICKET, [ticket.pk]))
    newest = {row.metric: row for row in rows}
    return list(newest.values())


def due(ticket: Ticket, metric: str, started_at: datetime) -> datetime | None:
    """When the promise of a clock, named by its metric and its start, is due."""
    found = Clock.objects.filter(ticket=ticket, metric=metric, started_at=started_at)
    return found.values_list("due_at", flat=True).first()


def any_of(ticket: Ticket) -> Part:
    """Whether a ticket has clocks, as an expression of a statement that asks for more (see kernel.prepared)."""
    return "(select exists (select 1 from service_levels_clock where ticket_id = %s))", [ticket.pk]


def explained(ticket: Ticket) -> list[Explained]:
    """Why each clock of a ticket is due when it is, made from its log and the terms."""
    log = list(Event.objects.filter(ticket=ticket).order_by("seq"))
    found = governing({e.data["client"] for e in log if "client" in e.data})
    waived: dict[tuple[str, datetime | None], str] = {}
    waived |= {(w.metric, w.started_at): w.reason for w in Waiver.objects.filter(ticket=ticket)}
    told = clocks.replayed(ticket, log, found, max(clocks.now(), log[-1].at))
    return [
        _explained(each, ticket, waived) for each in told if each.target.seconds is not None or each.due_at is not None
    ]


def _explained(told: Told, ticket: Ticket, waived: dict[tuple[str, datetime | None], str]) -> Explained:
    steps = [(_at(told.started_at), _started(told.steps[0]))]
    pairs = zip(told.steps, told.steps[1:], strict=False)
    steps += [(_at(step.at), _changed(before, step)) for before, step in pairs]
    if told.breached_at is not None:
        steps.append((_at(told.breached_at), _("The promise was broken.")))
    if told.due_at is not None:
        steps.append((_at(told.due_at), _("Due: the time promised is used up.")))
    spans = [span for s in told.stretches for span in s.calendar.within(s.start, s.end)]
    title = str(METRICS[told.metric.value])
    return Explained(
        title=title[:1].upper() + title[1:],
        started_at=_at(told.started_at),
        sentence=_sentence(told),
        steps=sorted(steps, key=lambda step: step[0]),
        counted=[(_at(a), _at(b)) for a, b in spans[-SPANS:]],
        more=max(0, len(spans) - SPANS),
        waived=waived.get((told.metric.value, clocks.moment(told.started_at)), ""),
        data=_data(told, ticket),
    )


def _sentence(told: Told) -> str:
    if told.target.seconds is None:
        return _("Nothing is promised at present; terms to come do.")
    words = _(
        "Priority %(priority)s: %(target)s of working time, calendar %(calendar)s (%(zone)s), terms %(version)s. Used: %(used)s."
    )
    return words % {
        "priority": Priority(told.priority).label, "target": _length(told.target.seconds), "calendar": told.target.calendar_name,
        "zone": _zone(told.target.calendar), "version": told.version.name, "used": _length(told.used),
    }  # fmt: skip


def _started(step: Step) -> str:
    return _("Started.") if not step.hold else _("Started, paused: %(reason)s.") % {"reason": _HOLDS[step.hold]}


def _changed(before: Step, step: Step) -> str:
    what = []
    if step.version != before.version:
        what.append(_("Terms %(version)s took over.") % {"version": step.version})
    if step.target.seconds != before.target.seconds:
        target = _("no promise") if step.target.seconds is None else _length(step.target.seconds)
        priority = Priority(step.priority).label
        what.append(_("Priority %(priority)s: %(target)s.") % {"priority": priority, "target": target})
    if (step.state, step.hold) != (before.state, before.hold):
        what.append(_state(step))
    return " ".join(what) or _("Another calendar counts.")


def _state(step: Step) -> str:
    if step.hold:
        return _("Paused: %(reason)s.") % {"reason": _HOLDS[step.hold]}
    return _("Stopped.") if step.state == "stopped" else _("Runs on.")


def _data(told: Told, ticket: Ticket) -> dict[str, Any]:
    return {
        "ticket": ticket.number, "metric": told.metric.value, "state": told.state, "used_seconds": told.used,
        "target_seconds": told.target.seconds, "due_at": _iso(told.due_at), "breached_at": _iso(told.breached_at),
        "version": told.version.name, "calendar": told.target.calendar_name,
        "steps": [{"at": _iso(s.at), "state": s.state, "hold": s.hold, "version": s.version, "used": s.used} for s in told.steps],
    }  # fmt: skip


def _length(seconds: int) -> str:
    return spoken.minutes(seconds // 60)


def _zone(calendar: WorkingTime) -> str:
    return calendar.zone.key if isinstance(calendar, Calendar) else ""


def _at(seconds: int) -> datetime:
    found = clocks.moment(seconds)
    assert found is not None
    return found


def _iso(seconds: int | None) -> str | None:
    found = clocks.moment(seconds)
    return found.isoformat() if found else None
