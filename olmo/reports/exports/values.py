"""How a value stands in a file: nothing that a spreadsheet would take for a formula, dates as the reader wants them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from olmo.kernel.text import clean

# What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), full-width forms too.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MOST_CHARACTERS = 32_767  # of a cell of a spreadsheet

type Dates = Literal["local", "iso"]


@dataclass(frozen=True)
class Style:
    """How a file is written. separator: of CSV; has_mark: begins with the byte order mark that Excel wants for accents."""

    dates: Dates = "local"
    separator: str = ","
    has_mark: bool = True


def harmless(text: str) -> str:
    """A text that is never a formula: one that begins like one stands behind an apostrophe, as a typed text would."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def cell(value: Any, style: Style, *, is_sheet: bool) -> Any:
    """A value for a cell: numbers stay numbers, text is harmless, moments are in the reader's zone.

    is_sheet: dates stay dates, which a sheet formats itself.
    """
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return _moment(value, style, is_sheet=is_sheet)
    if isinstance(value, date):
        return value if is_sheet else value.isoformat()
    return harmless(clean(_text(value), MOST_CHARACTERS - 1))


def _moment(at: datetime, style: Style, *, is_sheet: bool) -> Any:
    local = timezone.localtime(at)
    if is_sheet and style.dates == "local":
        return local.replace(tzinfo=None)
    if style.dates == "iso":
        return local.isoformat(timespec="seconds")
    return formats.date_format(local, "SHORT_DATETIME_FORMAT")


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {inner}" for name, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
