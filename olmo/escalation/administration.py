"""Keeping policies: administrators save a policy with all its steps, or are told what is wrong and nothing is saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line
from olmo.kernel.validation import refusing, require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tenancy.queries import desk_zone
from olmo.tickets.models import ACTIVE, Priority, Ticket

from . import circles, recipients, watching
from .models import Act, Policy, Step, Unit

MOST_STEPS = 20
MOST_PERCENT, MOST_MINUTES = 1000, 60 * 24 * 30
MOST_ROUNDS, LONGEST_ANSWER = 10, 24 * 60
LEAST_PAUSE, LEAST_ANSWER = 15, 5  # minutes, where a line starts over until somebody takes it: it must not storm
BATCH = 200
_NAME_ONCE = {"escalation_policy_name_key": ("name", gettext_lazy("Another policy has this name."))}


@dataclass(frozen=True, kw_only=True)
class StepSettings:
    """One step as it is typed. pk: the row that it changes; None: a new one."""

    pk: int | None = None
    unit: str = Unit.PERCENT
    value: int = 100
    act: str = Act.NOTIFY
    team: Team | None = None
    person: Person | None = None
    answer_minutes: int = 0
    rounds: int = 1
    again_minutes: int = 0
    respects_quiet: bool = False
    only_untaken: bool = False

    @property
    def team_id(self) -> int | None:
        return self.team.pk if self.team else None


@dataclass(frozen=True, kw_only=True)
class PolicySettings:
    """A policy as it is typed."""

    name: str
    metric: str
    steps: Sequence[StepSettings]
    client: Client | None = None
    team: Team | None = None
    priorities: tuple[int, ...] = ()
    quiet_from: time | None = None
    quiet_until: time | None = None
    is_active: bool = True


@transaction.atomic
def save(policy: Policy | None, settings: PolicySettings, *, by: Person, seen: str = "") -> Policy:
    """Change a policy with all its steps, or make one. What was due before this moment is not made up for.

    Raises NotAllowed, Conflict (changed meanwhile), Invalid ("name", "steps", "quiet_until", "steps-<n>-<field>"): no step; a
    team that was removed; nobody whom a step would reach; a step that waits for an answer that no step before it asks for; a
    cycle of escalations.
    """
    people.require_administrator(by)
    policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy.pk) if policy else Policy()
    before = state_of(policy)
    people.require_unchanged(before, seen)
    policy.name, policy.metric, policy.is_active = clean_line(settings.name, 80), settings.metric, settings.is_active
    policy.client, policy.team, policy.priorities = settings.client, settings.team, sorted(settings.priorities)
    policy.quiet_from, policy.quiet_until = settings.quiet_from, settings.quiet_until
    policy.time_zone, policy.since = desk_zone().key, clock.now()
    require_valid(policy)
    _check(policy, settings)
    with refusing(_NAME_ONCE):
        policy.save()
    _keep_steps(policy, settings.steps)
    people.record(by, f"escalation policy: {policy.name}", before, state_of(policy))
    _rewatch()
    return policy


@transaction.atomic
def remove(policy: Policy, *, by: Person) -> None:
    """Remove a policy for good; what it did stays in the logs. Raises NotAllowed."""
    people.require_administrator(by)
    state = state_of(policy)
    audit.record(by, f"escalation policy: {policy.name}", {name: [value, None] for name, value in state.items()})
    policy.delete()
    _rewatch()


def state_of(policy: Policy) -> dict[str, Any]:
    """What is set, for the change log; nothing for one that is not there yet."""
    if not policy.pk:
        return {}
    return {
        "name": policy.name, "metric": policy.metric, "client": str(policy.client or ""), "team": str(policy.team or ""),
        "priorities": list(policy.priorities), "quiet": [str(policy.quiet_from or ""), str(policy.quiet_until or "")],
        "is_active": policy.is_active,
        "steps": [
            [step.unit, step.value, step.act, str(step.team or ""), str(step.person or ""), step.answer_minutes, step.rounds,
             step.respects_quiet, step.only_untaken, step.again_minutes]
            for step in policy.steps.select_related("team", "person")
        ],
    }  # fmt: skip


def used_by_team(team: Team) -> list[str]:
    """The names of policies in which a team stands: where it is used."""
    steps = Policy.objects.filter(steps__team=team)
    return list((Policy.objects.filter(team=team) | steps).distinct().values_list("name", flat=True))


def rewatch(after: int) -> int:
    """Look at the next open tickets again; returns the last id, 0 at the end."""
    tickets = list(
        Ticket.objects.filter(pk__gt=after, status__in=ACTIVE).select_related("client").order_by("pk")[:BATCH]
    )
    for ticket in tickets:
        watching.keep(ticket)
    return tickets[-1].pk if len(tickets) == BATCH else 0


def _rewatch() -> None:
    from .jobs import rewatch as job

    job.defer(after=0)


def _keep_steps(policy: Policy, settings: Sequence[StepSettings]) -> None:
    known = {step.pk: step for step in policy.steps.all()}
    kept = set()
    for place, given in enumerate(settings, start=1):
        step = known.get(given.pk or 0) or Step(policy=policy)
        step.position = place
        for name in (
            "unit", "value", "act", "team", "person", "answer_minutes", "rounds", "again_minutes", "respects_quiet",
            "only_untaken",
        ):  # fmt: skip
            setattr(step, name, getattr(given, name))
        step.save()
        kept.add(step.pk)
    policy.steps.exclude(pk__in=kept).delete()


def _check(policy: Policy, settings: PolicySettings) -> None:
    if any(priority not in Priority.values for priority in settings.priorities):
        raise Invalid("priorities", _("Choose priorities that there are."))
    if (settings.quiet_from is None) != (settings.quiet_until is None):
        raise Invalid("quiet_until", _("Quiet hours need a beginning and an end."))
    if settings.quiet_from is not None and settings.quiet_from == settings.quiet_until:
        raise Invalid("quiet_until", _("Quiet hours that begin and end at once are none."))
    if policy.team is not None and not policy.team.is_active:
        raise Invalid("team", _gone(policy.team))
    if not settings.steps:
        raise Invalid("steps", _("A policy needs a step: without one it does nothing."))
    if len(settings.steps) > MOST_STEPS:
        raise Invalid("steps", _("A policy has at most %(most)d steps.") % {"most": MOST_STEPS})
    for place, step in enumerate(settings.steps):
        _check_step(policy, settings, place, step)
    _check_circles(policy, settings)


def _check_step(policy: Policy, settings: PolicySettings, place: int, step: StepSettings) -> None:
    def refuse(field: str, words: str) -> Invalid:
        return Invalid(f"steps-{place}-{field}", words)

    if step.unit not in Unit.values or step.act not in Act.values:
        raise refuse("act", _("Choose what the step does."))
    low, high = (1, MOST_PERCENT) if step.unit == Unit.PERCENT else (-MOST_MINUTES, MOST_MINUTES)
    if not low <= step.value <= high:
        raise refuse("value", _("From %(low)d to %(high)d.") % {"low": low, "high": high})
    if not 0 <= step.answer_minutes <= LONGEST_ANSWER or not 1 <= step.rounds <= MOST_ROUNDS:
        words = _("An answer within at most %(minutes)d minutes, in 1 to %(rounds)d rounds.")
        raise refuse("answer_minutes", words % {"minutes": LONGEST_ANSWER, "rounds": MOST_ROUNDS})
    if step.team is not None and not step.team.is_active:
        raise refuse("team", _gone(step.team))
    if step.person is not None and not (step.person.is_active and step.person.is_agent):
        raise refuse("person", _("%(name)s no longer works here.") % {"name": step.person.name})
    if step.answer_minutes and step.act in (Act.RAISE, Act.REASSIGN):
        raise refuse("answer_minutes", _("This step tells nobody, so nobody can answer it."))
    _check_again(step, refuse)
    if step.only_untaken and not any(other.answer_minutes for other in settings.steps[:place]):
        raise refuse(
            "only_untaken", _("No step before this one asks for an answer, so there is nothing that it could wait for.")
        )
    row = Step(act=step.act, team=step.team, person=step.person)
    if not recipients.of_settings(row, policy.team):
        raise refuse("team" if step.act == Act.REASSIGN else "act", _nobody(step, policy.team))


def _check_again(step: StepSettings, refuse: Callable[[str, str], Invalid]) -> None:
    """A line that starts over leaves time to answer and to rest."""
    if not step.again_minutes:
        return
    if not step.answer_minutes:
        raise refuse("again_minutes", _("This step asks for no answer, so there is nothing to start over."))
    if not LEAST_PAUSE <= step.again_minutes <= LONGEST_ANSWER:
        words = _("From %(low)d to %(high)d.")
        raise refuse("again_minutes", words % {"low": LEAST_PAUSE, "high": LONGEST_ANSWER})
    if step.answer_minutes < LEAST_ANSWER:
        words = _("Where the line starts over, an answer needs at least %(minutes)d minutes.")
        raise refuse("answer_minutes", words % {"minutes": LEAST_ANSWER})


def _nobody(step: StepSettings, team: Team | None) -> str:
    if step.act == Act.REASSIGN:
        return _("Choose the team or the person that gets the ticket.")
    words = {"team": step.team or team}
    if step.act == Act.NOTIFY:
        return _("The step would reach nobody: %(team)s has no members.") % words
    return _("The step would reach nobody: %(team)s has nobody on call and no lead.") % words


def _gone(team: Team) -> str:
    return _("The team %(team)s takes no tickets any more.") % {"team": team.name}


def _check_circles(policy: Policy, settings: PolicySettings) -> None:
    """Refuse a way of escalations that comes back to where it began: through this policy, or through others of the promise."""
    own = circles.Way(
        policy.team_id, [step.team_id for step in settings.steps if step.act == Act.REASSIGN and step.team_id]
    )
    others = circles.others(policy) if settings.is_active else []
    found = circles.circle([own, *others]) if own.teams else []
    if found:
        names = dict(Team.objects.filter(pk__in=found).values_list("pk", "name"))
        way = " → ".join(names[pk] for pk in found)
        place = next(n for n, step in enumerate(settings.steps) if step.act == Act.REASSIGN and step.team_id)
        raise Invalid(f"steps-{place}-team", _("The escalations would go in a circle: %(way)s.") % {"way": way})
