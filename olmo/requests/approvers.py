"""Who is asked to approve an order, step by step. Nobody whom it concerns is ever among them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.people.models import Person
from olmo.people.reporting import managers_above

from . import amounts, policy
from .models import ApprovalStep, ApproverKind, Order


@dataclass(frozen=True)
class Asked:
    """A step with the people who are asked in it, and how many must say yes."""

    number: int
    stage: int
    kind: str
    people: Sequence[Person]
    quorum: int


def of(order: Order, *, after: int = 0) -> list[Asked]:
    """Everybody who is asked, in order of the stages (those after a passed one). Raises Invalid (nobody could approve a step).

    A step above an amount is left out when the order is known to cost no more.
    """
    return [_asked(order, number, step) for number, step in needed(order).items() if step.stage > after]


def needed(order: Order) -> dict[int, ApprovalStep]:
    """The steps that an order of this amount passes, by their numbers."""
    steps = ApprovalStep.objects.filter(item=order.item).prefetch_related("people").order_by("stage", "pk")
    amount = amounts.of(order) if any(step.above is not None for step in steps) else None
    return {
        number: step for number, step in enumerate(steps, start=1)
        if step.above is None or amount is None or amount > step.above
    }  # fmt: skip


def _asked(order: Order, number: int, step: ApprovalStep) -> Asked:
    people = _fit(order, _named(order, step))
    if not people:  # whom it concerns does not approve it: those above do, else who owns the service
        above = [one for person in _named(order, step) for one in managers_above(person)]
        people = (_fit(order, above) or _fit(order, managers_above(order.recipient)))[:1]
    people = people or _fit(order, [order.item.service.owner])
    if not people:
        words = _("Nobody can approve this: %(who)s. Please ask the service desk.")
        raise Invalid("form", words % {"who": ApproverKind(step.kind).label})
    return Asked(number, step.stage, step.kind, people, min(step.quorum or len(people), len(people)))


def _named(order: Order, step: ApprovalStep) -> list[Person]:
    person = order.recipient
    if step.kind == ApproverKind.MANAGER:
        return [person.manager] if person.manager else []
    if step.kind == ApproverKind.COST_CENTRE:
        return [person.cost_centre.owner] if person.cost_centre else []
    return [order.item.service.owner] if step.kind == ApproverKind.OWNER else list(step.people.all())


def _fit(order: Order, people: Iterable[Person | None]) -> list[Person]:
    """Those who may be asked, each once."""
    found = {person.pk: person for person in people if person is not None and policy.may_be_asked(person, order)}
    return list(found.values())
