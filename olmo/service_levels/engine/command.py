"""`olmo sla explain`: one case in, one answer out; `--batch`: a case a line."""

import json
import sys
from typing import IO

from .answer import answer
from .case import BadCase, parsed

USAGE = """\
Usage: bin/olmo sla explain < case.json       the clocks of one case, and why they are due when they are
       bin/olmo sla load FILE --by ADDRESS    bring an agreement, its calendars and a version of its terms in
       bin/olmo sla explain --batch < cases   one case a line in, one answer a line out

A case that breaks a rule: exit code 2 and one line on standard error (in a batch: {"error": "..."} on its line).
The format is told in docs/service-levels.md. Neither a database nor settings are needed.
"""


def main() -> int:
    """Explain what is on standard input."""
    options = sys.argv[1:]
    if {"-h", "--help"} & set(options):
        sys.stdout.write(USAGE)
        return 0
    if options == ["explain"]:
        return one(sys.stdin.buffer, sys.stdout, sys.stderr)
    if options == ["explain", "--batch"]:
        return batch(sys.stdin.buffer, sys.stdout)
    sys.stderr.write(USAGE)
    return 2


def one(source: IO[bytes], out: IO[str], problems: IO[str]) -> int:
    """Answer one case; exit code 2 when it breaks a rule."""
    try:
        found = json.dumps(answer(parsed(source.read())), indent=1)
    except BadCase as problem:
        problems.write(str(problem).encode("ascii", "backslashreplace").decode() + "\n")
        return 2
    out.write(found + "\n")
    return 0


def batch(source: IO[bytes], out: IO[str]) -> int:
    """Answer a case a line, in order; a broken one does not end the run."""
    for line in source:
        try:
            found = json.dumps(answer(parsed(line)))
        except BadCase as problem:
            found = json.dumps({"error": str(problem)})
        out.write(found + "\n")
        out.flush()
    return 0
