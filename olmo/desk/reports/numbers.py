"""Numbers as a page says them: each a link to the very tickets that it counts."""

from html import escape

from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from olmo.reports.selection import Selection, minutes_words

from ..lists.filters import Filters


def url_of(selection: Selection) -> str:
    """The list of the selected tickets."""
    return Filters(box="all", only=str(selection)).url()


def linked(n: int, selection: Selection) -> SafeString:
    """A number that leads to its tickets; nothing to show is no link."""
    if not n:
        return SafeString('<span class="muted">0</span>')
    return SafeString(f'<a class="n-link" href="{escape(url_of(selection))}">{whole(n)}</a>')


def whole(n: int) -> str:
    """A count with its thousands apart."""
    return str(formats.number_format(n, force_grouping=True))


def share(part: int, of: int) -> int | None:
    """A part of a whole, in per cent; None of nothing."""
    return round(100 * part / of) if of else None


def percent(value: int | None) -> str:
    """A share as one says it."""
    return "–" if value is None else _("%(n)d %%") % {"n": value}


def forgiven(part: int, of: int, waived: int) -> str:
    """The share where what was waived is not counted; "" when nothing was."""
    return percent(share(part, of - waived)) if waived else ""


def minutes(value: int | None) -> str:
    """A duration, or a dash."""
    return "–" if value is None else minutes_words(value)


def decimal(value: float) -> str:
    """A mean, to one place."""
    return str(formats.number_format(round(value, 1), 1))
