"""What a partner's desk calls the ticket."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from olmo.tickets import actions
from olmo.tickets.models import PartnerCase, Supplier, Ticket

from .base import ChangeForm


class Reference(ChangeForm):
    """What a partner calls the ticket."""

    noun, title, button = "reference", _("Their reference"), _("Keep")
    said = _("The reference was kept.")

    supplier = forms.ModelChoiceField(Supplier.objects.none(), label=_("Partner"), empty_label=None)
    reference = forms.CharField(label=_("Their reference"), max_length=80)

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        case = PartnerCase.objects.filter(ticket=ticket).order_by("-pk").first()
        return {"supplier": case.supplier_id, "reference": case.reference} if case else {}

    def prepare(self) -> None:
        """Offer the partners that have the ticket."""
        known = Supplier.objects.filter(cases__ticket=self.ticket)
        self.fields["supplier"].queryset = known  # type: ignore[attr-defined]

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        """Keep it."""
        supplier, reference = data["supplier"], data["reference"]
        return actions.set_reference(self.ticket, by=self.by, supplier=supplier, reference=reference)
