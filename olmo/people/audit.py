"""The change log of administration: who changed which setting, when, from what to what. Append-only, kept by the database."""

from typing import Any

from olmo.kernel import clock
from olmo.kernel.errors import NotAllowed

from .models import AuditLine, Person


def record(by: Person, subject: str, change: dict[str, Any]) -> AuditLine:
    """Write one line. subject: what was changed ("team: Network"); change: {field: [before, after]}, no secrets.

    Called in the transaction of the change itself. Raises NotAllowed when the author is no administrator.
    """
    if not by.is_administrator:
        raise NotAllowed
    return AuditLine.objects.create(by=by, at=clock.now(), subject=subject[:200], change=change)


def exported(by: Person, subject: str, change: dict[str, Any]) -> AuditLine:
    """Write that somebody took data out of the desk as a file. subject: which data; change: how many rows, and as what.

    Whoever may see a list may take it out: the line is for those who ask later. Raises NotAllowed for all but agents.
    """
    if not by.is_agent:
        raise NotAllowed
    return AuditLine.objects.create(by=by, at=clock.now(), subject=f"export: {subject}"[:200], change=change)


def arranged(by: Person, subject: str, change: dict[str, Any]) -> AuditLine:
    """Write that an agent arranged work: their own, or that of a team that they lead (the verb has checked which).

    subject: whose ("shifts: Alma Ferri"). Raises NotAllowed for all but agents.
    """
    if not by.is_agent:
        raise NotAllowed
    return AuditLine.objects.create(by=by, at=clock.now(), subject=subject[:200], change=change)


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What differs between two states of a thing, as {field: [before, after]}, in JSON types."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {key: [_plain(before.get(key)), _plain(after[key])] for key in keys}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
