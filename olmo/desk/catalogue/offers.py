"""Price and delivery as fields of a form of administration."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from olmo.catalogue import bilingual
from olmo.catalogue.actions import Offer
from olmo.catalogue.models import Offered, PriceKind

from ..admin.forms import Group, line

PRICE: Group = (_("Price"), _("Empty: none is named."), [("amount", "currency"), "price_kind"])
DELIVERY: Group = (_("Delivery"), "", [("delivery_en", "delivery_it"), "hours"])


def fields() -> dict[str, forms.Field]:
    """The fields of both groups."""
    return {
        "amount": forms.DecimalField(label=_("Amount"), required=False, min_value=0, max_digits=12, decimal_places=2),
        "currency": line(_("Currency"), limit=3, required=False, hint=_("Three letters, such as EUR.")),
        "price_kind": forms.ChoiceField(label=_("What it is"), choices=PriceKind.choices),
        "delivery_en": line(_("Delivery in English"), required=False, hint=_("Such as: within two working days")),
        "delivery_it": line(_("Delivery in Italian"), required=False),
        "hours": forms.DecimalField(
            label=_("Working hours until delivery"), required=False, min_value=0, max_value=10_000, decimal_places=2,
            help_text=_("What is counted on; the agreements say what is promised."),
        ),
    }  # fmt: skip


def shown(row: Offered) -> dict[str, Any]:
    """What they show of a service or an item."""
    hours = row.delivery_minutes / 60 if row.delivery_minutes else None
    given = {"amount": row.price_amount, "currency": row.price_currency, "price_kind": row.price_kind, "hours": hours}
    return {**given, **bilingual.fields(row.delivery_words, "delivery")}


def taken(data: Mapping[str, Any]) -> Offer:
    """What was filled into them."""
    delivery = {code: data[f"delivery_{code}"] for code in bilingual.CODES}
    minutes = round(data["hours"] * 60) if data["hours"] else None
    return Offer(
        amount=data["amount"], currency=data["currency"], kind=data["price_kind"], delivery=delivery, minutes=minutes
    )
