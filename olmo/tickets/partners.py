"""A partner's desk that works on a ticket: who it is, and how they call it. The requester sees one ticket and none of this."""

import re

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.kernel.prepared import Part
from olmo.people.models import Person
from olmo.tenancy.models import Client

from .suppliers import Supplier

# "Case 12345", "INC0012345", "[SR-2026/77]": a word for it and then something with a digit, or capitals that end in digits.
_NAMED = re.compile(
    r"\b(?:case|ticket|ref(?:erence)?|incident|request|richiesta|pratica|segnalazione|rif)\b[\s:.#\-]*"
    r"(?P<found>[A-Z0-9][A-Z0-9/_\-]{2,38}[A-Z0-9])",
    re.IGNORECASE,
)
_CODED = re.compile(r"\b(?P<found>[A-Z]{2,8}[-_/]?\d[\d/_\-]{2,28}\d)\b")


class PartnerCase(models.Model):
    """One ticket at one partner's desk. reference: what they call it, as typed in or found in the subject of their answer."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey("tickets.Ticket", models.CASCADE, related_name="partner_cases")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="cases")
    reference = models.CharField(_("their reference"), max_length=80, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "supplier"], name="one_case_at_a_partner")]
        indexes = [models.Index(fields=["supplier", "reference"], name="case_by_reference", condition=~Q(reference=""))]

    def __str__(self) -> str:
        return f"{self.supplier} {self.reference}".strip()


def reference_in(subject: str, number: int) -> str:
    """What a partner calls the ticket, as their subject says; "" when it says nothing. number: ours, which is not it."""
    for pattern in (_NAMED, _CODED):
        for found in pattern.finditer(subject):
            text = found["found"]
            if any(c.isdigit() for c in text) and text != str(number) and f"#{text}" not in subject:
                return text[:80]
    return ""


_LISTED = """(select json_agg(json_build_array(s.id, s.name, c.reference) order by c.id)
from tickets_partnercase c join tickets_supplier s on s.id = c.supplier_id where c.ticket_id = %s)"""
_OFFERED = """(select json_agg(json_build_array(s.id, s.name, s.email) order by s.name, s.id)
from tickets_supplier s where s.is_active and s.email <> '')"""


def listed(ticket: int) -> Part:
    """[[supplier, name, reference], ...] of a ticket, as an expression of a statement that asks for more; null for none."""
    return _LISTED, [ticket]


def offered() -> Part:
    """[[supplier, name, address], ...] of every partner that can be written to, in the same way."""
    return _OFFERED, []
