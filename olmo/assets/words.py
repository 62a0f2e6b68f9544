"""The words by which an asset is found: folded, so that capitals and accents do not count."""

import re
import unicodedata

from .models import Asset, AssetKind

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


def names(kind: AssetKind) -> set[str]:
    """What a kind is called, in each language."""
    return {fold(name) for name in (kind.name, *kind.names.values())}


def runs(text: str) -> list[str]:
    """Each run of words of a name: of "HP LaserJet M404" also "LaserJet M404" and "HP"."""
    parts = text.split()[:MOST_ASKED]
    return [" ".join(parts[at:end]) for at in range(len(parts)) for end in range(at + 1, len(parts) + 1)]


def asked(text: str) -> list[str]:
    """The words of a question, each to be the beginning of one of an asset's."""
    return [word for word in fold(text).split() if any(c.isalnum() for c in word)][:MOST_ASKED]
