"""Which policy watches over which promise of a ticket, and when its next step is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from olmo.kernel import clock
from olmo.service_levels.courses import Course, Wish, courses
from olmo.tickets.changes import CallbackDone, CallbackPromised
from olmo.tickets.models import Event, Ticket

from . import plan
from .models import Firing, Metric, Policy, Step, Watch


@dataclass(frozen=True)
class Watched:
    """One clock of a ticket under one policy. taken: the steps that were taken for it."""

    policy: Policy
    steps: Mapping[int, Step]
    course: Course
    taken: frozenset[int]

    @property
    def line(self) -> plan.Line:
        planned = [plan.Planned(step.pk, _wish(step), step.respects_quiet) for step in self.steps.values()]
        return plan.Line(planned, self.policy.since, quiet_of(self.policy))

    def due(self, now: datetime) -> list[plan.Due]:
        """The steps that are due and were not taken."""
        return plan.due(self.line, self.course, now, self.taken)

    def next_at(self, now: datetime) -> datetime | None:
        """When the next step is due."""
        return plan.next_at(self.line, self.course, now, self.taken)


def quiet_of(policy: Policy) -> plan.Quiet | None:
    """The quiet hours of a policy."""
    if policy.quiet_from is None or policy.quiet_until is None:
        return None
    return plan.Quiet(policy.quiet_from, policy.quiet_until, policy.time_zone)


def any_policy() -> bool:
    """Whether anything is watched at all."""
    return Policy.objects.filter(is_active=True).exists()


def policies_for(ticket: Ticket) -> dict[str, Policy]:
    """The policy that watches over each promise of a ticket: the most specific one, and of two alike the older."""
    found: dict[str, Policy] = {}
    for policy in Policy.objects.filter(is_active=True).prefetch_related("steps__team", "steps__person"):
        if not _fits(policy, ticket):
            continue
        known = found.get(policy.metric)
        if known is None or (policy.rank, -policy.pk) > (known.rank, -known.pk):
            found[policy.metric] = policy
    return found


def watched(ticket: Ticket) -> list[Watched]:
    """Every clock of a ticket that a policy watches over, with what was taken for it."""
    policies = policies_for(ticket) if ticket.is_active else {}
    if not policies:
        return []
    steps = {metric: {step.pk: step for step in policy.steps.all()} for metric, policy in policies.items()}

    def wishes(metric: str) -> list[Wish]:
        return list(dict.fromkeys(_wish(step) for step in steps.get(metric, {}).values()))

    found = [*courses(ticket, wishes), *_callback(ticket, wishes(Metric.CALLBACK))]
    given: dict[tuple[str, datetime], set[int]] = {}
    for metric, start, pk in Firing.objects.filter(ticket=ticket).values_list("metric", "started_at", "step"):
        given.setdefault((metric, start), set()).add(pk)
    return [
        Watched(policies[each.metric], steps[each.metric], each, frozenset(given.get((each.metric, each.started_at), ())))
        for each in found
    ]  # fmt: skip


def keep(ticket: Ticket, found: list[Watched] | None = None) -> None:
    """Write down when the sweep must look at the ticket."""
    now = clock.now()
    times = [at for each in (watched(ticket) if found is None else found) if (at := each.next_at(now)) is not None]
    if not times:
        Watch.objects.filter(ticket=ticket).delete()
        return
    values = {"next_at": min(times), "client_id": ticket.client_id}
    Watch.objects.update_or_create(ticket=ticket, defaults=values)


def _fits(policy: Policy, ticket: Ticket) -> bool:
    return (
        policy.client_id in (None, ticket.client_id)
        and policy.team_id in (None, ticket.team_id)
        and (not policy.priorities or ticket.priority in policy.priorities)
    )


def _wish(step: Step) -> Wish:
    return (step.unit, step.value)


def _callback(ticket: Ticket, wishes: list[Wish]) -> list[Course]:
    """The promised call as a clock of its own, by the wall clock: it was promised for a moment, not in working time."""
    due = ticket.callback_at
    if due is None or not wishes:
        return []
    promise = Event.objects.filter(
        ticket=ticket, kind__in=[CallbackPromised.kind, CallbackDone.kind], data__at=due.isoformat()
    ).order_by("-seq").values_list("at", flat=True).first()  # fmt: skip
    start = promise or ticket.opened_at
    reached = {
        wish: due + timedelta(minutes=wish[1]) if wish[0] == "minutes" else start + (due - start) * wish[1] / 100
        for wish in wishes
    }
    return [Course(Metric.CALLBACK, due, "running", due, reached)]
