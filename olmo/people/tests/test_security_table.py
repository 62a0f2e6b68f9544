"""docs/security.md names every requirement of levels 1 and 2 once, and only tests that exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.test import SimpleTestCase

from olmo.kernel.config import CHECKOUT

TABLE = CHECKOUT / "docs" / "security.md"
_ROW = re.compile(r"^\| ([0-9., -]+) \| (yes|part|no|–) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(\w+)::([\w.]+)`")
# OWASP ASVS 5.0.0: section -> numbers of its requirements of levels 1 and 2.
REQUIRED = {
    "1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2", "2.1": "1-3", "2.2": "1-3", "2.3": "1-4", "2.4": "1",
    "3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2", "4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4",
    "5.1": "1", "5.2": "1-3", "5.3": "1-2", "5.4": "1-3", "6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5",
    "6.6": "1-3", "6.8": "1-4", "7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2", "8.1": "1-2",
    "8.2": "1-3", "8.3": "1", "8.4": "1", "9.1": "1-3", "9.2": "1-4", "10.1": "1-2", "10.2": "1-2", "10.3": "1-4", "10.4": "1-11",
    "10.5": "1-5", "10.6": "1-2", "10.7": "1-3", "11.1": "1-2", "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1",
    "11.6": "1", "12.1": "1-3", "12.2": "1-2", "12.3": "1-4", "13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5",
    "14.1": "1-2", "14.2": "1-4", "14.3": "1-3", "15.1": "1-3", "15.2": "1-3", "15.3": "1-7", "16.1": "1", "16.2": "1-5",
    "16.3": "1-4", "16.4": "1-3", "16.5": "1-3", "17.1": "1", "17.2": "1-4", "17.3": "1-2",
}  # fmt: skip
TOTAL = 253


class TheTable(SimpleTestCase):
    def test_it_names_every_requirement_once(self) -> None:
        required = [f"{section}.{n}" for section, numbers in REQUIRED.items() for n in _numbers(numbers)]
        self.assertEqual(len(required), TOTAL)
        named = [number for ids, _holds, _why in _ROW.findall(TABLE.read_text()) for number in _ids(ids)]
        self.assertEqual(sorted(named), sorted(required))

    def test_every_test_that_it_names_exists(self) -> None:
        known = {name for path in _test_files() for name in _tests_of(path)}
        named = {f"{file}::{name}" for file, name in _TEST.findall(TABLE.read_text())}
        self.assertEqual(named - known, set())


def _ids(text: str) -> Iterator[str]:
    for part in text.split(","):
        section, _dot, numbers = part.strip().rpartition(".")
        yield from (f"{section}.{n}" for n in _numbers(numbers))


def _numbers(text: str) -> range:
    first, _dash, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _test_files() -> Iterator[Path]:
    yield from (CHECKOUT / "olmo").rglob("test_*.py")
    yield from (CHECKOUT / "tests").rglob("test_*.py")


def _tests_of(path: Path) -> Iterator[str]:
    file = path.stem.removeprefix("test_")
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            yield f"{file}::{node.name}"
        elif isinstance(node, ast.ClassDef):
            yield from (f"{file}::{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef))
