"""Forms of signing in and of one's own account."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from olmo.kernel import signatures
from olmo.kernel.errors import Invalid

from . import passwords
from .models import Person

# Longer ones are refused before they are hashed; 64 and more must be possible (OWASP ASVS 5.0, 6.2.9).
MAX_PASSWORD = 256
_SIGNATURES = {"en": _("Signature in English"), "it": _("Signature in Italian")}


def time_zones() -> list[tuple[str, str]]:
    """Every time zone by its name, as a choice."""
    names = sorted(n for n in zoneinfo.available_timezones() if "/" in n and not n.startswith(("Etc/", "SystemV/")))
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]


def password_field(label: Any, *, new: bool = False, required: bool = True) -> forms.CharField:
    """A field for a password; spaces count, nothing is trimmed."""
    kind = "new-password" if new else "current-password"
    widget = forms.PasswordInput(attrs={"autocomplete": kind})
    return forms.CharField(label=label, widget=widget, max_length=MAX_PASSWORD, strip=False, required=required)


def address_field(label: Any) -> forms.CharField:
    """A field for an e-mail address; what is wrong with it is said by the verb."""
    widget = forms.EmailInput(attrs={"autocomplete": "username", "inputmode": "email", "spellcheck": "false"})
    return forms.CharField(label=label, widget=widget, max_length=320)


class SignInForm(forms.Form):
    """One address; a password, or a mailed link in its place."""

    address = address_field(_("E-mail address"))
    password = password_field(_("Password"), required=False)
    next = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)
    use_required_attribute = False


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """What a person decides about themselves."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)
    theme = forms.ChoiceField(
        label=_("Colours"), required=False,
        choices=[("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )  # fmt: skip

    class Meta:
        model = Person
        fields = ("name", "language", "time_zone", "theme", "undo_seconds")
        labels = {"name": _("Name"), "language": _("Language"), "undo_seconds": _("Take a sent reply back within")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["undo_seconds"].required = False
        if not self.instance.is_agent:
            del self.fields["undo_seconds"]
            return
        for code, label in _SIGNATURES.items():
            text = self.instance.signatures.get(code, "")
            self.fields[f"signature_{code}"] = forms.CharField(
                label=label,
                initial=text,
                required=False,
                max_length=signatures.MOST,
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    def clean(self) -> dict[str, Any]:
        """Signatures are checked as everywhere; a form without their fields leaves them as they are."""
        data = super().clean() or self.cleaned_data
        given = {code: data.pop(f"signature_{code}", "") for code in _SIGNATURES if f"signature_{code}" in self.data}
        if given and self.instance.is_agent:
            try:
                self.instance.signatures = signatures.checked({**self.instance.signatures, **given})
            except Invalid as refusal:
                self.add_error(refusal.field, str(refusal.message))
        return data

    def clean_undo_seconds(self) -> int:
        """What was chosen; a form without the field leaves it as it is."""
        chosen = self.cleaned_data["undo_seconds"]
        return int(self.instance.undo_seconds if chosen in (None, "") else chosen)


class AgainForm(forms.Form):
    """The present password, asked again before something that a borrowed computer should not be able to do."""

    present = password_field(_("Present password"))

    def __init__(self, *args: Any, person: Person, needs_present: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if not needs_present:
            del self.fields["present"]

    def clean_present(self) -> str:
        present = str(self.cleaned_data["present"])
        if not self.person.check_password(present):
            raise forms.ValidationError(_("This is not your present password."))
        return present


class NewPasswordForm(AgainForm):
    """A new password, with the present one unless the session came by a mailed link."""

    new = password_field(_("New password"), new=True)

    def clean_new(self) -> str:
        new = str(self.cleaned_data["new"])
        passwords.check(new, self.person)
        return new
