"""Who runs the desk."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from olmo.kernel.signatures import taken
from olmo.people import administration
from olmo.people.models import Person
from olmo.tenancy.actions import ProviderSettings, state_of_provider
from olmo.tenancy.models import Provider

from ..shell import DeskRequest
from . import used
from .forms import SettingsForm, address, language, line, signature, time_zone
from .pages import administrators, settle


class ProviderForm(SettingsForm):
    """Name, address, language, time zone and signature of the provider."""

    groups = (
        (_("Name and address"), "", ["name", "address"]),
        (_("Language and time"), _("For people and pages that have none of their own."), [("language", "time_zone")]),
        (
            _("Signature"),
            _("Under the mails of everybody who has none of their own."),
            ["signature_en", "signature_it"],
        ),
    )

    name = line(_("Name"), autocomplete="organization")
    address = address(
        _("Mail address of the desk"),
        hint=_("Mail of the desk comes from here, unless an organisation has a sender address of its own."),
    )
    language = language()
    time_zone = time_zone()
    signature_en = signature(_("Signature in English"))
    signature_it = signature(_("Signature in Italian"))

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Provider:
        """Change the provider."""
        data.pop("seen")
        return administration.change_provider(ProviderSettings(signatures=taken(data), **data), by=by, seen=seen)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def settings(request: DeskRequest) -> HttpResponse:
    """The provider's settings."""
    provider = Provider.objects.get()
    form = ProviderForm(request.POST or None, thing=provider, state=state_of_provider(provider))
    return settle(
        request,
        "provider",
        form,
        title=_("Provider"),
        said=_("The settings of %(name)s were saved."),
        context={"used": used.signed(provider)},
    )
