"""What all forms of a ticket share."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from olmo.kernel.errors import Conflict, Invalid, NotFound, Words
from olmo.people.models import Person
from olmo.tickets.log import Stale
from olmo.tickets.models import Ticket


class ChangeForm(forms.Form):
    """One change of one ticket. `seen` is the version that the form shows: a clash with others is told, nothing overwritten."""

    noun: ClassVar[str] = ""  # the last word of its address
    title: ClassVar[Words] = ""
    button: ClassVar[Words] = ""
    said: ClassVar[Words] = ""  # what a toast says afterwards, beside Undo
    is_said_always: ClassVar[bool] = False  # also when nothing changed or it cannot be undone
    hint: ClassVar[Words] = ""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, ticket: Ticket, by: Person, **more: Any) -> None:
        self.ticket, self.by = ticket, by
        more.setdefault("initial", {**self.shown(ticket), "seen": ticket.version, **more.pop("extra", {})})
        super().__init__(data, prefix=None, auto_id=f"{self.noun}-%s", label_suffix="", **more)
        self.status = 422
        self.clashes: list[Any] = []
        self.prepare()

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        """What the fields show at first: the present values."""
        return {}

    def prepare(self) -> None:
        """Fill in choices that depend on the ticket."""

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        """Call the verb."""
        raise NotImplementedError(self.noun)

    def answer_url(self) -> str:
        """Where the page goes on after the change."""
        return reverse("desk:ticket", args=[self.ticket.number])

    @property
    def url(self) -> str:
        """Where the form is sent."""
        return reverse(f"desk:{self.noun}", args=[self.ticket.number])

    def is_done(self) -> bool:
        """Whether the change was made; otherwise the form shows why not, with `status` as the answer's."""
        if not self.is_valid():
            return False
        try:
            self.change(self.cleaned_data, self.cleaned_data.get("seen"))
        except (Invalid, Conflict, NotFound) as refusal:
            self.refuse(refusal)
            return False
        return True

    def refuse(self, refusal: Invalid | Conflict | NotFound) -> None:
        """Show why the verb refused, at the field it names, and let a second try begin from what is there now."""
        field = refusal.field if isinstance(refusal, Invalid) and refusal.field in self.fields else None
        self.add_error(field, str(refusal.message))
        self.status = 409 if isinstance(refusal, Conflict) else 422
        if isinstance(refusal, Stale):
            self.clashes = refusal.events
            self.data = {**_typed(self.data), "seen": str(self.ticket.version)}


def _typed(data: Any) -> dict[str, Any]:
    """The last value of each field, as the forms here read them."""
    return {name: data[name] for name in data}
