"""Words as they are compared: without case, accents or signs, each between two spaces. Nobody's regular expressions run here."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
READ = 20_000  # characters of a text; whoever writes more has said it by then


def folded(text: str) -> str:
    """The words of a text: "Perché no?" becomes " perche no "."""
    plain = text[:READ]
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return f" {' '.join(_WORD.findall(plain.casefold()))} "


def phrase(text: str) -> str:
    """What is looked for: words in a row. A star at the end stands for any ending: "print*" finds printer and printing."""
    words = folded(text).strip()
    return f" {words}" if text.rstrip().endswith("*") and words else f" {words} " if words else ""


def covers(one: str, other: str) -> bool:
    """Whether a text that holds the phrase `other` holds `one`, whatever else it holds."""
    return bool(one) and one in other
