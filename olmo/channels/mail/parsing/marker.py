"""The line in our own outgoing mail above which the answer is to be written.

The outgoing template puts `MARKERS[language]` at its top; whatever a mail program does to a quoted copy
(prefix it, wrap it in markup, change its dashes), the words are found again and everything from there is history.
"""

import re

MARKER_EN = "-- please write above this line --"
MARKER_IT = "-- si prega di scrivere sopra questa riga --"
MARKERS = {"en": MARKER_EN, "it": MARKER_IT}

_WORDS = tuple(marker.strip("- ").casefold() for marker in MARKERS.values())
# The same request in the words of other help desks (as ours may be answered from inside theirs).
_OPENS = frozenset("-=_*#~<[")
_WRITE = re.compile(
    r"(?i)repl(?:y|ies)|respond|write|type|enter|antwort|rispon|scriv|répon|respon|odpow|antwoord|escrib|escrev"
)
_ABOVE = re.compile(r"(?i)above|below this line|oberhalb|über|sopra|dessus|encima|arriba|acima|powyżej|boven")


def is_marker(line: str) -> bool:
    """Whether a line (quote signs and emphasis around it allowed) asks to write above it."""
    if len(line) > 250:
        return False
    low = line.casefold()
    if any(words in low for words in _WORDS):
        return True
    bare = line.lstrip("> \t")
    if bare[:1] not in _OPENS:
        return False
    verb = _WRITE.search(bare)
    return bool(verb and _ABOVE.search(bare, verb.end()))
