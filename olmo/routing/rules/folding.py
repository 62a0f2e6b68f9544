"""Words as they are compared: without case, accents or signs, each between two spaces. Nobody's regular expressions run here."""

import unicodedata

READ = 20_000  # characters of a text; whoever writes more has said it by then


class _Folding(dict[int, str]):
    """What becomes of each character, worked out once: letters and digits without case, no accents, all else a gap."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        found = "" if unicodedata.combining(char) else "".join(c if c.isalnum() else " " for c in char.casefold())
        self[code] = found
        return found


_FOLDING = _Folding()


def folded(text: str) -> str:
    """The words of a text: "Perché no?" becomes " perche no "."""
    plain = text[:READ]
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
    return f" {' '.join(plain.translate(_FOLDING).split())} "


def phrase(text: str) -> str:
    """What is looked for: words in a row. A star at the end stands for any ending: "print*" finds printer and printing."""
    words = folded(text).strip()
    return f" {words}" if text.rstrip().endswith("*") and words else f" {words} " if words else ""
