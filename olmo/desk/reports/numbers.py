"""Numbers as a page says them: each a link to the very tickets that it counts."""

from collections.abc import Mapping
from html import escape

from django.utils import formats
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from olmo.reports.queries import Lens
from olmo.reports.selection import Selection, minutes_words

from ..lists.filters import Filters

# What a measure counts that is no event itself: the event on whose day it counts, and what must be true of the ticket.
_COUNTED: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "first_contact": ("resolved", {"first": 1}), "promised": ("resolved", {"promised": 1}), "kept": ("resolved", {"kept": 1}),
    "kept_waived": ("resolved", {"kept_waived": 1}), "prompt": ("answered", {"prompt": 1}),
    "prompt_waived": ("answered", {"prompt_waived": 1}),
}  # fmt: skip
_DONE_BY = {"answered": "answerer", "resolved": "resolver", "reopened": "agent"}


def linked(n: int, selection: Selection) -> SafeString:
    """A number that leads to its tickets; nothing to show is no link."""
    return led(n, Filters(box="all", only=str(selection)))


def led(n: int, to: Filters, said: str = "") -> SafeString:
    """A number that leads to a list. said: the number in other words ("99+")."""
    if not n:
        return SafeString('<span class="muted">0</span>')
    return SafeString(f'<a class="n-link" href="{escape(to.url())}">{escape(said) or whole(n)}</a>')


def said(words: str, /, **values: str) -> SafeString:
    """Words with numbers in them, which may be links."""
    return SafeString(escape(words) % {name: conditional_escape(value) for name, value in values.items()})


def counted(lens: Lens, found: Mapping[str, int], measure: str, by: int | None = None) -> SafeString:
    """What was found of a measure in the days of the lens, leading to its tickets. by: the person who did it."""
    event, condition = _COUNTED.get(measure, (measure, {}))
    who = {} if by is None else {_DONE_BY[event]: by}
    return linked(found[measure], lens.selection(**{event: lens.days()}, **who, **condition))


def part(lens: Lens, found: Mapping[str, int], measure: str, of: str, by: int | None = None) -> SafeString:
    """Some of a whole, "8 of 10", each leading to its tickets."""
    return of_all(counted(lens, found, measure, by), counted(lens, found, of, by))


def of_all(n: str, of: str) -> SafeString:
    """ "8 of 10", on one line."""
    return SafeString(f'<span class="n-of">{said(_("%(n)s of %(of)s"), n=n, of=of)}</span>')


def waived(lens: Lens, found: Mapping[str, int], measure: str, of: str, by: int | None = None) -> dict[str, str]:
    """The share where the breaches that were waived are not counted, and how many these were; {} where none was."""
    name = f"{measure}_waived"
    if not found.get(name):
        return {}
    return {
        "forgiven": percent(share(found[measure], found[of] - found[name])),
        "waived": counted(lens, found, name, by),
    }


def whole(n: int) -> str:
    """A count with its thousands apart."""
    return str(formats.number_format(n, force_grouping=True))


def share(part: int, of: int) -> int | None:
    """A part of a whole, in per cent; None of nothing."""
    return round(100 * part / of) if of else None


def percent(value: int | None) -> str:
    """A share as one says it."""
    return "–" if value is None else _("%(n)d %%") % {"n": value}


def minutes(value: int | None) -> str:
    """A duration, or a dash."""
    return "–" if value is None else minutes_words(value)


def decimal(value: float) -> str:
    """A mean, to one place."""
    return str(formats.number_format(round(value, 1), 1))
