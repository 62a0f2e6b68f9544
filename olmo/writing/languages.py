"""In which language a text is, English or Italian, by its commonest words: cheap, and silent when it is not evident."""

import re
from collections import Counter

from olmo.kernel.language import guess

_EN = """
the and you your for that this with have has are is was will not can please we our it of to in on be if from or at as an they
would could should there been which when what do does did but thank thanks hello dear
"""
_IT = """
il lo la gli le un uno una di che non per con sono è e ho ha abbiamo hanno del della dei delle nel nella al alla ai da si ci se ma
come più questo questa anche può grazie buongiorno gentile cordiali saluti suo sua essere stato perché quando dove ora già
mi ti vi
"""
_WORDS = {"en": frozenset(_EN.split()), "it": frozenset(_IT.split())}
_WORD = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"^>.*$|```.*?```|`[^`\n]*`|https?://\S+", re.MULTILINE | re.DOTALL)
FEWEST, MARGIN, MOST = 4, 2.5, 5000
FEWEST_FOREIGN, SHARE = 12, 8  # of so many words one in so many is among the commonest, in English and in Italian


def language_of(text: str) -> str | None:
    """ "en", "it", or None when the text is too short or neither is evident. Quoted lines, code and addresses do not count."""
    return _evident(_words(text))


def is_foreign(text: str, own: str) -> bool:
    """Whether a text is likely not in the language `own`: in the other one, or so long that it would show, and in neither.

    Wider than `language_of`: it only decides whether somebody is offered a translation.
    """
    words = _words(text)
    found = _evident(words) or guess(text)
    if found not in ("", own):
        return True
    return len(words) >= FEWEST_FOREIGN and sum(word in _WORDS[own] for word in words) * SHARE < len(words)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(_QUOTED.sub(" ", text[:MOST]))]


def _evident(words: list[str]) -> str | None:
    counts = Counter({code: sum(word in known for word in words) for code, known in _WORDS.items()})
    (first, most), (_second, next_most) = counts.most_common(2)
    return first if most >= FEWEST and most >= MARGIN * next_most else None
