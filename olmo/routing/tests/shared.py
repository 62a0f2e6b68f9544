"""Real tickets of other desks, where they are at hand."""

import csv
import gzip
import json
import os
from pathlib import Path
from typing import Any
from unittest import SkipTest

from olmo.kernel.config import CHECKOUT

DATA = Path(os.environ.get("OLMO_SHARED", CHECKOUT.parent / "shared")) / "data"


def at_hand(name: str) -> Path:
    """The path of a file of real tickets; skips the test where it is absent."""
    path = DATA / name
    if not path.exists():
        raise SkipTest(f"{path} is not at hand: real tickets of other desks")
    return path


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a gzipped CSV file."""
    csv.field_size_limit(10_000_000)
    with gzip.open(at_hand(name), "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def sentences(name: str) -> list[dict[str, Any]]:
    """The questions of a gzipped NLU corpus."""
    with gzip.open(at_hand(name), "rt", encoding="utf-8") as file:
        found: list[dict[str, Any]] = json.load(file)["sentences"]
    return found
