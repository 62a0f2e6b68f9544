"""How a value stands in a file: nothing that a spreadsheet would take for a formula, dates as the reader wants them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Literal

from django.utils import formats
from django.utils.translation import gettext as _

from olmo.kernel.text import clean

# What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), full-width forms too.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MOST_CHARACTERS = 32_767  # of a cell of a spreadsheet

type Dates = Literal["local", "iso"]


@dataclass(frozen=True)
class Style:
    """How a file is written: separator of CSV, the byte order mark that Excel wants for accents, the reader's zone."""

    dates: Dates = "local"
    separator: str = ","
    has_mark: bool = True
    zone: tzinfo = UTC


def harmless(text: str) -> str:
    """A text that is never a formula: one that begins like one stands behind an apostrophe, as a typed text would."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


class Cells:
    """Values as the cells of one file: numbers stay numbers, text is harmless, moments are in the reader's zone.

    Used in the reader's language. is_sheet: dates stay dates, which a sheet formats itself.
    """

    def __init__(self, style: Style, *, is_sheet: bool) -> None:
        self.zone = style.zone
        self._days: dict[date, str] = {}
        self._times: dict[time, str] = {}
        is_iso = style.dates == "iso"
        self._kinds: dict[Any, Callable[[Any], Any]] = {
            str: _text, int: _same, float: _same, bool: lambda value: _("yes") if value else _("no"),
            datetime: self._iso if is_iso else self._moment if is_sheet else self._said,
            date: _same if is_sheet else lambda day: day.isoformat(),
        }  # fmt: skip

    def __call__(self, value: Any) -> Any:
        """A value for a cell."""
        written: Callable[[Any], Any] = self._kinds.get(type(value), _joined)
        return written(value)

    def _iso(self, at: datetime) -> str:
        return at.astimezone(self.zone).isoformat(timespec="seconds")

    def _moment(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None)

    def _said(self, at: datetime) -> str:
        """In the reader's language. Django takes long to say a day or a time, and those of a list are few."""
        local = at.astimezone(self.zone)
        day, minute = local.date(), time(local.hour, local.minute)
        if day not in self._days:
            self._days[day] = formats.date_format(day, "SHORT_DATE_FORMAT")
        if minute not in self._times:
            self._times[minute] = formats.time_format(minute, "TIME_FORMAT")
        return f"{self._days[day]} {self._times[minute]}"


def _same(value: Any) -> Any:
    return value


def _text(text: str) -> str:
    return harmless(clean(text, MOST_CHARACTERS - 1))


def _joined(value: Any) -> str:
    """Several values in one cell."""
    if isinstance(value, Mapping):
        return _text(", ".join(f"{name}: {inner}" for name, inner in value.items()))
    return _text(", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
