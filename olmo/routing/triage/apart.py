"""Learning in a process of its own: half a minute of pure computing, which must not slow the worker's other jobs.

It runs at the lowest priority, reads examples and writes an archive, and knows neither the database nor its password.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .learning import Model

LONGEST_SECONDS = 600
PERCENTS = range(50, 100)  # the precisions that an administrator can ask
_KEPT = ("PATH", "HOME", "LANG", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")


class Failed(Exception):
    """The process ended without an archive; its text is the end of what it said."""


@dataclass(frozen=True)
class Learnt:
    """archive: `Model.as_bytes`. figures: what was measured on unseen examples, and under "alone", by the precision asked
    (per cent, as text), [confidence from which it acts alone, share of tickets, precision reached]."""

    archive: bytes = b""
    figures: dict[str, Any] | None = None


def learn(texts: Sequence[str], labels: Sequence[str]) -> Learnt:
    """What these examples teach. Raises Failed."""
    around = {name: os.environ[name] for name in _KEPT if name in os.environ}
    around |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "olmo.routing.triage.apart"], input=json.dumps([list(texts), list(labels)]).encode(),
            capture_output=True, env=around, timeout=LONGEST_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Failed(f"not done after {LONGEST_SECONDS} s") from error
    if done.returncode:
        raise Failed(done.stderr.decode(errors="replace")[-400:])
    figures, _line, archive = done.stdout.partition(b"\n")
    return Learnt(archive, json.loads(figures))


def main() -> int:
    """Read [texts, labels] as JSON, write the figures as one line of JSON, and the archive."""
    os.nice(19)
    texts, labels = json.load(sys.stdin)
    from .learning import learn as learnt

    model = learnt(texts, labels)
    sys.stdout.buffer.write(json.dumps(figures(model)).encode() + b"\n" + model.as_bytes())
    return 0


def figures(model: "Model") -> dict[str, Any]:
    """What the model promises about itself, for every precision that can be asked."""
    alone = {str(percent): model.unseen.alone(percent / 100) for percent in PERCENTS}
    return {**model.unseen.measured, "alone": {percent: astuple(one) for percent, one in alone.items() if one}}


if __name__ == "__main__":
    sys.exit(main())
