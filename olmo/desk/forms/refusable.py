"""A form that comes back when its verb refused: what was typed stays, the reason stands at its field, and a second try counts."""

from typing import Any

from django import forms

from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.middleware import status_of


class Refusable(forms.Form):
    """`seen`, of what was there already: the mark, or the version, of the state that the form shows at first."""

    def refuse(self, refusal: Invalid | Conflict) -> int:
        """Show why the verb refused; returns the status of the answer.

        Who has read that somebody else changed it meanwhile may insist: the next try begins from what is there now.
        """
        field = self.field_of(refusal) if isinstance(refusal, Invalid) else ""
        self.add_error(field if field in self.fields else None, str(refusal.message))
        if isinstance(refusal, Conflict) and "seen" in self.initial:
            self.put("seen", self.initial["seen"])
        return status_of(refusal)

    def field_of(self, refusal: Invalid) -> str:
        """Where the reason stands: at the field that the verb names, or at the one that the form has for it."""
        return refusal.field

    def put(self, name: str, value: Any) -> None:
        """Let a hidden field come back with another value than was sent."""
        again: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        again[name] = value
        self.data = again
        self.cleaned_data[name] = value
