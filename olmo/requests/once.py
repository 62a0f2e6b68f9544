"""A form that is pressed twice is sent once: each page that shows one has a mark of its own, which its order keeps."""

import json
import secrets
from hashlib import sha256

from olmo.catalogue import definition
from olmo.catalogue.definition import FieldKind
from olmo.people.models import Person
from olmo.tickets.models import Attachment, Ticket

from .models import Draft, Order
from .wanted import Wanted

LONGEST = 64


def mark() -> str:
    """A mark for a page that shows a form."""
    return secrets.token_urlsafe(16)


def of(wanted: Wanted) -> str:
    """The mark of what was filled in on a page: other answers on the same page are another order. "" without a mark.

    Files count by what is in them: a browser sends them anew with each press.
    """
    if not wanted.mark:
        return ""
    questions = definition.read(wanted.version.content).questions
    files = {one.key for one in questions if one.kind == FieldKind.FILE}
    values = {key: value for key, value in wanted.values.items() if key not in files}
    sent = sorted(Attachment.objects.filter(pk__in=wanted.uploads).values_list("name", "sha256"))
    whole = json.dumps([wanted.mark, wanted.version.pk, wanted.recipient.pk, values, sent], sort_keys=True, default=str)
    return sha256(whole.encode()).hexdigest()


def sent(wanted: Wanted, *, by: Person) -> Ticket | None:
    """What an earlier press of this page made. Presses of one person wait for each other, until the transaction ends."""
    found = _alone(wanted, by)
    order = Order.objects.select_related("ticket").filter(by=by, mark=found).first() if found else None
    return order.ticket if order else None


def put(wanted: Wanted, *, by: Person) -> Draft | None:
    """What an earlier press of this page put together with others. They wait for each other as those of `sent` do."""
    found = _alone(wanted, by)
    return Draft.objects.filter(person=by, mark=found).first() if found else None


def _alone(wanted: Wanted, by: Person) -> str:
    """The mark of what was filled in, once no other press of this person is under way."""
    if found := of(wanted):
        Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
    return found
