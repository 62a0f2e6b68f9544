"""`olmo doctor`: is everything as it should be? One line a check, with what to do where it is not."""

import argparse
import json
import sys
from collections.abc import Sequence

from django.db import DatabaseError

from olmo.ops import doctor_checks
from olmo.ops.doctor_checks import CHECKS, Finding, State

SAMPLE = 1000


def main(argv: Sequence[str] | None = None) -> int:
    """Check the log, the database's rules, jobs, mail, files and disk. 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="olmo doctor", description=main.__doc__)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--sample", type=int, default=SAMPLE, help=f"replay so many of the newest tickets ({SAMPLE})")
    group.add_argument("--all", action="store_true", help="replay every ticket")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(argv)
    doctor_checks.settings.sample = None if options.all else max(options.sample, 0)
    findings = [_found(name) for name in CHECKS]
    for finding in findings:
        sys.stdout.write((_json(finding) if options.json else _line(finding)) + "\n")
    return 1 if any(finding.state is State.WRONG for finding in findings) else 0


def _found(name: str) -> Finding:
    try:
        state, said, advice = CHECKS[name]()
    except (DatabaseError, OSError) as error:
        state, said, advice = State.WRONG, f"could not be checked: {str(error).splitlines()[0]}", "see the error"
    return Finding(name, state, said, advice)


def _line(finding: Finding) -> str:
    advice = f"; {finding.advice}" if finding.advice else ""
    return f"{finding.state.value:<8} {finding.name:<15} {finding.said}{advice}"


def _json(finding: Finding) -> str:
    return json.dumps(
        {"check": finding.name, "state": finding.state.value, "said": finding.said, "advice": finding.advice}
    )
