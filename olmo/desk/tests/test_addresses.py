"""The table of addresses in docs/desk.md, beside the address map."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import TestCase

from olmo.desk import urls
from tests.routes import routes

PAGE = Path(__file__).resolve().parents[3] / "docs" / "desk.md"
_ARGUMENT = re.compile(r"<[^>]*>")
_MAP: list[Any] = urls.urlpatterns


class TheTableOfAddresses(TestCase):
    def test_names_every_address_of_the_desk(self) -> None:
        whole = {one.removesuffix("/…").rstrip("/") for row in _rows() for one in _meant(row)}
        self.assertEqual([one for one in _desk() if not whole & _at_or_above(one)], [])

    def test_names_none_that_is_not_there(self) -> None:
        known = set(_desk())
        told = [(row[0], one) for row in _rows() for one in row if not one.endswith("/…")]
        self.assertEqual([one for first, one in told if not known & {one, _beside(first, one)}], [])


def _rows() -> Iterator[list[str]]:
    """The addresses of each row, without their queries and without the names of their arguments."""
    section = PAGE.read_text().split("\n## Addresses\n")[1].split("\n## ")[0]
    for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
        found = [_ARGUMENT.sub("<>", one.partition("?")[0]) for one in re.findall(r"`([^`]*)`", row)]
        yield [one for one in found if not one.startswith("/")]  # not below the desk


def _meant(row: list[str]) -> set[str]:
    return {address for one in row for address in (one, _beside(row[0], one))}


def _at_or_above(address: str) -> set[str]:
    """An address, and those that it is below; below a ticket, each is to be told."""
    parts = address.rstrip("/").split("/")
    above = {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return above - {"tickets/<>"} if len(parts) > 2 else above


def _beside(first: str, one: str) -> str:
    """An address that is told from where the last part of the first one begins."""
    return f"{first.rpartition('/')[0]}/{one}"


def _desk() -> Iterator[str]:
    return (_ARGUMENT.sub("<>", route) for route in routes(_MAP))
