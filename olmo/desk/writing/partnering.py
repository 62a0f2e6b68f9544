"""The composer's third text: to a partner's desk, with messages and files of the ticket that are chosen one by one."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from olmo.kernel import spoken
from olmo.kernel.prepared import as_json
from olmo.kernel.text import whole_number, whole_numbers
from olmo.tickets.conversation import File, Said
from olmo.tickets.models import Ticket
from olmo.writing.drafting import ForPartner
from olmo.writing.models import Draft

MOST = 20
# Where the verb's refusals stand in the composer.
FIELDS = {"files": "attached"}


def read(sent: QueryDict) -> ForPartner:
    """The fields of a message to a partner, as the composer sends them."""
    return ForPartner(
        supplier=whole_number(sent.get("supplier", "")), quoted=tuple(whole_numbers(sent.getlist("messages"))),
        attached=tuple(whole_numbers(sent.getlist("attached"))), waits="waits" in sent, reference=sent.get("reference", ""),
    )  # fmt: skip


def kept(draft: Draft) -> ForPartner:
    """The same of a draft."""
    return ForPartner(
        supplier=draft.supplier_id, quoted=tuple(draft.quoted), attached=tuple(draft.attached), waits=draft.waits,
        reference=draft.reference,
    )  # fmt: skip


def shown(ticket: Ticket, typed: ForPartner, rows: Sequence[Said], answer: Any) -> dict[str, Any] | None:
    """What the composer offers; None where nobody can be written to. rows: the messages that the page shows."""
    suppliers: Sequence[tuple[int, str, str]] = as_json(answer) or []
    if not suppliers or not ticket.is_active:
        return None
    chosen = next((one for one in suppliers if one[0] == typed.supplier), suppliers[0])
    said = [row for row in reversed(rows) if not row.partner and not row.redacted_at and row.text.strip()][:MOST]
    files = [file for row in reversed(rows) if not row.redacted_at for file in row.files][:MOST]
    return {
        "url": reverse("desk:partner", args=[ticket.number]),
        "suppliers": [{"pk": pk, "name": name, "email": email} for pk, name, email in suppliers],
        "chosen": chosen[0],
        "label": _("Send to {name}").format(name=chosen[1]) if len(suppliers) == 1 else _("Send to the partner"),
        "template": _("Send to {name}"),
        "messages": [{"pk": row.pk, "words": _words(row), "is_chosen": row.pk in typed.quoted} for row in said],
        "files": [{"pk": file.pk, "words": _file(file), "is_chosen": file.pk in typed.attached} for file in files],
        "along": len(typed.quoted) + len(typed.attached), "waits": typed.waits, "reference": typed.reference,
    }  # fmt: skip


def _words(row: Said) -> str:
    words = Truncator(" ".join(row.text.split())).chars(70)
    return f"{row.author_name}, {spoken.near(row.at)}: {words}"


def _file(file: File) -> str:
    return f"{file.name} ({spoken.size(file.size)})"
