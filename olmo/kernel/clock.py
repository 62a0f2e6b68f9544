"""The one source of "now". Tests, the demo and importers live in another moment by `at(...)`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present instant, in UTC, or the one that an enclosing `at` names."""
    return _moment.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let everything inside happen at `moment` (aware)."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
