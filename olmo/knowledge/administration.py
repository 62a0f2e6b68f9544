"""Verbs of administrators about the search: synonyms and stop words. After each, published texts are read anew by a job."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.people.administration import record, require_administrator, require_unchanged
from olmo.people.models import Person

from . import jobs, vocabulary
from .models import StopWords, Synonyms, Term

MOST_WORDS, LONGEST = 60, 60


@transaction.atomic
def save_synonyms(row: Synonyms | None, words: Mapping[str, Sequence[str]], *, by: Person, seen: str = "") -> Synonyms:
    """Change a group of words for one thing, or make one. words: language -> words or phrases; the first names the group.

    Raises NotAllowed, NotFound, Conflict, Invalid (fewer than two words; too many; a word that says nothing).
    """
    require_administrator(by)
    kept = Synonyms.objects.select_for_update().filter(pk=row.pk).first() if row else Synonyms(words={})
    if kept is None:
        raise NotFound
    before = state_of(kept) if kept.pk else {}
    require_unchanged(before, seen)
    kept.words = {code: _clean(words.get(code, ()), code) for code in vocabulary.LANGUAGES}
    if sum(map(len, kept.words.values())) < 2:
        raise Invalid("words_en", _("Two words at least, in one language or in both."))
    kept.lexemes, kept.changed_at = vocabulary.phrases_of(kept.words), clock.now()
    kept.save()
    record(by, f"synonyms: {kept}", before, state_of(kept))
    jobs.reindex.defer()
    return kept


@transaction.atomic
def remove_synonyms(row: Synonyms, *, by: Person) -> None:
    """Forget a group. Raises NotAllowed."""
    require_administrator(by)
    record(by, f"synonyms: {row}", state_of(row), {f"words_{code}": [] for code in vocabulary.LANGUAGES})
    row.delete()
    jobs.reindex.defer()


@transaction.atomic
def save_stop_words(words: Mapping[str, Sequence[str]], *, by: Person, seen: str = "") -> None:
    """Say which words say nothing about what is sought, in each language. Raises NotAllowed, Conflict, Invalid."""
    require_administrator(by)
    before = stop_words()
    require_unchanged(before, seen)
    for code in vocabulary.LANGUAGES:
        listed = sorted({word for text in words.get(code, ()) for word in clean_line(text, 10_000).split()})
        if any(len(word) > LONGEST for word in listed):
            raise Invalid(f"words_{code}", _("It is too long: at most %(most)s characters.") % {"most": LONGEST})
        StopWords.objects.update_or_create(language=code, defaults={"words": listed, "changed_at": clock.now()})
    record(by, "stop words", before, stop_words())
    jobs.reindex.defer()


def state_of(row: Synonyms) -> dict[str, Any]:
    """What is set, for the change log."""
    return {f"words_{code}": list(row.words.get(code, [])) for code in vocabulary.LANGUAGES}


def stop_words() -> dict[str, Any]:
    """What is set, for the change log."""
    rows = {row.language: list(row.words) for row in StopWords.objects.all()}
    return {f"words_{code}": rows.get(code, []) for code in vocabulary.LANGUAGES}


def uses(rows: Sequence[Synonyms]) -> dict[int, int]:
    """How many published texts name each of these groups."""
    lexemes = [f"={row.pk}" for row in rows]
    found: dict[int, int] = {row.pk: 0 for row in rows}
    for lexeme in Term.objects.filter(lexeme__in=lexemes).values_list("lexeme", flat=True):
        found[int(lexeme[1:])] += 1
    return found


def _clean(words: Sequence[str], code: str) -> list[str]:
    found = list(dict.fromkeys(clean_line(word, 200) for word in words if word.strip()))
    field = f"words_{code}"
    if len(found) > MOST_WORDS or any(len(word) > LONGEST for word in found):
        raise Invalid(
            field, _("At most %(n)d words of at most %(most)d characters.") % {"n": MOST_WORDS, "most": LONGEST}
        )
    if strange := [word for word in found if not vocabulary.words_of(word)]:
        raise Invalid(field, _("“%(word)s” is no word.") % {"word": strange[0]})
    return found
