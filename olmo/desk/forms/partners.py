"""Writing to a partner's desk, and what they call the ticket."""

from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from olmo.kernel import spoken
from olmo.kernel.errors import Invalid
from olmo.tickets import actions
from olmo.tickets.models import Attachment, Message, PartnerCase, Supplier, Ticket

from .base import ChangeForm

MOST = 20


class Partner(ChangeForm):
    """Words to a partner's desk, with messages and files of the ticket."""

    noun, title, button = "partner", _("Write to a partner"), _("Send to the partner")
    said = _("Sent to the partner. Their answer comes back here; the requester does not see it.")
    is_said_always = True

    supplier = forms.ModelChoiceField(Supplier.objects.none(), label=_("To"), empty_label=None)
    text = forms.CharField(label=_("Words for their desk"), widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}))
    messages = forms.TypedMultipleChoiceField(
        label=_("Messages that go along"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    attached = forms.TypedMultipleChoiceField(
        label=_("Files that go along"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    reference = forms.CharField(
        label=_("Their reference"), required=False, max_length=80,
        help_text=_("If they have told it already. It is also read from the subject of their answer."),
    )  # fmt: skip
    waits = forms.BooleanField(label=_("The ticket waits for them"), required=False, initial=True)

    def prepare(self) -> None:
        """Offer the partners that have an address, the messages and the files; one that has the ticket comes first."""
        self.fields["supplier"].queryset = Supplier.objects.filter(is_active=True).exclude(email="")  # type: ignore[attr-defined]
        case = PartnerCase.objects.filter(ticket=self.ticket).order_by("-pk").first()
        if case is not None:
            self.initial.update({"supplier": case.supplier_id, "reference": case.reference})
        whole = [self.ticket.pk, *self.ticket.absorbed_ids]
        said = Message.objects.filter(ticket__in=whole, redacted_at=None, partner=None).select_related("author")
        self._offer("messages", [(m.pk, _said(m)) for m in said.order_by("-pk")[:MOST]])
        files = Attachment.objects.filter(message__ticket__in=whole, message__redacted_at=None).order_by("-pk")[:MOST]
        self._offer("attached", [(f.pk, f"{f.name} ({spoken.size(f.size)})") for f in files])

    def _offer(self, name: str, choices: list[tuple[int, str]]) -> None:
        if choices:
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        """Send it."""
        try:
            return actions.ask_partner(
                self.ticket, by=self.by, supplier=data["supplier"], text=data["text"], messages=data.get("messages", ()),
                files=data.get("attached", ()), waits=data["waits"], reference=data["reference"],
            )  # fmt: skip
        except Invalid as wrong:
            raise Invalid("attached" if wrong.field == "files" else wrong.field, wrong.message) from None


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


def _said(message: Message) -> str:
    words = Truncator(" ".join(message.text.split())).chars(70)
    return f"{message.author.name}, {spoken.near(message.at)}: {words}"
