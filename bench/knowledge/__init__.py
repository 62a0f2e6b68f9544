"""How well articles are found, and how fast.

bench/run knowledge [--articles 5000] [--tickets 100000] [--data FOLDER] [--all]

Three files hold help-desk articles in English and Italian, written for this bench, each with everyday questions that say
the thing otherwise. On the first half of `articles.txt` (the first, third, ... article) the search was tuned, so only the
other half is counted (`--all`: both). `second.txt` was written before the everyday words that Olmo ships
(words/everyday.txt) and its questions were looked at while these were written. `fresh.txt` was written after all that; what was
chosen later by the first half of `articles.txt` was kept as neither of the other two fell.

hit@3: the share of questions whose article is among the first three of its file. "en>it" asks in English where the articles are
in Italian only.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.house import house
from bench.meters import cpu_ms

FOLDER = Path(__file__).parent
FILES = ("articles", "second", "fresh")
WAYS = [("en", "en"), ("it", "it"), ("en", "it"), ("it", "en")]


@dataclass(frozen=True)
class Case:
    """An article (title, summary, text by language) and the questions about it."""

    key: str
    texts: dict[str, tuple[str, str, str]]
    questions: dict[str, list[str]]


def cases(name: str = "articles") -> list[Case]:
    """What a file holds: six lines of texts, then questions, "?" in English and "!" in Italian."""
    found = []
    for block in re.split(r"^# ", (FOLDER / f"{name}.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]:
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
    parser.add_argument("--tickets", type=int, default=0, help="how many tickets stand beside the articles")
    parser.add_argument("--data", type=Path, help="a folder to keep, with its tickets (else a new one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="olmo-bench-", dir="/tmp") as made, _housed(options, Path(made)):
        for name in FILES:
            _report(name, is_whole=options.all, tells=options.misses)
        if options.articles:
            _time(options.articles)
    return 0


@contextmanager
def _housed(options: argparse.Namespace, made: Path) -> Iterator[None]:
    with house(options.tickets, options.data or made):
        import django

        django.setup()
        yield


def _report(name: str, *, is_whole: bool, tells: bool) -> None:
    every = cases(name)
    asked = every if is_whole or name != "articles" else every[1::2]
    count = sum(len(questions) for case in asked for questions in case.questions.values())
    print(f"{name}: {len(asked)} of {len(every)} articles, {count} questions")
    for is_semantic in (True, False):
        _score(every, asked, is_semantic=is_semantic, tells=tells)


def _score(every: list[Case], half: list[Case], *, is_semantic: bool, tells: bool) -> None:
    from django.conf import settings

    from olmo.knowledge import search
    from olmo.people.actions import robot
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    settings.OLMO_SEMANTIC = is_semantic
    print("by meaning and words" if is_semantic else "by words alone", flush=True)
    for asked, told in WAYS:
        with scope(EVERY_CLIENT), _loaded(every, [told]):
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

    def __init__(self, given: list[Case], languages: list[str]) -> None:
        self.given, self.languages = given, languages

    def __enter__(self) -> None:
        from django.db import transaction

        from olmo.knowledge import loading

        self.block = transaction.atomic()
        self.block.__enter__()
        loading.load(loading.lines_of(_lines(self.given, self.languages)))

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
        owner.execute(
            b"vacuum (analyze) knowledge_term, knowledge_vector, knowledge_lead, knowledge_translation, knowledge_article"
        )
    costs = []
    for case in given:
        for language, questions in case.questions.items():
            for question in questions:
                with scope(EVERY_CLIENT):
                    viewer, before, began = robot("Olmo"), _processors(), time.monotonic()
                    search.find(viewer, question, language=language, limit=3)
                    costs.append(((time.monotonic() - began) * 1000, _processors() - before))
    print(f"{len(costs)} searches")
    _print("by the clock", [wall for wall, _cpu in costs])
    _print("of a processor, database included", [cpu for _wall, cpu in costs])


def _processors() -> float:
    """Processor time of this process and of its connection to the database, in ms."""
    from django.db import connection

    connection.ensure_connection()
    return time.process_time() * 1000 + cpu_ms([connection.connection.info.backend_pid])


def _print(what: str, times: list[float]) -> None:
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    print(f"  ms {what}: median {statistics.median(times):.0f}, p95 {p95:.0f}, worst {times[-1]:.0f}")
