"""What a requester puts together to send it as one request: drafts that are kept, opened again, taken out and sent."""

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.guides import actions as troubleshooters
from olmo.guides.models import Run
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.people.models import Person
from olmo.tickets.models import Ticket

from . import once, ordering
from .models import Draft, Order
from .wanted import Wanted

MOST = 20


def of(person: Person) -> list[Draft]:
    """What somebody has put together and not sent."""
    return list(Draft.objects.filter(person=person).select_related("version__item__service", "recipient"))


def one(person: Person, pk: int) -> Draft:
    """One that they put together. Raises NotFound."""
    found = Draft.objects.filter(person=person, pk=pk).select_related("version__item__service", "recipient").first()
    if found is None:
        raise NotFound
    return found


class Gone(Conflict):
    """The draft that was opened was sent or taken out meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            _("This was sent or taken out meanwhile. Nothing was sent now: send it only if you want it once more.")
        )


@transaction.atomic
def put(wanted: Wanted, *, by: Person, instead_of: int = 0, run: Run | None = None) -> Draft:
    """Put a filled-in form beside the others, or in the place of one that was opened again.

    run: of a troubleshooter that led here. Raises Gone, Conflict (too many; with files it is ordered by itself).
    """
    assert by.client is not None
    if wanted.uploads:
        raise Conflict(_("With files it is ordered by itself: press “Send the order”. Nothing was lost."))
    if not instead_of and (there := once.put(wanted, by=by)):
        return there
    if not instead_of and Draft.objects.filter(person=by).count() >= MOST:
        raise Conflict(_("At most %(most)d items in one request.") % {"most": MOST})
    row = _held(by, instead_of) if instead_of else Draft(client=by.client, person=by, mark=once.of(wanted))
    row.version, row.recipient, row.run = wanted.version, wanted.recipient, run or row.run
    row.answers, row.at = dict(wanted.values), clock.now()
    row.save()
    return row


def take_out(person: Person, pk: int) -> None:
    """One of them is not wanted any more."""
    Draft.objects.filter(person=person, pk=pk).delete()


@transaction.atomic
def send(person: Person) -> Ticket:
    """Order all of it as one request; what was put together is sent once, however often it is pressed.

    All or nothing. Raises Conflict (nothing there; one item cannot be ordered: says which, and why).
    """
    pks = (
        Draft.objects.select_for_update(of=("self",)).filter(person=person).order_by("pk").values_list("pk", flat=True)
    )
    # Read after the lock: what another press has sent or changed meanwhile is not what was found first.
    drafts = list(Draft.objects.filter(pk__in=list(pks)).select_related("version__item__service", "recipient", "run"))
    if not drafts:
        raise Conflict(_("There is nothing to order yet."))
    orders = [_placed(draft, person) for draft in drafts]
    ticket = ordering.as_one(orders, by=person)
    for draft, order in zip(drafts, orders, strict=True):
        _report(draft.run, order.ticket, person)
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
    return ticket


@transaction.atomic
def send_one(wanted: Wanted, *, by: Person, draft: int = 0, run: Run | None = None) -> Ticket:
    """Order one form by itself; the draft from which it was opened goes with it. A second press answers what the first one made.

    run: of a troubleshooter that led here. Raises what `place` raises, Gone.
    """
    if done := once.sent(wanted, by=by):
        return done
    row = _held(by, draft) if draft else None
    ticket = ordering.as_one([ordering.place(wanted, by=by)], by=by)
    _report(run or (row.run if row else None), ticket, by)
    if row is not None:
        row.delete()
    return ticket


def _report(run: Run | None, ticket: Ticket, by: Person) -> None:
    if run is not None:
        troubleshooters.report(run, ticket, by=by)


def _held(person: Person, pk: int) -> Draft:
    row = Draft.objects.select_for_update(of=("self",)).filter(person=person, pk=pk).first()
    if row is None:
        raise Gone
    return row


def _placed(draft: Draft, by: Person) -> Order:
    wanted = Wanted(version=draft.version, values=draft.answers, recipient=draft.recipient)
    words = {"item": draft.version.item}
    try:
        return ordering.place(wanted, by=by)
    except NotFound:
        raise Conflict(_("“%(item)s” cannot be ordered any more. Take it out to send the others.") % words) from None
    except ordering.FormGone:
        raise Conflict(_("The form of “%(item)s” was replaced. Open it and look at it again.") % words) from None
    except (Invalid, Conflict) as refusal:
        raise Conflict(_("“%(item)s”: %(reason)s") % {**words, "reason": refusal.message}) from refusal
