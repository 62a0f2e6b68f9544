"""Any other list as a file: the two buttons of desk/as_files.html post to a view that answers with `as_file`."""

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, Words
from olmo.reports.exports import streaming
from olmo.reports.exports.streaming import Things
from olmo.reports.exports.values import Dates, Style

from ..shell import DeskRequest
from .exporting import download

ENDINGS = ("csv", "xlsx")


def asked(request: DeskRequest) -> str:
    """The kind of file whose button (`format`) was pressed. Raises Invalid."""
    ending = request.POST.get("format", "csv")
    if ending not in ENDINGS:
        raise Invalid("format", _("“%(value)s” is not one of the choices.") % {"value": ending[:20]})
    return ending


def as_file(
    request: DeskRequest, ids: "array[int]", things: Things, *, ending: str, what: str, dates: Dates = "local"
) -> HttpResponse:
    """These things as a file whose name is their title and the day; the change log says who took `what` out."""
    separator = ";" if (translation.get_language() or "en")[:2] == "it" else ","
    style = Style(dates=dates, separator=separator, zone=timezone.get_current_timezone())
    found = streaming.begin(request.person, ids, things, ending=ending, style=style, what=what)
    name = re.sub(r"\W+", "-", things.title.lower())
    day = timezone.localtime(clock.now()).date()
    return download(request, found.pieces(), found.sheet.media_type, f"{name}-{day:%Y-%m-%d}.{found.sheet.ending}")


def counted(title: str, columns: Mapping[str, Words], rows: Iterable[Sequence[Any]]) -> tuple["array[int]", Things]:
    """A short list that is counted rather than kept: its rows are known already, and stand for their own places."""
    known = list(rows)
    return array("q", range(len(known))), Things(title, columns, lambda some: [known[place] for place in some])
