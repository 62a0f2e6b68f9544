"""`olmo triage evaluate TRAIN.csv TEST.csv --text COLUMN --label COLUMN`: how well a desk's tickets can be triaged.

Needs neither database nor settings. Files may be gzip; a column of text may be named several times to join columns.
"""

import argparse
import csv
import gzip
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import learning

GZIP = b"\x1f\x8b"
LARGEST_CELL = 10_000_000


class Unreadable(Exception):
    """A file cannot be used; the message names it and the reason."""


@dataclass(frozen=True)
class Report:
    """What `evaluate` prints. All are shares of 1; `confidence` is where deciding alone begins (None: never)."""

    trained_on: int
    tested_on: int
    accuracy: float
    macro_f1: float
    top3: float
    asked_precision: float
    confidence: float | None
    decided_alone: float
    precision_alone: float | None


def main() -> int:
    """Run the command; 2 when the words or the files are off."""
    given = _parser().parse_args()
    try:
        known = read(given.train, given.text, given.label)
        asked = read(given.test, given.text, given.label)
        report = evaluate(known, asked, given.precision)
    except Unreadable as problem:
        sys.stderr.write(f"olmo triage: {problem}\n")
        return 2
    sys.stdout.write(json.dumps(asdict(report)) + "\n" if given.json else described(report))
    return 0


def read(path: Path, text_columns: Sequence[str], label_column: str) -> tuple[list[str], list[str]]:
    """Texts and labels of a CSV file (UTF-8, gzip or plain); rows without a label are left out. Raises Unreadable."""
    csv.field_size_limit(LARGEST_CELL)
    try:
        data = path.read_bytes()
        plain = gzip.decompress(data) if data.startswith(GZIP) else data
        rows = csv.DictReader(io.StringIO(plain.decode("utf-8-sig"), newline=""))
        absent = [c for c in (*text_columns, label_column) if c not in (rows.fieldnames or ())]
        if absent:
            raise Unreadable(f"{path}: no column {', '.join(absent)}; there are {', '.join(rows.fieldnames or ())}")
        pairs = [(" ".join(row[c] or "" for c in text_columns), (row[label_column] or "").strip()) for row in rows]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{path}: {error}") from error
    labelled = [(text, label) for text, label in pairs if label]
    if not labelled:
        raise Unreadable(f"{path}: no row has a {label_column}")
    return [text for text, _label in labelled], [label for _text, label in labelled]


def evaluate(known: tuple[list[str], list[str]], asked: tuple[list[str], list[str]], precision: float) -> Report:
    """Learn from `known` and guess `asked`. The confidence for deciding alone is chosen on `known` only. Raises Unreadable."""
    from . import learning

    try:
        model = learning.learn(*known)
    except learning.TooFew as problem:
        raise Unreadable(str(problem)) from problem
    likely, truth = model.probabilities(asked[0]), asked[1]
    measured = learning.measure(likely, model.labels, truth)
    alone = model.unseen.alone(precision)
    share, right = _decided(model, likely, truth, alone.confidence) if alone else (0.0, None)
    return Report(
        len(known[0]), measured.examples, measured.accuracy, measured.macro_f1, measured.top3, precision,
        alone.confidence if alone else None, share, right,
    )  # fmt: skip


def described(report: Report) -> str:
    """The report for people."""
    lines = [
        f"learnt from    {report.trained_on} examples, tried on {report.tested_on}",
        f"accuracy       {report.accuracy:.4f}",
        f"macro-F1       {report.macro_f1:.4f}",
        f"top-3          {report.top3:.4f}",
    ]
    return "\n".join([*lines, *_described_alone(report), ""])


def _described_alone(report: Report) -> list[str]:
    asked = f"for a precision of {report.asked_precision:.2f}"
    if report.confidence is None:
        return [f"decided alone  nothing: no confidence is high enough {asked}"]
    share = f"decided alone  {report.decided_alone:.4f} of them"
    if report.precision_alone is not None:
        share += f", with a precision of {report.precision_alone:.4f}"
    return [
        share,
        f"               (from a confidence of {report.confidence:.4f} on, chosen on the first file {asked})",
    ]


def _decided(
    model: "learning.Model", likely: "learning.Scores", truth: Sequence[str], confidence: float
) -> tuple[float, float | None]:
    """The share of guesses at or above the confidence, and how many of these are right (None when there are none)."""
    sure = likely.max(axis=1) >= confidence
    right = [
        model.labels[i] == label
        for i, label, is_sure in zip(likely.argmax(axis=1), truth, sure, strict=True)
        if is_sure
    ]
    return len(right) / len(truth), (sum(right) / len(right) if right else None)


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("a share between 0 and 1, such as 0.9")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="olmo triage", description="What the desk's own tickets teach about new ones."
    )
    evaluating = parser.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "evaluate", help="learn from one file of tickets and guess those of another"
    )
    add = evaluating.add_argument
    add("train", type=Path, help="CSV file to learn from (.gz too)")
    add("test", type=Path, help="CSV file to guess")
    add("--text", action="append", required=True, metavar="COLUMN", help="column of the text; several are joined")
    add("--label", required=True, metavar="COLUMN", help="column of what is to be guessed")
    add("--precision", type=_share, default=0.9, help="how often a guess that decides alone must be right (0.9)")
    add("--json", action="store_true", help="print one JSON object")
    return parser
