"""Tickets in relation to one another: merge, link, split."""

from typing import Any

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.tickets import actions, queries
from olmo.tickets.models import LinkKind, Message, Ticket

from .base import ChangeForm


class OtherForm(ChangeForm):
    """A form that names another ticket by its number."""

    number = forms.CharField(
        label=gettext_lazy("Number of the other ticket"), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": "10"}),
    )  # fmt: skip

    def other(self) -> Ticket:
        """The ticket that `number` names. Raises Invalid when there is none that the agent may see."""
        digits = str(self.cleaned_data["number"]).strip().removeprefix("#")
        if whole_number(digits) is None:
            raise Invalid("number", _("“%(number)s” is not a ticket’s number.") % {"number": digits[:30]})
        try:
            return queries.by_number(self.by, int(digits))
        except NotFound as error:
            raise Invalid("number", _("There is no ticket %(number)s.") % {"number": digits}) from error


class Merge(OtherForm):
    """The ticket goes on inside another one. A page shows what that means before it happens."""

    noun, title, button = "merge", gettext_lazy("Merge into another ticket"), gettext_lazy("Show what happens")
    said = gettext_lazy("Merged. You can take the tickets apart again.")
    is_said_always = True

    into: Ticket | None = None

    def preview(self) -> bool:
        """Try the merge and take it back at once; whether it can be shown what it would do."""
        with transaction.atomic():
            is_possible = self.is_done()
            transaction.set_rollback(True)
        self.ticket.refresh_from_db()
        return is_possible

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        self.into = self.other()
        return actions.merge(self.ticket, self.into, by=self.by)

    def answer_url(self) -> str:
        into = self.into or self.ticket
        return reverse("desk:ticket", args=[into.number])


class Links(OtherForm):
    """Say how another ticket belongs to this one."""

    noun, title, button = "links", gettext_lazy("Link to another ticket"), gettext_lazy("Link")
    said = gettext_lazy("Linked.")

    kind = forms.ChoiceField(
        label=gettext_lazy("This ticket is"), choices=[(k.value, k.label) for k in LinkKind], initial=LinkKind.RELATED
    )
    field_order = ["kind", "number"]

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.link(self.ticket, self.other(), by=self.by, kind=data["kind"])


class Split(ChangeForm):
    """A message becomes the beginning of a ticket of its own."""

    noun, title, button = "split", gettext_lazy("Make it a ticket of its own"), gettext_lazy("Make a ticket")
    said = gettext_lazy("The message began this new ticket; it also stays where it was.")
    is_said_always = True

    subject = forms.CharField(
        label=gettext_lazy("Subject of the new ticket"), max_length=255, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, data: Any = None, *, message: Message, **more: Any) -> None:
        self.message = message
        super().__init__(data, **more)
        self.fresh: Ticket | None = None

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        """The subject begins as that of the ticket it comes from."""
        return {"subject": ticket.subject}

    @property
    def url(self) -> str:
        return reverse("desk:split", args=[self.ticket.number, self.message.pk])

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        self.fresh = actions.split(self.message, by=self.by, subject=data["subject"])
        return self.fresh

    def answer_url(self) -> str:
        return reverse("desk:ticket", args=[(self.fresh or self.ticket).number])
