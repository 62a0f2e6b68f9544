"""Texts in each of Olmo's languages: {"en": "Laptop", "it": "Portatile"}."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean, clean_line

CODES = tuple(code for code, _name in settings.LANGUAGES)


def said(texts: Mapping[str, str], language: str = "") -> str:
    """The text in a language (the reader's), else in another one that there is, else ""."""
    wanted = language or (get_language() or "en")[:2]
    return texts.get(wanted) or next((text for text in texts.values() if text), "")


def lines(texts: Mapping[str, str], field: str, *, limit: int = 120, is_needed: bool = True) -> dict[str, str]:
    """Texts of one line each, without empty ones. Raises Invalid (`<field>_<language>`): there is none."""
    found = {code: clean_line(texts.get(code, ""), limit) for code in CODES}
    return _some(found, field, is_needed)


def paragraphs(texts: Mapping[str, str], *, limit: int = 5000) -> dict[str, str]:
    """Texts of some lines, without empty ones."""
    return {code: text for code in CODES if (text := clean(texts.get(code, ""), limit).strip())}


def _some(found: dict[str, str], field: str, is_needed: bool) -> dict[str, str]:
    kept = {code: text for code, text in found.items() if text}
    if is_needed and not kept:
        raise Invalid(f"{field}_{CODES[0]}", _("It needs a name in one language at least."))
    return kept


def fields(texts: Mapping[str, str], name: str) -> dict[str, str]:
    """As fields of a form: <name>_en, <name>_it."""
    return {f"{name}_{code}": texts.get(code, "") for code in CODES}


def taken(data: dict[str, object], name: str) -> dict[str, str]:
    """Take the fields of a form out of its data: language -> text."""
    return {code: str(data.pop(f"{name}_{code}", "") or "") for code in CODES}
