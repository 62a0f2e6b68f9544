"""The partners' desks that work on a ticket, in the panel beside it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel.prepared import as_json
from olmo.tickets.models import Ticket

from .. import places


def sections(ticket: Ticket, answer: Any) -> list[dict[str, Any]]:
    """The section of the panel, where a partner has the ticket. answer: what `partners.listed` answered."""
    cases: Sequence[tuple[int, str, str]] = as_json(answer) or []
    if not cases:
        return []
    facts = [
        {
            "label": name, "noun": "reference" if n == 0 else "", "url": places.ticket(ticket.number, "reference"),
            "value": _("Reference %(reference)s") % {"reference": reference} if reference else "",
        }
        for n, (_pk, name, reference) in enumerate(cases)
    ]  # fmt: skip
    return [{"title": _("At the partner’s desk"), "facts": facts}]
