"""Signatures as they are kept: language -> plain text, with placeholders. Whose is chosen in `tickets.signatures`."""

from collections.abc import Mapping

from django.conf import settings

from . import placeholders
from .text import clean

MOST = 20_000  # characters; some firms have three hundred lines of law


def checked(texts: Mapping[str, str], field: str = "signature") -> dict[str, str]:
    """The texts of Olmo's languages, without empty ones. Raises Invalid (`<field>_<language>`): an unknown placeholder."""
    found = {code: clean(texts.get(code, ""), MOST).strip() for code, _name in settings.LANGUAGES}
    return {code: placeholders.checked(text, f"{field}_{code}") for code, text in found.items() if text}


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, else in another one that there is, else ""."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


def fields(texts: Mapping[str, str]) -> dict[str, str]:
    """As fields of a form and lines of the change log: signature_en, signature_it."""
    return {f"signature_{code}": texts.get(code, "") for code, _name in settings.LANGUAGES}


def taken(data: dict[str, object]) -> dict[str, str]:
    """Take the fields of a form out of its data: language -> text."""
    return {code: str(data.pop(f"signature_{code}", "") or "") for code, _name in settings.LANGUAGES}
