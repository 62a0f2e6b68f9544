"""How well articles are found, and how fast.

bench/run knowledge [--articles 5000] [--all]

`articles.txt` holds help-desk articles in English and Italian, written for this bench, each with everyday questions that say the
thing otherwise. The search was tuned on every second article (the first, third, ...); the figures printed are those of the
others, among all articles. hit@3: the share of questions whose article is among the first three. "en>it" asks in English where
the articles are in Italian only.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.house import house

CASES = Path(__file__).parent / "articles.txt"
WAYS = [("en", "en"), ("it", "it"), ("en", "it"), ("it", "en")]


@dataclass(frozen=True)
class Case:
    """An article (title, summary, text by language) and the questions about it."""

    key: str
    texts: dict[str, tuple[str, str, str]]
    questions: dict[str, list[str]]


def cases() -> list[Case]:
    """What `articles.txt` holds: six lines of texts, then questions, "?" in English and "!" in Italian."""
    found = []
    for block in re.split(r"^# ", CASES.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        key, *lines = block.strip().split("\n")
        asked = {
            code: [line[2:] for line in lines if line.startswith(mark)] for code, mark in (("en", "? "), ("it", "! "))
        }
        en, it = tuple(lines[:3]), tuple(lines[3:6])
        found.append(Case(key, {"en": (en[0], en[1], en[2]), "it": (it[0], it[1], it[2])}, asked))
    return found


def main() -> int:
    """Print hit@3 with and without the encoder, and the time of a search among many articles."""
    parser = argparse.ArgumentParser(prog="bench/run knowledge", description=str(__doc__).splitlines()[0])
    parser.add_argument(
        "--articles", type=int, default=5000, help="how many articles the timed search has (0: no timing)"
    )
    parser.add_argument("--all", action="store_true", help="the questions of both halves")
    parser.add_argument("--misses", action="store_true", help="print the questions that were not answered")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="olmo-bench-", dir="/tmp") as folder, house(0, Path(folder)):
        import django

        django.setup()
        half = cases() if options.all else cases()[1::2]
        print(
            f"{len(half)} of {len(cases())} articles, {sum(len(q) for c in half for q in c.questions.values())} questions"
        )
        for is_semantic in (True, False):
            _score(half, is_semantic=is_semantic, tells=options.misses)
        if options.articles:
            _time(options.articles)
    return 0


def _score(half: list[Case], *, is_semantic: bool, tells: bool) -> None:
    from django.conf import settings

    from olmo.knowledge import search
    from olmo.people.actions import robot
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    settings.OLMO_SEMANTIC = is_semantic
    print("by meaning and words" if is_semantic else "by words alone", flush=True)
    for asked, told in WAYS:
        with scope(EVERY_CLIENT), _loaded([told]):
            viewer, hits, count = robot("Olmo"), 0, 0
            for case in half:
                for question in case.questions[asked]:
                    found = [one.key for one in search.find(viewer, question, language=asked, limit=3)]
                    hits, count = hits + (case.key in found), count + 1
                    if tells and case.key not in found:
                        print(f"    missed: {question} ({case.key}); found {', '.join(found)}")
        print(f"  hit@3 {asked}>{told}: {hits / count:.3f}", flush=True)


class _Undo(Exception):
    pass


class _loaded:  # noqa: N801  (a context manager that reads as a verb)
    """The articles in these languages, for as long as the block lasts."""

    def __init__(self, languages: list[str]) -> None:
        self.languages = languages

    def __enter__(self) -> None:
        from django.db import transaction

        from olmo.knowledge import loading

        self.block = transaction.atomic()
        self.block.__enter__()
        loading.load(loading.lines_of(_lines(cases(), self.languages)))

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.block.__exit__(_Undo, _Undo(), None)


def _lines(given: list[Case], languages: list[str], times: int = 1) -> Iterator[str]:
    for n in range(times):
        for case in given:
            for language in languages:
                title, summary, body = case.texts[language]
                more = f" ({n})" if n else ""
                yield json.dumps(
                    {
                        "key": f"{case.key}-{n}" if n else case.key, "lang": language, "title": title + more,
                        "summary": summary, "body": body, "audience": "public",
                    }
                )  # fmt: skip


def _time(articles: int) -> None:
    """The time of a search among so many articles in two languages."""
    from django.conf import settings

    from olmo.kernel.config import current
    from olmo.knowledge import loading, search
    from olmo.ops import roles
    from olmo.people.actions import robot
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    settings.OLMO_SEMANTIC = True
    given = cases()
    with scope(EVERY_CLIENT):
        began = time.monotonic()
        kept = loading.load(loading.lines_of(_lines(given, ["en", "it"], -(-articles // len(given)))))
        print(
            f"{kept.articles} articles with {kept.texts} texts imported in {time.monotonic() - began:.0f} s", flush=True
        )
    with roles.connect(current().login()) as owner:
        owner.execute(b"vacuum (analyze) knowledge_term, knowledge_vector, knowledge_translation, knowledge_article")
    times = []
    for case in given:
        for language, questions in case.questions.items():
            for question in questions:
                began = time.monotonic()
                with scope(EVERY_CLIENT):
                    search.find(robot("Olmo"), question, language=language, limit=3)
                times.append((time.monotonic() - began) * 1000)
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    print(
        f"{len(times)} searches: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, worst {times[-1]:.0f} ms"
    )
