"""Row-security scope: which clients' rows the database shows inside a block (see docs/architecture.md)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from olmo.kernel import prepared


class EveryClient:
    """The whole desk: for cross-client work, easy to find by its name."""


EVERY_CLIENT = EveryClient()
type Clients = Iterable[int] | EveryClient

_open: ContextVar[Clients | None] = ContextVar("scope", default=None)

_SET = "select set_config('olmo.clients', %s, true)"
_SET_EVERY = "select set_config('olmo.clients', array(select id from tenancy_client)::text, true)"


@contextmanager
def scope(clients: Clients) -> Iterator[None]:
    """Open one transaction in which only rows of `clients` (their ids) exist.

    The setting is local to the transaction, so a pooled connection never carries it to another request. Scopes nest: the
    inner one ends with its block. An exception rolls back everything done inside.
    """
    outer = _open.get()
    token = _open.set(clients)
    try:
        with transaction.atomic():
            _apply(clients)
            yield
            # A rollback brings the outer setting back by itself.
            if outer is not None and not connection.needs_rollback:
                _apply(outer)
    finally:
        _open.reset(token)


def narrow(clients: Clients) -> None:
    """Change the clients of the open scope until its block ends (a request learns who asks after it began)."""
    if _open.get() is None:
        raise RuntimeError("narrow() needs an open scope(...)")
    if clients is not _open.get():  # to every client from every client: nothing to ask
        _open.set(clients)
        _apply(clients)


def current() -> Clients | None:
    """The clients of the open scope, or None where none is open."""
    return _open.get()


def _apply(clients: Clients) -> None:
    with prepared.cursor() as cursor:
        if isinstance(clients, EveryClient):
            cursor.execute(_SET_EVERY)
        else:
            cursor.execute(_SET, ["{" + ",".join(str(int(c)) for c in clients) + "}"])
