"""An order as its pages and mails show it."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from olmo.catalogue.bilingual import said
from olmo.catalogue.models import Item, Offered, PriceKind
from olmo.kernel import spoken
from olmo.kernel.errors import Invalid
from olmo.kernel.text import whole_number
from olmo.people.models import Person

from . import amounts, links, policy, queries
from .deciding import MOST_WORDS, Changed
from .models import Approval, Decision, Order


def price(item: Item) -> str:
    """What an item costs, in words; "" when nothing is said."""
    row = item.priced
    if row is None or row.price_amount is None:
        return ""
    return _priced(row, row.price_amount, row.price_currency)


def price_of(order: Order) -> str:
    """What the item of an order cost when approval was asked, in words; "" when nothing was said."""
    amount, currency = amounts.price_of(order)
    return "" if amount is None else _priced(order.item.priced, amount, currency)


def _priced(row: Offered | None, amount: Decimal, currency: str) -> str:
    words = _money(amount, currency)
    is_price = row is None or row.price_kind == PriceKind.PRICE
    return words if is_price else _("%(amount)s (cost, for information)") % {"amount": words}


def _money(amount: Decimal, currency: str) -> str:
    return f"{number_format(amount, decimal_pos=0 if amount == int(amount) else 2)} {currency}".strip()


def amount(order: Order) -> str:
    """What an order costs where its answers say it, in words; "" where the price is all."""
    found = amounts.of(order) if queries.handling(order.item).amount_of else None
    return "" if found is None else _money(found, amounts.price_of(order)[1])


def delivery(item: Item) -> str:
    """When an item comes, in words."""
    row = item.delivered
    if row is None:
        return ""
    return said(row.delivery_words) or _("%(time)s of work") % {"time": spoken.minutes(row.delivery_minutes or 0)}


def facts(order: Order) -> list[tuple[str, str]]:
    """What it is, for whom, from whom, at what price."""
    found = [(_("What"), str(order.item)), (_("For"), order.recipient.name)]
    if order.by_id != order.recipient_id:
        found.append((_("Ordered by"), order.by.name))
    found += [(_("Organisation"), order.client.name), (_("Ordered on"), spoken.moment(order.at))]
    more = [(_("Price"), price_of(order)), (_("Amount"), amount(order)), (_("Delivery"), delivery(order.item))]
    return found + [(label, words) for label, words in more if words]


def deciding_context(
    found: Approval, viewer: Person, *, comment: str = "", refused: Invalid | Changed | None = None
) -> dict[str, Any]:
    """What requests/approval.html shows of one approval to somebody who decides it, or looks what became of it.

    refused: why nothing was decided just now; where other answers were read, those of now are shown.
    """
    changed = refused if isinstance(refused, Changed) else None
    if changed:
        found.refresh_from_db(fields=["revision"])
    return {
        "approval": found, "facts": facts(found.order), "changed": changed, "wrong": None if changed else refused,
        "comment": comment, "words": words(found), "status": 409 if changed else 422 if refused else 200,
        "parts": queries.readable(found.order, found.revision), "most": MOST_WORDS, "files": _files_for(viewer, found),
        "is_open": policy.may_decide(viewer, found),
        "in_place_of": found.approver.name if found.approver_id != viewer.pk else "",
    }  # fmt: skip


def _files_for(viewer: Person, found: Approval) -> list[dict[str, Any]]:
    """The files of the answers, for somebody who may not see the ticket."""
    rows = [(one, links.file_url(found, viewer, one)) for one in queries.files_of(found.order, found.revision)]
    return [{"pk": one.pk, "name": one.name, "url": url} for one, url in rows if url]


def files(order: Order, viewer: Person) -> list[dict[str, Any]]:
    """The files of the answers, for somebody who sees the ticket; what came with an agent's note, requesters do not open."""
    return [
        {"pk": one.pk, "name": one.name, "url": reverse("files:file", args=[one.pk, one.name])}
        for one in queries.files_of(order)
        if viewer.is_agent or (one.message and not one.message.is_internal)
    ]


def trail(approvals: list[Approval]) -> list[dict[str, Any]]:
    """The approvals in plain words, one line each."""
    stuck = policy.with_nobody(approvals)
    return [
        {
            "approval": row, "name": row.approver.name, "words": words(row), "tone": _tone(row),
            "more": _("away, and nobody can decide in their place") if row.pk in stuck else "",
        }
        for row in approvals
    ]  # fmt: skip


def words(row: Approval) -> str:
    """What became of one approval."""
    if row.decided_by and row.decided_at:
        said_ = {"decision": row.get_decision_display(), "when": spoken.near_inside(row.decided_at)}
        text = _("%(decision)s, %(when)s") % said_
        if row.decided_by_id != row.approver_id:
            text += " " + _("(by %(name)s in their place)") % {"name": row.decided_by.name}
        return text
    if row.dropped_at is not None:
        return _("not needed any more")
    return _("asked %(when)s") % {"when": spoken.near_inside(row.asked_at)}


def _tone(row: Approval) -> str:
    if row.decision:
        return "elm" if row.decision == Decision.YES else "brick"
    return "" if row.dropped_at else "ochre"


def seen(typed: str) -> int:
    """The revision that a page of an approval says it showed; 0 of one that says none."""
    return whole_number(typed, 8) or 0
