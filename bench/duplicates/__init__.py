"""How often "likely the same" is right beside a ticket.

bench/run duplicates

The files hold disturbances and wishes, each as two people wrote of it in English and one in Italian. Many are close to
another one: a printer that is offline, jammed, without toner; the same wish for another person, the same fault in another room.
The threshold was set, and that numbers tell floors apart was learnt, by `reports.txt`; `fresh.txt` was written after that, and
nothing was changed for it. Each report is compared with all others of its file; those above the threshold would be shown.
Printed: what share of these is of the same thing, and for what share of reports at least one is shown; then the same within one
language, and by nearness alone, as if names said nothing.
"""

import os
import tempfile
from itertools import combinations
from pathlib import Path

FILES = ("reports", "fresh")
LANGUAGES = ("en", "en", "it")
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75)


def reports(name: str) -> list[tuple[str, str, str]]:
    """Thing, language, and what is compared of each report."""
    from olmo.tickets.likeness import told

    found = []
    for block in Path(__file__).with_name(f"{name}.txt").read_text("utf-8").split("# ")[1:]:
        thing, *lines = block.strip().split("\n")
        for language, line in zip(LANGUAGES, lines, strict=True):
            subject, text = line.split(" | ")
            found.append((thing, language, told(subject, text)))
    return found


def main() -> int:
    """Print precision and how many are told."""
    with tempfile.TemporaryDirectory(prefix="olmo-bench-", dir="/tmp") as folder:
        os.environ.update(OLMO_DATA=folder, DJANGO_SETTINGS_MODULE="olmo.settings")
        import django

        django.setup()
        for name in FILES:
            _measure(name)
    return 0


def _measure(name: str) -> None:
    from olmo.knowledge import meaning
    from olmo.tickets.likeness import LEAST, is_of_another

    rows = reports(name)
    vectors = meaning.encode([text for _thing, _language, text in rows])
    pairs = [
        (float(vectors[a] @ vectors[b]), rows[a][0] == rows[b][0], a, b) for a, b in combinations(range(len(rows)), 2)
    ]
    print(
        f"{name}: {len(rows)} reports of {len({row[0] for row in rows})} things, {len(pairs)} pairs; shown from {LEAST}"
    )
    near = pairs
    pairs = [pair for pair in near if not is_of_another(rows[pair[2]][2], rows[pair[3]][2])]
    _print("in any language", pairs, rows)
    _print("within a language", [pair for pair in pairs if rows[pair[2]][1] == rows[pair[3]][1]], rows)
    _print("by nearness alone", near, rows)


def _print(what: str, pairs: list[tuple[float, bool, int, int]], rows: list[tuple[str, str, str]]) -> None:
    print(what)
    for least in THRESHOLDS:
        shown = [pair for pair in pairs if pair[0] >= least]
        right = sum(is_same for _score, is_same, _a, _b in shown)
        told = {one for _score, is_same, a, b in shown if is_same for one in (a, b)}
        share = f"{right / len(shown):.3f}" if shown else "none"
        print(
            f"  from {least}: {right} of {len(shown)} right ({share}); {len(told) / len(rows):.2f} of reports are shown one"
        )


if __name__ == "__main__":
    raise SystemExit(main())
