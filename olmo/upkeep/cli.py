"""`olmo knowledge topics --evaluate FILE.csv[.gz] --text COLUMN --label COLUMN`: how well kinds found agree with labels given."""

import argparse
import csv
import gzip
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from olmo.knowledge import meaning

from . import clustering


def main(argv: Sequence[str] | None = None) -> int:
    """Group the texts of a table and print how well the groups agree with its labels."""
    parser = argparse.ArgumentParser(prog="olmo knowledge", description="Measure how kinds of request are found.")
    parser.add_argument("command", choices=["topics"])
    parser.add_argument(
        "--evaluate", type=Path, required=True, metavar="FILE", help="a table, CSV or CSV.gz, with a head line"
    )
    parser.add_argument(
        "--text", required=True, action="append", help="a column with words; may be given more than once"
    )
    parser.add_argument("--label", required=True, help="the column with the label that people gave")
    parser.add_argument("--groups", type=int, default=0, help="how many groups (0: as the nightly job decides)")
    parser.add_argument("--words-only", action="store_true", help="without the meaning of texts")
    options = parser.parse_args(argv)
    try:
        rows = _rows(options.evaluate, [*options.text, options.label])
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        sys.stderr.write(f"olmo: {options.evaluate} cannot be read: {error}\n")
        return 1
    texts, labels = [" ".join(row[:-1]) for row in rows], [row[-1] for row in rows]
    has_meaning = meaning.is_installed() and not options.words_only
    meant = meaning.encode([text[:200] for text in texts[: clustering.MOST]]) if has_meaning else None
    found = clustering.agreement(texts, labels, meant, options.groups)
    how = "words and meaning" if has_meaning else "words"
    sys.stdout.write(
        f"{found.texts} texts, {found.labels} labels, {found.groups} groups by {how}: adjusted Rand "
        f"{found.adjusted_rand:.3f}, V-measure {found.v_measure:.3f}, NMI {found.mutual_information:.3f}\n"
    )
    return 0


def _rows(path: Path, columns: list[str]) -> list[list[str]]:
    raw = path.read_bytes()
    table = csv.DictReader(
        io.StringIO((gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig"), newline="")
    )
    if missing := [name for name in columns if name not in (table.fieldnames or [])]:
        raise KeyError(f"no column {missing[0]}; there are {', '.join(table.fieldnames or [])}")
    return [[row[name] or "" for name in columns] for row in table]
