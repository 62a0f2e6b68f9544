"""Finding published articles by what is asked, in whatever language they are: by meaning, with a share for the words in common.

What counts, most first: a code, number or tag that an article holds; then the mean of how near its title, its summary, both
together and its nearest sentence lie to the question, plus a bounded share for rare words and synonyms in common. Ranks are not
fused: the two scores have a meaning of their own, and equal weights made the better one worse. Without vectors the words decide.
Only texts that lie nearest by title and summary, or have most words in common, are looked at in all their parts; of those whose
vectors are not computed yet, the ones with most words in common have places of their own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from olmo.kernel import clock, prepared
from olmo.kernel.language import guess
from olmo.kernel.text import clean_line
from olmo.people.models import Person

from . import meaning, queries, vocabulary
from .models import Article, Translation
from .vocabulary import Vocabulary

LONGEST = 300  # characters of a question that are read
SHARE, CALM = 0.2, 5.0  # what words in common may add, and how much of them is half of it
UNKNOWN = 0.25  # how near a text counts whose vectors are not computed yet
SIMILAR, SHORTEST_TYPO, MOST_CODED = 0.5, 5, 20
LEAST, LEAST_WORDS = 0.15, 0.01  # less answers nothing: by meaning, and by words alone
# From here an answer counts as one. Something always lies nearest: of questions about other things, more than half stay below, of
# those that an article answers two in a hundred (docs/knowledge.md).
NEAR, NEAR_WORDS = 0.25, 0.4
# Texts that are compared in all their parts: the nearest, those with most words in common, and of these the ones without vectors.
NEAREST, MOST_SAID, MOST_UNREAD = 200, 100, 100


@dataclass(frozen=True)
class Found:
    """An article that was found, in the language that fits best. score: 1 and more where it holds a code that was asked for."""

    article_id: int
    key: str
    language: str
    title: str
    summary: str
    score: float
    kind: str = "guide"
    is_near: bool = True  # whether it likely answers, and is not only the best of what there is


@dataclass(frozen=True)
class Question:
    """A question as it is looked up. corrected: with mistyped words as they may have been meant."""

    typed: str
    corrected: str
    language: str
    lexemes: list[str]
    groups: set[int]
    codes: set[str]


def find(
    viewer: Person, words: str, *, language: str = "", limit: int = 10, among: QuerySet[Article] | None = None,
    is_typing: bool = False,
) -> list[Found]:  # fmt: skip
    """The published articles that the viewer may read and that answer best. language: of the question; "" guesses it.

    among: only these articles. is_typing: the last word may not be complete.
    """
    typed = clean_line(words, LONGEST)
    if not any(c.isalnum() for c in typed):
        return []
    known = vocabulary.current()
    question = _read(typed, language or guess(typed, viewer.language), known, is_typing)
    scores = _scores(_readable(viewer, among), question, known)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return _found(best, question.language, limit)


def _readable(viewer: Person, among: QuerySet[Article] | None) -> QuerySet[Translation]:
    articles = queries.visible_to(viewer).filter(queries.readable(clock.now().date()))
    if among is not None:
        articles = articles.filter(pk__in=among.values("pk"))
    return Translation.objects.filter(shown__isnull=False, article__in=articles)


def _read(typed: str, language: str, known: Vocabulary, is_typing: bool) -> Question:
    corrected = _corrected(typed, language, known)
    told = known.telling(corrected, language) or corrected
    words = vocabulary.words_of(corrected)
    lexemes, whole, *each = vocabulary.lexemes([told, corrected, *words], language)
    groups = known.groups(whole, language)  # a phrase may hold a word that says nothing alone
    groups |= known.groups(vocabulary.stems_of(words, each), language)
    if is_typing and (last := vocabulary.words_of(typed)[-1:]) and typed[-1:].isalnum():
        lexemes += _completed(last[0], language)
    return Question(
        typed, corrected, language, lexemes, groups | known.groups(lexemes, language), vocabulary.codes_of(typed)
    )


def _scores(readable: QuerySet[Translation], question: Question, known: Vocabulary) -> dict[int, float]:
    """Translation -> score, of those that may answer best."""
    is_meant = meaning.is_ready()
    rows = _by_meaning(readable, question, known) if is_meant else _by_words(readable, question)
    least, found = LEAST if is_meant else LEAST_WORDS, {}
    for pk, words, codes, *parts in rows:
        shared = math.tanh(words / CALM)
        score = _mean(parts) + SHARE * shared if is_meant else shared
        if codes or score >= least:
            found[pk] = score + codes / max(len(question.codes), 1)
    return found


type Row = tuple[Any, ...]

_BY_WORDS = """
with readable as materialized ({readable}), total as (select count(*) n from readable),
hit as materialized (
    select translation_id, lexeme, weight from knowledge_term
    where lexeme = any(%s) and translation_id in (select id from readable)
    union all
    select translation_id, lexeme, weight from knowledge_term
    where lexeme = any(%s) and language = %s and translation_id in (select id from readable)
),
seen as (
    select lexeme, left(lexeme, 1) = '!' as is_code, count(*) <= greatest(%s, total.n / 50) as is_rare,
        ln((1 + (total.n - count(*) + 0.5) / (count(*) + 0.5))::float8) as rarity
    from hit cross join total group by lexeme, total.n
),
said as materialized (
    select translation_id, coalesce(sum(weight * rarity) filter (where not is_code), 0) as score,
        count(*) filter (where is_code and is_rare) as codes
    from hit join seen using (lexeme) group by translation_id
),
most as (select translation_id, score, codes from said order by codes desc, score desc limit %s)
"""


def _by_words(readable: QuerySet[Translation], question: Question) -> list[Row]:
    """Translation, how much it has in common with the question (rare words weigh more), and how many of its codes it holds."""
    return _rows("{words} select * from most", readable, question)


# Reading all vectors took a quarter of a second: one of each text chooses, then all vectors of those chosen are compared.
_BY_MEANING = """{words},
asked as materialized (select %s::halfvec as vector),
led as materialized (
    select translation_id, vector <#> (select vector from asked) as far from knowledge_lead
    where translation_id in (select id from readable)
),
nearest as materialized (select translation_id from led order by far limit %s),
unread as materialized (
    select translation_id from said where translation_id not in (select translation_id from led)
    order by codes desc, score desc limit %s
),
chosen as materialized (
    select translation_id from nearest union select translation_id from most union select translation_id from unread
),
near as materialized (
    select translation_id, part, -(vector <#> (select vector from asked)) as score from knowledge_vector
    where translation_id = any(array(select translation_id from chosen))
),
parts as (
    select translation_id, max(score) filter (where part = 'title') as title,
        max(score) filter (where part = 'summary') as summary, max(score) filter (where part = 'both') as both_,
        max(score) filter (where part = 'text') as text
    from near group by translation_id
)
select translation_id, coalesce(said.score, 0), coalesce(codes, 0), title, summary, both_, text
from chosen left join said using (translation_id) left join parts using (translation_id)
"""


def _by_meaning(readable: QuerySet[Translation], question: Question, known: Vocabulary) -> list[Row]:
    """The same, and how near it lies: title, summary, both, the nearest sentence. Of those nearest or most alike in words."""
    texts = list(dict.fromkeys([question.typed, question.corrected]))
    vector = meaning.of_query(texts, question.groups, known, question.language)
    return _rows(_BY_MEANING, readable, question, vector, NEAREST, MOST_UNREAD)


def _rows(statement: str, readable: QuerySet[Translation], question: Question, *more: Any) -> list[Row]:
    sql, values = prepared.part(readable.values("id"))
    anywhere = [f"={group}" for group in question.groups] + [f"!{code}" for code in question.codes]
    if " " not in question.typed:  # the key of an article, typed as such
        anywhere.append("!" + "".join(vocabulary.words_of(question.typed))[:90])
    asked: list[Any] = [anywhere, question.lexemes, question.language, MOST_CODED, MOST_SAID]
    with connection.cursor() as cursor:
        cursor.execute(statement.format(words=_BY_WORDS.format(readable=sql)), [*values, *asked, *more])
        return list(cursor.fetchall())


def _mean(parts: Sequence[float | None]) -> float:
    """How near a text lies (what is missing counts as its title); UNKNOWN until its vectors are computed."""
    base = next((value for value in parts if value is not None), UNKNOWN)
    return sum(base if value is None else value for value in parts) / len(parts)


def _found(best: Sequence[tuple[int, float]], language: str, limit: int) -> list[Found]:
    """The first `limit` articles, each by its best text, and shown in the language of the question where it has one."""
    rows = {row.pk: row for row in _texts([pk for pk, _score in best[: limit * 3]])}
    scores: dict[int, tuple[float, Translation]] = {}
    for pk, score in best[: limit * 3]:
        row = rows.get(pk)
        if row is not None and row.article_id not in scores:
            scores[row.article_id] = (score, row)
    chosen, near = list(scores.items())[:limit], NEAR if meaning.is_ready() else NEAR_WORDS
    spoken = {row.article_id: row for row in _spoken([pk for pk, _one in chosen], language)}
    return [_one(spoken.get(pk, row), score, is_near=score >= near) for pk, (score, row) in chosen]


_SHOWN = (
    "article",
    "language",
    "article__key",
    "article__kind",
    "shown__title",
    "shown__summary",
)  # a text may be long


def _texts(pks: list[int]) -> QuerySet[Translation]:
    return Translation.objects.filter(pk__in=pks).select_related("article", "shown").only(*_SHOWN)


def _spoken(articles: list[int], language: str) -> QuerySet[Translation]:
    rows = Translation.objects.filter(article__in=articles, language=language, shown__isnull=False)
    return rows.select_related("article", "shown").only(*_SHOWN)


def _one(row: Translation, score: float, *, is_near: bool) -> Found:
    assert row.shown is not None
    return Found(
        row.article_id,
        row.article.key,
        row.language,
        row.shown.title,
        row.shown.summary,
        round(score, 4),
        row.article.kind,
        is_near,
    )


_MEANT = """
select distinct on (given.word) given.word, known.word from unnest(%s::text[]) as given(word)
join knowledge_word known on known.language = %s and known.word %% given.word
where similarity(known.word, given.word) >= %s and abs(length(known.word) - length(given.word)) <= 2
order by given.word, similarity(known.word, given.word) desc, known.word
"""


def _corrected(typed: str, language: str, known: Vocabulary) -> str:
    """The question with words that no text holds replaced by the most similar one that some text does."""
    words = vocabulary.words_of(typed)
    told = known.telling(typed, language).split()
    doubtful = [word for word in dict.fromkeys(told) if len(word) >= SHORTEST_TYPO and word.isalpha()]
    strange = set(doubtful) - _held(doubtful, language)
    if not strange:
        return typed
    with connection.cursor() as cursor:
        cursor.execute(_MEANT, [sorted(strange), language, SIMILAR])
        meant: dict[str, Any] = dict(cursor.fetchall())
    return " ".join(meant.get(word, word) for word in words) if meant else typed


def _held(words: list[str], language: str) -> set[str]:
    """Those that are known as they are, or in another form of the same word."""
    stems = vocabulary.lexemes(words, language) if words else []
    pairs = {word: stem[0] for word, stem in zip(words, stems, strict=True) if stem}
    with connection.cursor() as cursor:
        cursor.execute(
            "select word from knowledge_word where language = %s and word = any(%s)"
            " union select lexeme from knowledge_term where language = %s and lexeme = any(%s)",
            [language, list(pairs), language, list(pairs.values())],
        )
        held = {row[0] for row in cursor.fetchall()}
    return {word for word in words if word not in pairs or word in held or pairs[word] in held}


def _completed(start: str, language: str) -> list[str]:
    """Lexemes of words that begin so."""
    if len(start) < 3:
        return []
    with connection.cursor() as cursor:
        pattern = start.replace("_", "").replace("%", "") + "%"
        cursor.execute(
            "select word from knowledge_word where language = %s and word like %s limit 8", [language, pattern]
        )
        words = [row[0] for row in cursor.fetchall()]
    return [lexeme for read in vocabulary.lexemes(words, language) for lexeme in read] if words else []
