"""How the portal and the mails of an organisation look."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from olmo.kernel import contrast, pictures
from olmo.people import administration
from olmo.people.models import Person
from olmo.tenancy import branding
from olmo.tenancy.models import Brand, Client

from ..lists.files import Columns, listing
from ..shell import DeskRequest
from .forms import SettingsForm, line, paragraph, tick
from .pages import administrators, list_of, or_404, settle, show, typed


class BrandForm(SettingsForm):
    """The brand of an organisation."""

    groups = (
        (_("Name and logo"), "", ["name", "logo", "drops_logo"]),
        (_("Colours"), _("Each must be readable on its paper and beneath white or dark words; else the nearest is offered."),
         [("colour", "colour_dark")]),
        (_("Own host name"), "", ["host"]),
        (_("Before the sign-in"), "", ["languages"]),
        (_("Foot of pages and mails"), "", [("hours_en", "hours_it"), "phone", "legal_en", "legal_it"]),
    )  # fmt: skip

    name = line(_("Name"), limit=80, required=False, hint=_("Empty: the name of the organisation."))
    logo = forms.FileField(label=_("Logo"), required=False, help_text=_("PNG, JPEG or WebP, up to 2 MB."))
    drops_logo = tick(_("Take the logo away"))
    colour = line(_("In the light"), limit=7, required=False, hint="#2d5f3f", spellcheck="false")
    colour_dark = line(
        _("In the dark"), limit=7, required=False, hint=_("Empty: the nearest that can be read."), spellcheck="false"
    )
    host = line(
        _("Host name"), limit=253, required=False, spellcheck="false",
        hint=_("Such as help.acme.example, leading to this server: its pages are this organisation’s before the sign-in, "
            "and links in mails lead its people there."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=settings.LANGUAGES, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None: all."),
    )  # fmt: skip
    hours_en = line(_("Hours in English"), required=False)
    hours_it = line(_("Hours in Italian"), required=False)
    phone = line(_("Phone"), limit=40, required=False)
    legal_en = paragraph(_("Legal footer in English"), rows=3, limit=branding.LONGEST_FOOTER)
    legal_it = paragraph(_("Legal footer in Italian"), rows=3, limit=branding.LONGEST_FOOTER)

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Client:
        """Write it."""
        file = data["logo"]
        values = {name: data[name] for name in branding.BrandSettings.__dataclass_fields__ if name != "logo"}
        logo = file.read(pictures.MOST_BYTES + 1) if file else None
        administration.save_brand(self.thing, branding.BrandSettings(logo=logo, **values), by=by, seen=seen)
        client: Client = self.thing
        return client


_COLUMNS: Columns = {
    "client.name": _("Organisation"), "brand.colour": _("Colour"), "brand.host": _("Host name"),
}  # fmt: skip


@listing
@administrators
def brands(request: DeskRequest) -> HttpResponse:
    """All organisations, with what of their own they have."""
    words = typed(request).lower()
    known = {row.client_id: row for row in Brand.objects.defer("logo")}
    rows = [
        {"client": client, "brand": known.get(client.pk)}
        for client in Client.objects.order_by("name")
        if not words or words in f"{client.name} {getattr(known.get(client.pk), 'host', '')}".lower()
    ]
    return show(request, "brands", "brands", {"rows": rows, "typed": typed(request)}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def brand(request: DeskRequest, pk: int) -> HttpResponse:
    """The brand of one organisation."""
    client = or_404(Client.objects.all(), pk)
    row = branding.of_client(pk)
    form = BrandForm(request.POST or None, thing=client, state=branding.state_of(row))
    form.files = request.FILES
    context = {"sample": branding.shown(row, client.name), "measured": _measured(row), "client": client}
    return settle(
        request, "brands", form, title=client.name, said=_("%(name)s was saved."), template="brand", context=context,
        way=[list_of("brands")],
    )  # fmt: skip


def _measured(row: Brand | None) -> list[dict[str, Any]]:
    """The contrast of its colours as numbers."""
    if row is None or not row.colour:
        return []
    dark = row.colour_dark or contrast.nearest(row.colour, "dark")
    both = ((pgettext_lazy("theme", "Light"), row.colour, "light"), (pgettext_lazy("theme", "Dark"), dark, "dark"))
    measured = [(label, colour, contrast.judged(colour, theme)) for label, colour, theme in both]
    return [
        {"theme": label, "colour": colour, "on_paper": f"{seen.on_paper:.1f}", "beneath": f"{seen.beneath:.1f}"}
        for label, colour, seen in measured
    ]
