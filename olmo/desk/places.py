"""Addresses that a page prints many times: resolved once for each kind, then filled in."""

from functools import lru_cache
from urllib.parse import quote

from django.urls import reverse

_NUMBER = 987654321  # stands for a number until it is filled in


def ticket(number: int, noun: str = "ticket") -> str:
    """The page of a ticket, or of one of its nouns ("priority", "hold_end", ...)."""
    return _pattern(noun, 1).replace("{0}", str(number))


def message(number: int, pk: int, noun: str = "message") -> str:
    """The page of one message of a ticket, or of one of its nouns ("message_menu", "split", ...)."""
    return _pattern(noun, 2).replace("{0}", str(number)).replace("{1}", str(pk))


def undo(token: str) -> str:
    """Where something is taken back."""
    return f"{_undo()}{token}"


def file(pk: int, name: str) -> str:
    """Where an attachment is fetched."""
    return f"{_files()}{pk}/{quote(name)}"


@lru_cache(maxsize=128)
def _pattern(noun: str, numbers: int) -> str:
    found = reverse(f"desk:{noun}", args=[_NUMBER + n for n in range(numbers)])
    for n in range(numbers):
        found = found.replace(str(_NUMBER + n), f"{{{n}}}")
    return found


@lru_cache(maxsize=1)
def _undo() -> str:
    return reverse("desk:undo", args=["x"]).removesuffix("x")


@lru_cache(maxsize=1)
def _files() -> str:
    return reverse("files:file", args=[0, "x"]).removesuffix("0/x")


@lru_cache(maxsize=64)
def address(name: str) -> str:
    """A page that needs no number, by its name ("desk:list")."""
    return reverse(name)
