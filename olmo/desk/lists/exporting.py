"""A list as a file: which columns, in which shape. The list is the one whose address led here, filters, search and order."""

import re
from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line
from olmo.reports.exports import columns, streaming
from olmo.reports.exports.values import Style
from olmo.tickets import search as language

from ..shell import DeskRequest, agents, page
from . import sentence as sentences
from .filters import Filters
from .listing import asked


class ExportForm(forms.Form):
    """What a file looks like."""

    use_required_attribute = False

    format = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[("csv", gettext_lazy("CSV, for any program")), ("xlsx", gettext_lazy("Excel workbook"))],
        widget=forms.RadioSelect,
        initial="csv",
    )
    dates = forms.ChoiceField(
        label=gettext_lazy("Dates"),
        choices=[("local", gettext_lazy("As you write them")), ("iso", gettext_lazy("ISO 8601, for programs"))],
        widget=forms.RadioSelect,
        initial="local",
    )
    separator = forms.ChoiceField(
        label=gettext_lazy("Between values (CSV)"),
        choices=[(",", gettext_lazy("Comma")), (";", gettext_lazy("Semicolon")), ("\t", gettext_lazy("Tab"))],
    )
    has_mark = forms.BooleanField(
        label=gettext_lazy("Byte order mark (CSV)"), required=False, initial=True,
        help_text=gettext_lazy("Excel needs it to show accents; some programs do not want it."),
    )  # fmt: skip
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one column.")},
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        offered = columns.offered()
        usual = [key for key, column in offered.items() if column.is_usual]
        separator = ";" if translation.get_language() == "it" else ","
        super().__init__(data, label_suffix="", initial={"columns": usual, "separator": separator})
        self.fields["columns"].choices = [(key, column.label) for key, column in offered.items()]  # type: ignore[attr-defined]

    @property
    def style(self) -> Style:
        """The style that was chosen."""
        data, zone = self.cleaned_data, timezone.get_current_timezone()
        return Style(dates=data["dates"], separator=data["separator"], has_mark=data["has_mark"], zone=zone)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def exports(request: DeskRequest) -> HttpResponse:
    """The form; sent, the file."""
    typed = clean_line(request.GET.get("q", ""), language.MAX_QUERY)
    _view, filters = asked(request)
    form = ExportForm(request.POST if request.method == "POST" else None)
    words = _("Search: %(words)s") % {"words": typed} if typed else _said(request, filters)
    if request.method == "POST" and form.is_valid():
        try:
            return _file(request, form, filters, typed, words)
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
    back = f"{reverse('desk:search')}?{request.GET.urlencode()}" if typed else filters.url()
    context = {"form": form, "words": words, "back_url": back, "most": streaming.MOST_FOUND if typed else 0}
    return page(request, "desk/export.html", context, status=422 if form.errors else 200)


def _file(request: DeskRequest, form: ExportForm, filters: Filters, typed: str, words: str) -> HttpResponse:
    viewer = request.person
    ids = (
        streaming.of_search(viewer, typed)
        if typed
        else streaming.of_tickets(viewer, filters.tickets(viewer), sort=filters.order)
    )
    found = streaming.export(
        viewer,
        ids,
        chosen=form.cleaned_data["columns"],
        ending=form.cleaned_data["format"],
        style=form.style,
        what=words,
    )
    name = re.sub(r"\W+", "-", str(_("Tickets")).lower())
    day = timezone.localtime(clock.now()).date()
    return download(request, found.pieces(), found.sheet.media_type, f"{name}-{day:%Y-%m-%d}.{found.sheet.ending}")


def download(request: DeskRequest, pieces: Iterator[bytes], media_type: str, name: str) -> HttpResponse:
    """A file that leaves piece by piece."""
    stream = streaming.in_threads(pieces) if hasattr(request, "scope") else pieces  # an asynchronous server, or a test
    answer = StreamingHttpResponse(stream, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["X-Accel-Buffering"] = "no"
    return cast("HttpResponse", answer)  # as far as the doors are concerned


def _said(request: DeskRequest, filters: Filters) -> str:
    """The list as the sentence above it says it, without the words that only invite to narrow it."""
    pieces = sentences.sentence(request.person, filters)
    return " ".join(str(piece.get("word") or piece["text"]) for piece in pieces if not piece.get("is_invitation"))
