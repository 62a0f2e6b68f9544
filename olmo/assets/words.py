"""The words by which an asset is found: folded, so that capitals and accents do not count."""

import re
import unicodedata

from .models import Asset

_PARTS = re.compile(r"[^\W_]+")
LONGEST = 120
MOST_ASKED = 6  # words of one question


def fold(text: str) -> str:
    """Text as it is compared: no capitals, no accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def key(tag: str) -> str:
    """A tag as it is compared and sorted: capitals do not count."""
    return tag.lower()[:40]


def of(asset: Asset) -> set[str]:
    """Every word of tag, serial number, name, maker and model; tag and serial number also as a whole."""
    whole = {fold(text)[:LONGEST] for text in (asset.tag, asset.serial) if text}
    parts = _PARTS.findall(fold(f"{asset.tag} {asset.serial} {asset.name} {asset.maker} {asset.model}"))
    return whole | {part[:LONGEST] for part in parts}


def asked(text: str) -> list[str]:
    """The words of a question, each to be the beginning of one of an asset's."""
    return [word for word in fold(text).split() if any(c.isalnum() for c in word)][:MOST_ASKED]
