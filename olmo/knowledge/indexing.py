"""What the search keeps of published texts: terms with their weights, and passages with their vectors."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import batched

from django.db import connection
from django.db.models import Q

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import meaning, vocabulary
from .models import Article, Passage, State, Term, Translation, Version, Word
from .vocabulary import Vocabulary

# A lexeme counts by where it stands; a group of synonyms once, by its best place.
TIMES = {"title": 3, "summary": 2, "text": 1}
GROUP = {"title": 1.0, "summary": 0.8, "text": 0.45}
USUAL_LENGTH, LEXEME = 80, 1 / 3  # words of a text, counted so; what a lexeme weighs beside a group of synonyms
LONGEST_WORD, SHORTEST_WORD = 40, 4
MOST_PASSAGES, SHORTEST_PASSAGE, LONGEST_PASSAGE = 40, 60, 400  # of one text; characters
BATCH, AT_ONCE = 500, 50  # rows in a statement; articles in a transaction
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[#*_`>|]+|^\s*(?:[-+]|\d+\.)\s+", re.MULTILINE)
_WRITTEN = re.compile(r"[^\W\d_]+")


def show(article: Article) -> None:
    """Keep what an article's published texts say, in place of what was kept."""
    forget(article)
    if article.state != State.RETIRED and article.published_at:
        rows = Translation.objects.filter(article=article, shown__isnull=False)
        index(list(rows.select_related("shown", "article")))


def forget(article: Article) -> None:
    """Keep nothing of an article."""
    Term.objects.filter(translation__article=article).delete()
    Passage.objects.filter(translation__article=article).delete()


def rebuild() -> int:
    """Keep everything anew (synonyms or stop words changed); returns how many texts there are.

    Some articles in each transaction: all that wait their turn are found as before, and who publishes waits for a few at most.
    """
    with scope(EVERY_CLIENT):
        Term.objects.filter(Q(translation__shown=None) | Q(translation__article__state=State.RETIRED)).delete()
        articles = list(Article.objects.exclude(state=State.RETIRED).order_by("pk").values_list("pk", flat=True))
    return sum(_rebuild(batch) for batch in batched(articles, AT_ONCE))


def _rebuild(articles: Sequence[int]) -> int:
    """Keep these anew under their lock, which verbs of articles take too."""
    with scope(EVERY_CLIENT):
        locked = Article.objects.filter(pk__in=articles).select_for_update(of=("self",)).order_by("pk")
        known = [one.pk for one in locked if one.state != State.RETIRED]
        rows = list(
            Translation.objects.filter(article__in=known, shown__isnull=False).select_related("shown", "article")
        )
        Term.objects.filter(translation__in=rows).delete()
        _keep_terms(rows)
    return len(rows)


def index(translations: Sequence[Translation]) -> None:
    """Keep terms and passages of texts of which nothing is kept yet."""
    _keep_terms(translations)
    Passage.objects.bulk_create(
        [
            Passage(translation=one, client_id=one.article.client_id, part=part, text=text)
            for one in translations
            for part, text in passages_of(_shown(one))
        ],
        batch_size=BATCH,
    )


def understand(limit: int = 2000) -> int:
    """Compute the vectors of passages that have none; returns how many there were. 0 where meaning is off."""
    if not meaning.is_ready():
        return 0
    with connection.cursor() as cursor:
        # While many come in, the planner believes the tables empty and would compare each with each.
        cursor.execute("select set_config('enable_nestloop', 'off', true)")
        cursor.execute(
            "select id, text from knowledge_passage p"
            " where not exists (select from knowledge_vector v where v.passage_id = p.id) order by id limit %s",
            [limit],
        )
        rows = cursor.fetchall()
        cursor.execute("select set_config('enable_nestloop', 'on', true)")
        for some in batched(rows, BATCH):
            vectors = [meaning.as_text(vector) for vector in meaning.encode([text for _pk, text in some])]
            cursor.execute(_KEEP, [[pk for pk, _text in some], vectors])
    return len(rows)


# The vector of title and summary, or of a title without one, also leads: by it the search chooses texts.
_KEEP = """
with kept as (
    insert into knowledge_vector select p.id, p.translation_id, p.client_id, p.part, given.vector::halfvec
    from unnest(%s::bigint[], %s::text[]) as given(id, vector) join knowledge_passage p using (id)
    on conflict do nothing returning *
)
insert into knowledge_lead select passage_id, translation_id, client_id, vector from kept
where part = 'both' or part = 'title' and not exists (
    select from knowledge_passage p where p.translation_id = kept.translation_id and p.part = 'both')
on conflict do nothing
"""


def passages_of(version: Version) -> list[tuple[str, str]]:
    """The title, the summary, both together, and the sentences of the rest with the title before each: part and text."""
    found = [(Passage.Part.TITLE.value, version.title)]
    if summary := plain(version.summary)[:LONGEST_PASSAGE]:
        found.append((Passage.Part.SUMMARY.value, summary))
        found.append((Passage.Part.BOTH.value, f"{version.title}. {summary}"))
    pieces = _pieces(plain(_parts(version)["text"]))
    return found + [(Passage.Part.TEXT.value, f"{version.title}. {piece}") for piece in pieces]


def plain(text: str) -> str:
    """Markdown without its marks."""
    return _MARKS.sub(lambda match: match.group(1) or " ", text).strip()


def _pieces(text: str) -> list[str]:
    """Sentences; short ones go with the next, and those of a long text in larger pieces."""
    sentences = [part[:LONGEST_PASSAGE].strip() for part in _SENTENCE.split(text) if part.strip()]
    least = max(SHORTEST_PASSAGE, sum(map(len, sentences)) // MOST_PASSAGES)
    pieces, piece = [], ""
    for sentence in sentences:
        piece = f"{piece} {sentence}".strip()
        if len(piece) >= least:
            pieces.append(piece)
            piece = ""
    return [*pieces, piece][:MOST_PASSAGES] if piece else pieces[:MOST_PASSAGES]


def _shown(translation: Translation) -> Version:
    assert translation.shown is not None
    return translation.shown


def _parts(version: Version) -> dict[str, str]:
    rest = [getattr(version, name) for name in ("symptoms", "cause", "workaround", "solution", "environment", "body")]
    return {"title": version.title, "summary": version.summary, "text": "\n".join(rest)}


def _keep_terms(translations: Iterable[Translation]) -> None:
    words, rows = vocabulary.current(), list(translations)
    for language in {row.language for row in rows}:
        same = [row for row in rows if row.language == language]
        _keep_of_language(same, language, words)


def _keep_of_language(rows: list[Translation], language: str, words: Vocabulary) -> None:
    parts = [_parts(_shown(row)) for row in rows]
    for row, part in zip(rows, parts, strict=True):
        part["summary"] = "\n".join([part["summary"], *row.article.products])
    texts = [part[name] for part in parts for name in TIMES]
    told = iter(vocabulary.lexemes([words.telling(text, language) for text in texts], language))
    whole = iter(vocabulary.lexemes(texts, language))
    written = iter(vocabulary.forms(texts, language))
    terms = []
    for row, part in zip(rows, parts, strict=True):
        said = {name: next(told) for name in TIMES}
        groups = {
            name: words.groups(said[name], language)
            | words.groups(next(whole), language)
            | words.groups(next(written), language)
            for name in TIMES
        }
        weights = _weights(said, groups) | {
            f"!{code}": 1.0 for text in part.values() for code in vocabulary.codes_of(text)
        }
        weights["!" + "".join(vocabulary.words_of(row.article.key))] = 1.0
        weights |= {vocabulary.subject_of(name): 1.0 for name in row.article.products}
        terms += [
            Term(translation=row, client_id=row.article.client_id, language=language, lexeme=lexeme, weight=weight)
            for lexeme, weight in weights.items()
        ]
    Term.objects.bulk_create(terms, batch_size=5000)
    _learn(
        language,
        [
            text
            for row, part in zip(rows, parts, strict=True)
            if row.article.client_id is None
            for text in part.values()
        ],
    )


def _weights(said: dict[str, list[str]], groups: dict[str, set[int]]) -> dict[str, float]:
    """What each lexeme and each group of synonyms weighs in a text: more the higher it stands, and the oftener up to a bound."""
    times: Counter[str] = Counter()
    for name, read in said.items():
        for lexeme in read:
            times[lexeme] += TIMES[name]
    length = 0.5 + 0.5 * sum(times.values()) / USUAL_LENGTH
    weights = {lexeme: LEXEME * 2 * count / (count + length) for lexeme, count in times.items()}
    for name in ("text", "summary", "title"):
        weights |= {f"={group}": GROUP[name] for group in groups[name]}
    return weights


def _learn(language: str, texts: Iterable[str]) -> None:
    """Remember the words as they are written."""
    written = {word for text in texts for word in _WRITTEN.findall(vocabulary.fold(text))}
    rows = [
        Word(language=language, word=word) for word in sorted(written) if SHORTEST_WORD <= len(word) <= LONGEST_WORD
    ]
    Word.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)
