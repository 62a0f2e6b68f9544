"""Which host names this Olmo answers to: those of its settings, and those of organisations. Any other is refused (400)."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.db import DatabaseError, transaction

from olmo.kernel import config

KEPT_SECONDS, AGAIN_SECONDS = 30, 1
_seen: tuple[float, frozenset[str]] = (0.0, frozenset())


class AllowedHosts(list[str]):
    """Django's ALLOWED_HOSTS, with the host names of organisations."""

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        yield from known()


def known() -> frozenset[str]:
    """The host names of organisations, as this process saw them within the last half minute.

    While the database does not answer, those that it knew: such a name is answered that we are busy, not that it is wrong.
    """
    global _seen  # noqa: PLW0603  (one answer for the whole process)
    if time.monotonic() > _seen[0]:
        found = _read()
        kept = AGAIN_SECONDS if found is None else KEPT_SECONDS
        _seen = time.monotonic() + kept, _seen[1] if found is None else found
    return _seen[1]


def forget() -> None:
    """Read them anew at the next question."""
    global _seen  # noqa: PLW0603
    _seen = (0.0, frozenset())


def name_of(host: str) -> str:
    """The name of a request's host, without a port."""
    return (host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host).lower()


def own() -> set[str]:
    """The host names of the settings."""
    given = config.current()
    return {*given.allowed_hosts, urlsplit(given.base_url).hostname or ""}


def _read() -> frozenset[str] | None:
    """None: it cannot be known now."""
    from django.apps import apps

    if not apps.ready:
        return None
    try:
        with transaction.atomic():
            found = apps.get_model("tenancy", "Brand").objects.exclude(host="").filter(client__is_active=True)
            return frozenset(found.values_list("host", flat=True))
    except (DatabaseError, RuntimeError):  # no database (yet)
        return None
