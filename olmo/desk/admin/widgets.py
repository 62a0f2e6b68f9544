"""The widget of each organisation: on whose pages it stands, and the tag that puts it there."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from olmo.people.models import Person
from olmo.selfservice import widget as kept
from olmo.selfservice.models import Widget
from olmo.tenancy.models import Client

from ..lists.files import Columns, listing
from ..shell import DeskRequest
from .forms import Lines, SettingsForm, tick
from .pages import administrators, list_of, or_404, settle, show, typed


class WidgetForm(SettingsForm):
    """Where the widget of an organisation may stand."""

    groups = ((_("Where it stands"), "", ["origins"]), (_("State"), "", ["is_active", "renews"]))

    origins = Lines(
        label=_("Origins"),
        help_text=_("One in each line, exactly: https://intranet.acme.example. None: nowhere."),
    )
    is_active = tick(_("Active"))
    renews = tick(_("New key"), hint=_("Tags with the old one show nothing any more."))

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Client:
        """Set it."""
        given = {name: data[name] for name in ("origins", "is_active", "renews")}
        kept.save(self.thing, by=by, seen=seen, **given)
        client: Client = self.thing
        return client


_COLUMNS: Columns = {
    "client.name": _("Organisation"), "widget.origins": _("Stands on"), "widget.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def widgets(request: DeskRequest) -> HttpResponse:
    """All organisations, with where their widget stands."""
    words = typed(request).lower()
    known = {row.client_id: row for row in Widget.objects.all()}
    rows = [
        {"client": client, "widget": known.get(client.pk)}
        for client in Client.objects.order_by("name")
        if not words or words in client.name.lower()
    ]
    return show(request, "widgets", "widgets", {"rows": rows, "typed": typed(request)}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def widget(request: DeskRequest, pk: int) -> HttpResponse:
    """The widget of one organisation, with its tag."""
    client = or_404(Client.objects.all(), pk)
    row = Widget.objects.filter(client=client).first()
    form = WidgetForm(
        request.POST or None, thing=client, state=kept.state_of(row), **({} if row else {"is_active": True})
    )
    context = {
        "tag": tag_of(row) if row else "",
        "policy": f"script-src {settings.BASE_URL}; frame-src {settings.BASE_URL}",
    }
    return settle(
        request, "widgets", form, title=client.name, said=_("%(name)s was saved."), template="widget", context=context,
        way=[list_of("widgets")], then=lambda saved: reverse("desk:admin_widget", args=[saved.pk]),
    )  # fmt: skip


def tag_of(row: Widget) -> str:
    """The script tag of a widget, as text: a template escapes it."""
    source = f"{settings.BASE_URL}/static/built/widget.js"
    return f'<script defer src="{source}" data-key="{row.key}" data-language="{row.client.language}"></script>'
