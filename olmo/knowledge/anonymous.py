"""Words of a ticket without what says whose they were: names, addresses, numbers, greetings. What was left out is told."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.-])(?:\+|00)?\d[\d ()/.-]{6,18}\d(?![\w-])")
_TAX_CODE = re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_GREETING = re.compile(
    r"^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|ciao|salve|buongiorno|buonasera|buon pomeriggio|gentil\w+|"
    r"egregi\w+|spett\w*)\b[^\n.!?:;]{0,60}[,.!:]?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:many |kind |best |warm )?(?:thanks|thank you|regards|cheers|sincerely)|grazie\b.*|(?:cordiali |distinti )?saluti|"
    r"un saluto|a presto|buona giornata)[^\n]{0,30}$",
    re.IGNORECASE | re.MULTILINE,
)
SHORTEST_NAME = 3
# What stands in the place of what was left out, by language.
_STANDS: Mapping[str, Mapping[str, str]] = {
    "en": {"mail": "[address]", "phone": "[number]", "code": "[number]", "name": "[name]"},
    "it": {"mail": "[indirizzo]", "phone": "[numero]", "code": "[numero]", "name": "[nome]"},
}


@dataclass
class Cleaned:
    """A text without personal data, and what was taken out of it."""

    text: str
    removed: list[str] = field(default_factory=list)


def cleaned(text: str, names: Iterable[str], language: str) -> Cleaned:
    """Leave out the greeting, all after the closing, addresses, numbers of phones and accounts, and these people's names."""
    stands = _STANDS.get(language, _STANDS["en"])
    found = Cleaned(_GREETING.sub("", text))
    if closing := _CLOSING.search(found.text):
        found.text = found.text[: closing.start()]
    for kind, pattern in (("mail", _MAIL), ("code", _IBAN), ("code", _TAX_CODE), ("phone", _PHONE)):
        _leave_out(found, pattern, stands[kind])
    for name in sorted(_spellings(names), key=len, reverse=True):
        _leave_out(found, re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE), stands["name"])
    found.text = re.sub(r"\n{3,}", "\n\n", found.text).strip()
    return found


def _spellings(names: Iterable[str]) -> set[str]:
    """Whole names, and each of their parts that is long enough to be one."""
    whole = {name.strip() for name in names if name.strip()}
    return {part for name in whole for part in (name, *name.split()) if len(part) >= SHORTEST_NAME}


def _leave_out(found: Cleaned, pattern: re.Pattern[str], stands: str) -> None:
    for match in dict.fromkeys(match.group().strip() for match in pattern.finditer(found.text)):
        if match not in found.removed:
            found.removed.append(match)
    found.text = pattern.sub(stands, found.text)
