"""`olmo knowledge`: bring articles in from a file, and search as an agent of every organisation does."""

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.conf import settings

from olmo.people.actions import robot
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import folder, indexing, jobs, loading, meaning, search


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the first word says."""
    parser = argparse.ArgumentParser(prog="olmo knowledge", description="Bring articles in, and search them.")
    commands = parser.add_subparsers(dest="command", required=True)
    bring = commands.add_parser("import", help="bring articles in from JSON lines or a folder, all of them or none")
    bring.add_argument(
        "file", type=Path, help="JSON lines or a folder of Markdown (docs/knowledge.md); - reads standard input"
    )
    give = commands.add_parser("export", help="write all published texts into a folder, one Markdown file each")
    give.add_argument("folder", type=Path, help="a new or empty folder")
    look = commands.add_parser("search", help="find articles")
    look.add_argument("words", nargs="+")
    look.add_argument("--lang", default="", choices=["", *dict(settings.LANGUAGES)], help="the language of the words")
    look.add_argument("--limit", type=int, default=10, help="at most so many (10)")
    look.add_argument("--json", action="store_true", help='[{"key", "score"}], the best first')
    commands.add_parser("reindex", help="read all published texts anew")
    options = parser.parse_args(argv)
    return {"import": _import, "export": _export, "search": _search, "reindex": _reindex}[options.command](options)


def _import(options: argparse.Namespace) -> int:
    try:
        with scope(EVERY_CLIENT):
            kept = loading.load(_entries(options.file), beside=options.file if options.file.is_dir() else None)
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"olmo: {options.file} cannot be read ({error}); nothing was kept\n")
        return 1
    except loading.Refused as refusal:
        for reason in refusal.reasons:
            sys.stderr.write(f"olmo: {options.file}, {reason}\n")
        sys.stderr.write("olmo: nothing was kept; correct these lines and import the file again\n")
        return 1
    how = "by meaning and by words" if meaning.is_ready() else "by words"
    counts = f"{kept.new} new, {kept.changed} changed, {kept.same} as they were"
    if kept.ignored:
        sys.stderr.write(f"olmo: not fields of an article, left out: {', '.join(sorted(kept.ignored))}\n")
    sys.stdout.write(f"{kept.articles} articles with {kept.texts} texts kept: {counts}; they are found {how}\n")
    return 0


def _entries(path: Path) -> Iterable[loading.Entry]:
    if path.is_dir():
        return folder.read(path)
    text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    return loading.lines_of(text.split("\n"))


def _export(options: argparse.Namespace) -> int:
    target: Path = options.folder
    try:
        target.mkdir(parents=True, exist_ok=True)
        if any(target.iterdir()):
            sys.stderr.write(f"olmo: {target} is not empty; nothing was written\n")
            return 1
        count = 0
        with scope(EVERY_CLIENT):
            for name, content in folder.files():
                (target / name).write_text(content, encoding="utf-8", newline="\n")
                count += 1
            for name, source in folder.attached():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target / name)
    except OSError as error:
        sys.stderr.write(f"olmo: {target} cannot be written ({error})\n")
        return 1
    sys.stdout.write(f"{count} texts written to {target}\n")
    return 0


def _search(options: argparse.Namespace) -> int:
    with scope(EVERY_CLIENT):
        found = search.find(robot("Olmo"), " ".join(options.words), language=options.lang, limit=max(options.limit, 1))
    if options.json:
        sys.stdout.write(json.dumps([{"key": one.key, "score": one.score} for one in found]) + "\n")
    else:
        for one in found:
            sys.stdout.write(f"{one.score:.3f}  {one.key:<24} {one.title}\n")
    return 0


def _reindex(_options: argparse.Namespace) -> int:
    count = indexing.rebuild()
    jobs.understand()
    sys.stdout.write(f"{count} texts read anew\n")
    return 0
