"""Assets from a file, looked at before anything is written; and the list as a file."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from olmo.assets import exporting, importing
from olmo.assets.importing import COLUMNS, MOST_SHOWN
from olmo.assets.models import Load
from olmo.kernel.errors import Invalid, NotFound
from olmo.reports.exports.streaming import Things

from ..lists.files import as_file
from ..lists.files import asked as wanted
from ..shell import DeskRequest, SeeOther, agents, page
from .forms import LoadForm
from .listing import Asked


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def load(request: DeskRequest) -> HttpResponse:
    """Choose the file, or paste its lines."""
    first = {"client": request.GET.get("client", "")}
    form = LoadForm(request.POST or None, request.FILES or None, by=request.person, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            return SeeOther(reverse("desk:asset_load", args=[_kept(request, form).pk]))
        except Invalid as refusal:
            form.add_error("file", str(refusal.message))
    context = {
        "form": form, "columns": [str(label) for label in COLUMNS.values()], "back_url": reverse("desk:asset_list"),
        "most": importing.MOST_LINES, "example": _example(),
    }  # fmt: skip
    return page(request, "desk/assets/import.html", context, status=422 if form.errors else 200)


def _kept(request: DeskRequest, form: LoadForm) -> Load:
    data = form.cleaned_data
    upload = data["file"]
    text = importing.decoded(upload.read(importing.MOST_BYTES + 1)) if upload else data["text"]
    return importing.keep(
        data["client"], by=request.person, name=upload.name if upload else _("pasted lines"), text=text
    )


def _example() -> str:
    separator = ";" if (translation.get_language() or "en")[:2] == "it" else ","
    return separator.join(str(COLUMNS[key]) for key in ("tag", "name", "kind", "serial", "person", "state"))


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def loaded(request: DeskRequest, pk: int) -> HttpResponse:
    """What the file would do, line by line where something is wrong; POST does it."""
    found = importing.kept(request.person, pk)
    if found is None:
        raise NotFound
    if request.method == "POST":
        try:
            count = importing.run(found, by=request.person)
        except Invalid as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(
                request, ngettext("%(n)d asset was imported.", "%(n)d assets were imported.", count) % {"n": count}
            )
            return SeeOther(f"{reverse('desk:asset_list')}?client={found.client_id}")
    reading = importing.read(found)
    context = {
        "load": found, "reading": reading, "faults": reading.faults[:MOST_SHOWN], "more_faults": len(reading.faults) - MOST_SHOWN,
        "new": reading.new[:MOST_SHOWN], "changed": [_changed(*pair) for pair in reading.changed[:MOST_SHOWN]],
        "unchanged": len(reading.wanted) - len(reading.new) - len(reading.changed), "back_url": reverse("desk:asset_import"),
    }  # fmt: skip
    return page(request, "desk/assets/preview.html", context, status=422 if reading.faults else 200)


def _changed(one: Any, settings: Any) -> dict[str, Any]:
    """A changed asset, and the names of what differs."""
    differs = [str(label) for key, label in COLUMNS.items() if getattr(one, key) != getattr(settings, key)]
    return {"one": one, "differs": ", ".join(differs)}


@require_POST
@agents
def export(request: DeskRequest) -> HttpResponse:
    """The list of the address as a file, in the columns that an import reads."""
    asked = Asked.of(request)
    things = Things(str(_("Assets")), COLUMNS, exporting.rows_of)
    ids = exporting.ids(asked.rows(request.person))
    return as_file(request, ids, things, ending=wanted(request), what=str(_("Assets")), dates="iso")
