"""Why each clock of a ticket is due when it is: a sentence, its steps, its days as a drawing, and the same as data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from olmo.kernel import spoken
from olmo.tickets.models import Event, HoldReason, Priority, Ticket, TicketKind
from olmo.tickets.sentences import METRICS

from . import calendars, clocks, drawing
from .engine.clock import Clock as Told
from .engine.clock import Step
from .engine.working_time import Calendar, WorkingTime, day_of
from .models import Agreement, AgreementKind, Waiver
from .promises import Governing, governing

SPANS = 12  # periods that are listed at most
MOST_DAYS, MOST_CLOSED = 366, 4  # days that are looked at, and closed ones that are named, at most
_HOLDS = {
    "requester": HoldReason.REQUESTER.label, "third_party": HoldReason.THIRD_PARTY.label, "scheduled": HoldReason.DATE.label,
    "approval": HoldReason.APPROVAL.label,
}  # fmt: skip


@dataclass(frozen=True)
class Explained:
    """Why one clock is due when it is: its steps, and the periods that counted. data: the same for programs.

    heading: with whom it was agreed, where that is not the client. agreement: 0 of a service level.
    """

    title: str
    heading: str
    agreement: int
    started_at: datetime
    sentence: str
    steps: list[tuple[datetime, str]]
    days: drawing.Days
    counted: list[tuple[datetime, datetime]]
    more: int
    waived: str
    data: dict[str, Any]


def explained(ticket: Ticket) -> list[Explained]:
    """Why each clock of a ticket is due when it is, made from its log and the terms."""
    log = list(Event.objects.filter(ticket=ticket).order_by("seq"))
    found = governing({e.data["client"] for e in log if "client" in e.data})
    waived = {(w.agreement_id or 0, w.metric, w.started_at): w.reason for w in Waiver.objects.filter(ticket=ticket)}
    now = max(clocks.now(), log[-1].at)
    told = clocks.replayed(ticket, log, found, now)
    return [
        _explained(each, ticket, waived.get((each.agreement, each.metric.value, _at(each.started_at)), ""), found, now)
        for each in told
        if each.target.seconds is not None or each.due_at is not None
    ]


def _explained(told: Told, ticket: Ticket, waived: str, found: Governing, now: datetime) -> Explained:
    spans = [span for s in told.stretches for span in s.calendar.within(s.start, s.end)]
    title = str(METRICS[told.metric.value])
    agreement, said = found.named(told.agreement), sentence(told, found)
    return Explained(
        title=title[:1].upper() + title[1:],
        heading=f"{AgreementKind(agreement.kind).label}: {agreement.party}" if agreement else "",
        agreement=told.agreement,
        started_at=_at(told.started_at),
        sentence=said,
        steps=sorted(_steps(told), key=lambda step: step[0]),
        days=drawing.drawn(told, spans, int(now.timestamp())),
        counted=[(_at(a), _at(b)) for a, b in spans[-SPANS:]],
        more=max(0, len(spans) - SPANS),
        waived=waived,
        data=_data(told, ticket, found, spans, waived, said),
    )


def sentence(told: Told, found: Governing) -> str:
    """The whole reason in one sentence, in the zone of the calendar that counts."""
    if told.target.seconds is None:
        return _("Nothing is promised at present; terms to come do.")
    with timezone.override(_zone(told.target.calendar) or timezone.get_current_timezone_name()):
        return ", ".join(filter(None, _reasons(told, found))) + "."


def _reasons(told: Told, found: Governing) -> Iterator[str]:
    since = found.signed_at.get((told.version.agreement, told.version.name))
    yield _("Priority %(priority)s") % {"priority": Priority(told.priority).label}
    words = {"target": length(told.target.seconds or 0), "calendar": told.target.calendar_name}
    yield _("%(target)s of %(calendar)s") % words + f" ({calendars.hours_in_words(told.target.calendar)})"
    yield _("started %(at)s") % {"at": spoken.weekday(_at(told.started_at))}
    if closed := _listed(closed_days(told)):
        yield _("no work on %(days)s") % {"days": closed}
    for start, end, hold in pauses(told):
        yield f"{str(_HOLDS[hold]).lower()} {_period(start, end)}"
    yield _("%(time)s used") % {"time": length(told.used)}
    yield _due(told)
    if told.stopped_at is not None:
        yield _("stopped %(at)s") % {"at": spoken.weekday(_at(told.stopped_at))}
    if told.breached_at is not None:
        yield _("broken %(at)s") % {"at": spoken.weekday(_at(told.breached_at))}
    if special := _special(found.named(told.version.agreement)):
        yield special
    version = {"version": told.version.name, "date": since and spoken.short_day(timezone.localdate(since))}
    yield _("terms %(version)s of %(date)s") % version if since else _("terms %(version)s") % version


def _special(agreement: Agreement | None) -> str:
    """Why this agreement and no other: the most specific one governs."""
    if agreement is None or not (agreement.service or agreement.category or agreement.ticket_kind):
        return ""
    kind = TicketKind(agreement.ticket_kind).label if agreement.ticket_kind else ""
    about = [str(one) for one in (agreement.service, agreement.category, kind) if one]
    return _("agreement %(name)s, the most specific one: for %(about)s") % {
        "name": agreement.name,
        "about": ", ".join(about),
    }


def _due(told: Told) -> str:
    if told.due_at is not None:
        return _("due %(at)s") % {"at": spoken.weekday(_at(told.due_at))}
    if told.state == "paused":
        left = max(0, (told.target.seconds or 0) - told.used)
        return _("not due while it is paused, %(time)s left") % {"time": length(left)}
    return "" if told.state == "stopped" else _("not due within 1,000 days")


def pauses(told: Told) -> list[tuple[int, int | None, str]]:
    """When the clock was paused, and why; the end of a pause that lasts is None."""
    steps = [*told.steps, None]
    return [
        (step.at, following.at if following else None, step.hold)
        for step, following in zip(told.steps, steps[1:], strict=True)
        if step.hold
    ]


def closed_days(told: Told) -> list[tuple[date, date]]:
    """The whole days without working time from its start until it is due or stops, within a year: (first, last) of each."""
    calendar = told.target.calendar
    if not isinstance(calendar, Calendar):
        return []
    end = max((at for at in (told.due_at, told.stopped_at) if at is not None), default=told.steps[-1].at)
    day, last = (datetime.fromtimestamp(at, calendar.zone).date() for at in (told.started_at, end))
    found: list[tuple[date, date]] = []
    for each in (day + timedelta(days=n) for n in range(1, min((last - day).days, MOST_DAYS))):
        if not calendar.periods(day_of(each)):
            is_next = bool(found) and found[-1][1] == each - timedelta(days=1)
            found.append((found.pop()[0] if is_next else each, each))
    return found


def _listed(days: list[tuple[date, date]]) -> str:
    """The first of them in words."""
    words = [
        spoken.short_weekday(first) if first == last else f"{spoken.short_weekday(first)}–{spoken.short_weekday(last)}"
        for first, last in days[:MOST_CLOSED]
    ]
    return ", ".join(words) + (" …" if len(days) > MOST_CLOSED else "")


def _period(start: int, end: int | None) -> str:
    begun = spoken.weekday(_at(start))
    if end is None:
        return _("since %(at)s") % {"at": begun}
    is_same = timezone.localdate(_at(start)) == timezone.localdate(_at(end))
    return f"{begun}–{spoken.hours(_at(end)) if is_same else spoken.weekday(_at(end))}"


def _steps(told: Told) -> Iterator[tuple[datetime, str]]:
    yield _at(told.started_at), _started(told.steps[0])
    for before, step in zip(told.steps, told.steps[1:], strict=False):
        yield _at(step.at), _changed(before, step)
    if told.breached_at is not None:
        yield _at(told.breached_at), _("The promise was broken.")
    if told.due_at is not None:
        yield _at(told.due_at), _("Due: the time promised is used up.")


def _started(step: Step) -> str:
    return _("Started.") if not step.hold else _("Started, paused: %(reason)s.") % {"reason": _HOLDS[step.hold]}


def _changed(before: Step, step: Step) -> str:
    what = []
    if step.version != before.version:
        what.append(_("Terms %(version)s took over.") % {"version": step.version})
    if step.target.seconds != before.target.seconds:
        target = _("no promise") if step.target.seconds is None else length(step.target.seconds)
        priority = Priority(step.priority).label
        what.append(_("Priority %(priority)s: %(target)s.") % {"priority": priority, "target": target})
    if (step.state, step.hold) != (before.state, before.hold):
        what.append(_state(step))
    return " ".join(what) or _("Another calendar counts.")


def _state(step: Step) -> str:
    if step.hold:
        return _("Paused: %(reason)s.") % {"reason": _HOLDS[step.hold]}
    return _("Stopped.") if step.state == "stopped" else _("Runs on.")


def _data(
    told: Told, ticket: Ticket, found: Governing, spans: list[tuple[int, int]], waived: str, said: str
) -> dict[str, Any]:
    agreement, own = found.named(told.agreement), found.named(told.version.agreement)
    since = found.signed_at.get((told.version.agreement, told.version.name))
    return {
        "ticket": ticket.number, "kind": agreement.kind if agreement else AgreementKind.SERVICE_LEVEL.value,
        "with": agreement.party if agreement else None, "metric": told.metric.value, "priority": told.priority,
        "state": told.state, "started_at": _iso(told.started_at), "stopped_at": _iso(told.stopped_at),
        "used_seconds": told.used, "target_seconds": told.target.seconds, "remaining_seconds": told.remaining,
        "due_at": _iso(told.due_at), "breached_at": _iso(told.breached_at), "waived": waived or None,
        "sentence": said, "agreement": own.name if own else None, "version": told.version.name,
        "in_force_since": since.isoformat() if since else None, "hours": calendars.hours_in_words(told.target.calendar),
        "closed_days": [[first.isoformat(), last.isoformat()] for first, last in closed_days(told)],
        "calendar": told.target.calendar_name, "zone": _zone(told.target.calendar),
        "warnings": [{"percent": percent, "at": _iso(at)} for percent, at in told.marks],
        "pauses": [{"from": _iso(a), "to": _iso(b), "reason": hold} for a, b, hold in pauses(told)],
        "steps": [{"at": _iso(s.at), "state": s.state, "hold": s.hold, "version": s.version, "used": s.used} for s in told.steps],
        "counted": [[_iso(a), _iso(b)] for a, b in spans],
    }  # fmt: skip


def length(seconds: int) -> str:
    """Working time in words."""
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
