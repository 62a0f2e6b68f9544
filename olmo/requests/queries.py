"""Reads of orders and approvals, each from the viewer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext as _

from olmo.assets import queries as assets
from olmo.assets.models import Asset
from olmo.catalogue import answering, definition
from olmo.catalogue.answering import Known, Part
from olmo.catalogue.definition import FieldKind, Form
from olmo.catalogue.models import Item
from olmo.kernel.errors import Invalid, NotFound
from olmo.people.models import Person
from olmo.people.queries import by_address
from olmo.tenancy.models import Client
from olmo.tickets.models import ACTIVE, Attachment, Ticket

from . import policy, substitutes
from .models import Answers, Approval, Handling, Order, Substitute

MOST = 100


def handling(item: Item) -> Handling:
    """What becomes of the orders of an item; of one that nobody set, what is usual."""
    return Handling.objects.select_related("category", "team", "plan").filter(item=item).first() or Handling(item=item)


def known(client_id: int, uploader: Person | None = None, before: Answers | None = None) -> Known:
    """What the check of answers asks of the desk: people of the organisation, files and assets of who fills it in.

    before: the answers that are being changed; files and assets that they name stay, whoever named them, and so do their days.
    """
    kept = held(before) if before else set()

    def person(text: str) -> int:
        found = by_address(text) if "@" in text else None
        rows = Person.objects.filter(client=client_id, is_active=True)
        if found is not None and found.client_id == client_id:
            return found.pk
        named = list(rows.filter(name__iexact=text)[:2]) if "@" not in text else []
        if len(named) > 1:
            raise Invalid("person", _("Several people have this name: write the e-mail address."))
        if not named:
            raise Invalid("person", _("Nobody of the organisation is known by “%(text)s”.") % {"text": text[:80]})
        return named[0].pk

    def files(ids: Sequence[int]) -> Mapping[int, str]:
        rows = Attachment.objects.filter(pk__in=ids, client=client_id)
        rows = rows.filter(Q(uploader=uploader) | Q(pk__in=kept)) if uploader else rows
        return dict(rows.values_list("pk", "name"))

    def asset(text: str) -> int:
        found = assets.exactly(uploader, text).filter(client=client_id).first() if uploader else None
        if found is None and before is not None:
            named = Asset.objects.filter(pk__in=held(before, FieldKind.ASSET), client=client_id, tag__iexact=text)
            found = named.first()
        if found is None:
            raise Invalid(
                "asset", _("No asset of yours has the tag or serial number “%(text)s”.") % {"text": text[:80]}
            )
        return found.pk

    held_days = before.content if before else {}
    return Known(person=person, names=names, files=files, asset=asset, assets=asset_names, before=held_days)


def names(ids: Sequence[int]) -> Mapping[int, str]:
    """Names of people."""
    return dict(Person.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def asset_names(ids: Sequence[int]) -> Mapping[int, str]:
    """What assets are called."""
    return {row.pk: str(row) for row in Asset.objects.filter(pk__in=ids)} if ids else {}


def offered(form: Form, viewer: Person, asker: Person) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen instead of typed: the devices of whoever asks, by their tags."""
    if all(one.kind != FieldKind.ASSET for one in form):
        return {}
    return {FieldKind.ASSET: [(one.tag, str(one)) for one in assets.of_person(viewer, asker)]}


def as_typed(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they would be typed again: people by their addresses, assets by their tags."""
    found = dict(values)
    for one in form.questions:
        value = found.get(one.key)
        if one.kind == FieldKind.PERSON and isinstance(value, int):
            person = Person.objects.filter(pk=value).first()
            found[one.key] = (person.email or person.name) if person else ""
        if one.kind == FieldKind.ASSET and isinstance(value, int):
            asset = Asset.objects.filter(pk=value).first()
            found[one.key] = asset.tag if asset else ""
    return found


def of_ticket(ticket: Ticket) -> Order | None:
    """The order that made a ticket. The caller has seen the ticket."""
    rows = Order.objects.select_related("item__service", "version", "recipient", "by", "ticket")
    return rows.filter(ticket=ticket).first()


def answers(order: Order, revision: int = 0) -> Answers:
    """What was filled in: the newest, or one revision."""
    rows = Answers.objects.filter(order=order, **({"revision": revision} if revision else {}))
    found = rows.select_related("version", "by").first()
    if found is None:
        raise NotFound
    return found


def given(ticket: Ticket) -> Mapping[str, Any]:
    """What was filled in for a ticket, as it is now; nothing of one that was not ordered by a form."""
    found = Answers.objects.filter(order__ticket=ticket).first()
    return found.content if found else {}


def form_of(ticket: Ticket) -> Form | None:
    """The form that was filled in for a ticket, as its newest answers have it."""
    found = Answers.objects.filter(order__ticket=ticket).select_related("version").first()
    return definition.read(found.version.content) if found else None


def held(row: Answers, kind: str = FieldKind.FILE) -> set[int]:
    """The ids of files (or of assets) that answers name."""
    given = [row.content.get(one.key) for one in definition.read(row.version.content).questions if one.kind == kind]
    return {pk for value in given if value for pk in (value if isinstance(value, list) else [value])}


def readable(order: Order, revision: int = 0) -> list[Part]:
    """The answers as they are read, in the reader's language."""
    row = answers(order, revision)
    return answering.readable(definition.read(row.version.content), row.content, known(order.client_id))


def files_of(order: Order, revision: int = 0) -> list[Attachment]:
    """The files that the answers name: the newest ones, or those of one revision."""
    ids = held(answers(order, revision))
    return list(Attachment.objects.filter(pk__in=ids, client=order.client_id).select_related("message")) if ids else []


def approvals(order: Order) -> list[Approval]:
    """The trail of approvals, round by round."""
    rows = list(Approval.objects.filter(order=order).select_related("approver", "decided_by"))
    for row in rows:
        row.order = order
    return rows


def waiting_for(viewer: Person) -> list[Approval]:
    """What somebody can decide now, for themselves or for whom they stand in; the oldest first."""
    whose = {viewer.pk, *substitutes.stood_in_for(viewer)}
    rows = Approval.objects.filter(approver__in=whose, decision="", dropped_at=None, order__ticket__status__in=ACTIVE)
    found = list(_with_order(rows).order_by("asked_at")[:MOST])
    beside = policy.has_word_beside(viewer, found)
    return [row for row in found if row.pk not in beside and policy.may_be_asked(viewer, row.order)]


def is_asked_at_all(viewer: Person) -> bool:
    """Whether somebody was ever asked to approve, or stands in for somebody who may be: one statement."""
    asked = Exists(Approval.objects.filter(approver=viewer, dropped_at=None))
    stands_in = Exists(Substitute.objects.filter(deputy=viewer))
    return Person.objects.filter(asked | stands_in, pk=viewer.pk).exists()


def decided_by(viewer: Person, most: int = 20) -> list[Approval]:
    """What somebody decided last."""
    return list(_with_order(Approval.objects.filter(decided_by=viewer)).order_by("-decided_at")[:most])


def approval(viewer: Person, pk: int) -> Approval:
    """One that the viewer may decide or has decided. Raises NotFound."""
    row = _with_order(Approval.objects.filter(pk=pk)).first()
    if row is None or not policy.may_read(viewer, row):
        raise NotFound
    return row


def _with_order(rows: QuerySet[Approval]) -> QuerySet[Approval]:
    return rows.select_related(
        "approver", "decided_by", "order__item__service", "order__ticket", "order__recipient", "order__by",
        "order__ticket__requester", "order__version", "order__client",
    )  # fmt: skip


def known_of(person: Person) -> dict[str, str]:
    """What a form is filled in with at first, of the person it is for."""
    phones = list(person.identities.filter(kind="phone").order_by("pk").values_list("value", flat=True)[:1])
    return {
        "name": person.name, "email": person.email or "", "phone": phones[0] if phones else "", "title": person.title,
        "organisation": person.client.name if person.client else "", "location": person.location,
        "manager": (person.manager.email or person.manager.name) if person.manager else "",
        "cost_centre": str(person.cost_centre or ""),
    }  # fmt: skip


def recipient(viewer: Person, client: Client, address: str) -> Person:
    """Whom an order is for, by their address: somebody of the organisation. Raises Invalid."""
    found = by_address(address.strip()) if address.strip() else None
    if found is None or found.client_id != client.pk or not found.is_active:
        raise Invalid("recipient", _("Nobody of the organisation has this address."))
    return found
