"""Words as the search reads them: folded, without those that say nothing, stemmed by PostgreSQL, and known by their synonyms.

The desk edits synonyms and stop words; each process keeps them until they change. A group of synonyms spans the languages, so
“stampante” finds an article about printers in English even where nothing understands meaning.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max

from .models import StopWords, Synonyms

LANGUAGES = ("en", "it")
_WORD = re.compile(r"\w+")
# A code holds a digit and is long enough to mean one thing: KB5034441, LT-0482, SU53, 0x80070005, P-112, 503.
_CODE = re.compile(r"[A-Za-z0-9]+(?:[-_./][A-Za-z0-9]+)*")
SHORTEST_CODE, LONGEST_LEXEME = 3, 90

type Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What is set, ready for use. starts: language -> first lexeme -> the phrases that begin with it, and whose they are."""

    stop: Mapping[str, frozenset[str]]
    starts: Mapping[str, Mapping[str, Sequence[tuple[Phrase, int]]]] = field(repr=False)
    names: Mapping[int, Mapping[str, str]] = field(repr=False)  # group -> language -> its first word

    def telling(self, text: str, language: str) -> str:
        """The words of a text that may say what it is about, folded."""
        return " ".join(word for word in words_of(text) if word not in self.stop.get(language, frozenset()))

    def groups(self, lexemes: Sequence[str], language: str) -> set[int]:
        """The groups of synonyms that a text names."""
        starts = self.starts.get(language, {})
        return {
            group
            for at, lexeme in enumerate(lexemes)
            for phrase, group in starts.get(lexeme, ())
            if tuple(lexemes[at : at + len(phrase)]) == phrase
        }


def fold(text: str) -> str:
    """Lower case without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in order; an apostrophe or a hyphen parts two words."""
    return _WORD.findall(fold(text.replace("’", " ").replace("'", " ").replace("_", " ")))


def idle(words: Iterable[str]) -> set[str]:
    """Those that say nothing about what is sought, in any language: the desk's stop words, and what the full text leaves out."""
    read, stop = sorted(set(words)), current().stop
    found = {word for word in read if any(fold(word) in listed for listed in stop.values())}
    for language in LANGUAGES:
        found |= {word for word, left in zip(read, lexemes(read, language), strict=True) if not left}
    return found


def telling(text: str) -> str:
    """The words of a text that say what is sought, as they are written; for those who do not search by meaning."""
    words = _WORD.findall(text)
    left_out = idle(words) if words else ()
    return " ".join(word for word in words if word not in left_out)


def subject_of(name: str) -> str:
    """The lexeme of what an article is about: a product, a model, the tag of one thing."""
    return f"@{' '.join(words_of(name))}"[:LONGEST_LEXEME]


def codes_of(text: str) -> set[str]:
    """Codes, numbers and asset tags in a text, without their separators: "LT-0482" is the same as "lt0482"."""
    found = set()
    for match in _CODE.finditer(text):
        bare = re.sub(r"[-_./]", "", match.group()).lower()
        if len(bare) >= SHORTEST_CODE and any(c.isdigit() for c in bare):
            found.add(bare[:LONGEST_LEXEME])
    return found


def lexemes(texts: Sequence[str], language: str) -> list[list[str]]:
    """Each text as the lexemes of PostgreSQL's full text in that language, in their order."""
    configuration = f"olmo_{language}" if language in LANGUAGES else "olmo_simple"
    with connection.cursor() as cursor:
        cursor.execute(
            "select array(select left(word, %s) from unnest(to_tsvector(%s::regconfig, left(text, 200000)))"
            " as one(word, at, weights), unnest(at) as place order by place)"
            " from unnest(%s::text[]) with ordinality as given(text, n) order by n",
            [LONGEST_LEXEME, configuration, list(texts)],
        )
        return [list(row[0]) for row in cursor.fetchall()]


_kept: tuple[object, Vocabulary] | None = None


def current() -> Vocabulary:
    """The vocabulary as it is now; read anew only when somebody changed it."""
    global _kept  # noqa: PLW0603  (what a process keeps)
    stamp = _stamp()
    kept = _kept
    if kept is None or kept[0] != stamp:
        kept = _kept = (stamp, _read())
    return kept[1]


def _stamp() -> tuple[datetime | None, int, datetime | None]:
    groups = Synonyms.objects.aggregate(at=Max("changed_at"), n=Count("pk"))
    return groups["at"], groups["n"], StopWords.objects.aggregate(at=Max("changed_at"))["at"]


def _read() -> Vocabulary:
    stop = {
        row.language: frozenset(word for text in row.words for word in words_of(text))
        for row in StopWords.objects.all()
    }
    starts: dict[str, dict[str, list[tuple[Phrase, int]]]] = {}
    names: dict[int, dict[str, str]] = {}
    for row in Synonyms.objects.all():
        names[row.pk] = {language: words[0] for language, words in row.words.items() if words}
        for language, phrases in row.lexemes.items():
            for phrase in phrases:
                starts.setdefault(language, {}).setdefault(phrase[0], []).append((tuple(phrase), row.pk))
    return Vocabulary(stop, starts, names)


def forms(texts: Sequence[str], language: str) -> list[list[str]]:
    """Each text as the lexemes of all its words in their order; of those that the full text leaves out, "~" and the words."""
    read = [words_of(text) for text in texts]
    known = sorted({word for words in read for word in words})
    stems = dict(zip(known, stems_of(known, lexemes(known, language)), strict=True))
    return [[stems[word] for word in words] for words in read]


def stems_of(words: Sequence[str], read: Sequence[Sequence[str]]) -> list[str]:
    """Words as `forms` has them. read: each by itself, as `lexemes` reads it."""
    return [stem[0] if stem else f"~{word}" for word, stem in zip(words, read, strict=True)]


def phrases_of(words: Mapping[str, Iterable[str]]) -> dict[str, list[list[str]]]:
    """The words of a group as phrases of lexemes, for `Synonyms.lexemes`; what the full text leaves out entirely is left out.

    A phrase of which it would leave a single word keeps the others: "out of office" is not every office.
    """
    found = {}
    for language, listed in words.items():
        texts = [" ".join(words_of(word)) for word in listed]
        read = zip(lexemes(texts, language), forms(texts, language), strict=True)
        found[language] = [whole if len(short) == 1 < len(whole) else short for short, whole in read if short]
    return found


def shipped_synonyms(text: str) -> Iterator[dict[str, list[str]]]:
    """The groups of `words/synonyms.txt`: one a line, English and Italian parted by a bar."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            parts = line.split("|")
            yield {
                code: [word.strip() for word in part.split(",") if word.strip()]
                for code, part in zip(LANGUAGES, parts, strict=True)
            }


def shipped_stop_words(text: str) -> dict[str, list[str]]:
    """The words of `words/stop.txt`: a line that begins with a bar is Italian."""
    found: dict[str, set[str]] = {code: set() for code in LANGUAGES}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            found["it" if line.startswith("|") else "en"] |= {
                w.strip() for w in line.strip("| ").split(",") if w.strip()
            }
    return {code: sorted(words) for code, words in found.items()}
