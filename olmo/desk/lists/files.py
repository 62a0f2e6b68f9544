"""Any other list as a file: the two buttons of look/as_files.html post to the page itself (`page_or_file`), or to another view.

What a list holds as a file is a `Table`: its rows, and columns that say where in a row their value is.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, Words
from olmo.reports.exports import streaming
from olmo.reports.exports.streaming import Things
from olmo.reports.exports.values import Dates, Style

from ..shell import DeskRequest, page
from .exporting import download

ENDINGS = ("csv", "xlsx")
MOST_WORDS = 100  # of what was searched for, in the change log

# A column by the way to its value in a row, as a template would write it ("one.team.name"; "": the row itself); or what says it.
type Columns = Mapping[str, Words | tuple[Words, Callable[[Any], Any]]]

listing = require_http_methods(["GET", "HEAD", "POST"])  # of a view that answers with `page_or_file`


@dataclass(frozen=True)
class Table:
    """A list as a file. rows: those of all its pages, in its order; of many rather a QuerySet, which is read bit by bit."""

    title: Words
    columns: Columns
    rows: "QuerySet[Any] | Sequence[Any]"

    @property
    def is_known_empty(self) -> bool:
        """Whether there is nothing to take out, as far as that is known without asking."""
        return not isinstance(self.rows, QuerySet) and not self.rows


def page_or_file(request: DeskRequest, template: str, context: Mapping[str, Any], table: Table) -> HttpResponse:
    """A list of the desk: shown; its address posted to, the file."""
    return (
        leave(request, table)
        if request.method == "POST"
        else page(request, template, {**context, **offered(request, table)})
    )


def offered(request: DeskRequest, table: Table) -> dict[str, str]:
    """What the head of the page needs for the two buttons."""
    return {} if table.is_known_empty else {"leaves_url": f"?{request.GET.urlencode()}"}


def leave(request: DeskRequest, table: Table) -> HttpResponse:
    """The file. Raises Invalid (format)."""
    ending, title = asked(request), str(table.title)
    typed = request.GET.get("q", "")[:MOST_WORDS].strip()
    what = f"{title} · {_('Search: %(words)s') % {'words': typed}}" if typed else title
    labels = _by_word([label[0] if isinstance(label, tuple) else label for label in table.columns.values()])
    ids, rows = _by_id(table.rows) if isinstance(table.rows, QuerySet) else _by_place(table.rows)
    cells = [_saying(key, label) for key, label in table.columns.items()]
    things = Things(title, labels, lambda some: [[say(row) for say in cells] for row in rows(some)])
    return as_file(request, ids, things, ending=ending, what=what)


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
    ids, known = _by_place(list(rows))
    return ids, Things(title, columns, known)


def _by_word(labels: Iterable[Words]) -> dict[str, Words]:
    """The columns by what the change log calls them: their English words; of two alike the second one has its place behind it."""
    found: dict[str, Words] = {}
    with translation.override("en"):
        for place, label in enumerate(labels, 1):
            word = str(label).lower()
            found[f"{word} ({place})" if word in found else word] = label
    return found


def _by_place(rows: Sequence[Any]) -> tuple["array[int]", Callable[[Sequence[int]], list[Any]]]:
    return array("q", range(len(rows))), lambda some: [rows[place] for place in some]


def _by_id(rows: "QuerySet[Any]") -> tuple["array[int]", Callable[[Sequence[int]], list[Any]]]:
    """Ids first, then the rows of some of them; what the reader may not see any more by then is left out."""
    ids = array("q", rows.prefetch_related(None).values_list("pk", flat=True).iterator(chunk_size=10_000))

    def read(some: Sequence[int]) -> list[Any]:
        found = rows.in_bulk(list(some))
        return [found[pk] for pk in some if pk in found]

    return ids, read


def _saying(path: str, label: Words | tuple[Words, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    if isinstance(label, tuple):
        say = label[1]
        return lambda row: _plain(say(row))
    parts = path.split(".") if path else []
    return lambda row: _plain(_at(row, parts))


def _at(row: Any, parts: Sequence[str]) -> Any:
    """What a template finds on this way; nothing stays nothing, but a wrong name is a fault."""
    for part in parts:
        if row is None:
            return None
        row = row[part] if isinstance(row, Mapping) else getattr(row, part)
        if callable(row) and not getattr(row, "do_not_call_in_templates", False):
            row = row()
    return row


def _plain(value: Any) -> Any:
    """Nothing is an empty cell; many things are one after the other."""
    if value is None:
        return ""
    return [str(one) for one in value] if isinstance(value, QuerySet | list | tuple | set) else value
