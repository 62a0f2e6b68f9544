"""Working states: which a ticket may have, and how administrators keep them."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean_line
from olmo.kernel.validation import require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person

from .models import Status, Ticket, WorkingState

MOST_COUNTED = 1000  # counted one further, to tell "1000" from "more"
_USES = (
    "select w.id, (select count(*) from (select from tickets_ticket t where t.working_state_id = w.id limit %s) used)"
    " from tickets_workingstate w"
)


@dataclass(frozen=True, kw_only=True)
class StateSettings:
    """A working state. names: {language: name} where it differs from `name`; position: its place among its status's."""

    name: str
    names: dict[str, str]
    status: str
    position: int = 0
    is_active: bool = True


def offered(status: str, present: int | None = None) -> list[WorkingState]:
    """The working states that a ticket of this status may get; the present one stays among them when it is switched off."""
    return [one for one in WorkingState.objects.filter(status=status) if one.is_active or one.pk == present]


def in_order(*, only_active: bool = False) -> list[WorkingState]:
    """All of them, in the order of their statuses and places."""
    known = WorkingState.objects.filter(is_active=True) if only_active else WorkingState.objects.all()
    return sorted(known, key=lambda one: (Status.values.index(one.status), one.position, str(one).casefold()))


def still_of(status: str, pk: int | None) -> int | None:
    """A former working state, when it still belongs to this status; else none."""
    return pk if pk and WorkingState.objects.filter(pk=pk, status=status).exists() else None


def checked(pk: int, status: str) -> int:
    """A working state that a ticket of this status may get. It stays what it is until the transaction ends.

    Raises Invalid("working_state"): switched off, of another status, or no longer there.
    """
    found = WorkingState.objects.raw("select * from tickets_workingstate where id = %s for share", [pk])
    state = next(iter(found), None)
    if state is None:
        raise Invalid("working_state", _("What was chosen is no longer there."))
    if not state.is_active:
        raise Invalid("working_state", _("“%(name)s” is no longer in use.") % {"name": state})
    if state.status != status:
        words = {"name": state, "of": Status(state.status).label, "now": Status(status).label}
        raise Invalid("working_state", _("“%(name)s” is for tickets that are “%(of)s”; this one is “%(now)s”.") % words)
    return state.pk


@transaction.atomic
def save(state: WorkingState | None, settings: StateSettings, *, by: Person, seen: str = "") -> WorkingState:
    """Change a working state, or make one.

    Raises NotAllowed, Conflict (changed meanwhile), Invalid: no name; a name that its status has; another status while
    tickets have it.
    """
    people.require_administrator(by)
    state = WorkingState.objects.select_for_update().get(pk=state.pk) if state else WorkingState()
    before = state_of(state)
    people.require_unchanged(before, seen)
    if state.pk and settings.status != state.status:
        _require_unused(state)
    state.name = clean_line(settings.name, 60)
    state.names = {language: clean_line(name, 60) for language, name in settings.names.items() if name.strip()}
    state.status, state.position, state.is_active = settings.status, settings.position, settings.is_active
    require_valid(state)
    if WorkingState.objects.filter(status=state.status, name__iexact=state.name).exclude(pk=state.pk).exists():
        raise Invalid("name", _("This status has a working state of this name."))
    state.save()
    people.record(by, f"working state: {state.name}", before, state_of(state))
    return state


@transaction.atomic
def remove(state: WorkingState, *, by: Person) -> None:
    """Remove a working state that no ticket has; logs that name it say that it is no longer there.

    Raises NotAllowed, Conflict (tickets have it: it can be switched off).
    """
    people.require_administrator(by)
    state = WorkingState.objects.select_for_update().get(pk=state.pk)
    if uses_of(state):
        raise Conflict(_("Tickets have this working state, so it stays. Switch it off instead."))
    audit.record(by, f"working state: {state.name}", {name: [value, None] for name, value in state_of(state).items()})
    state.delete()


def uses() -> dict[int, int]:
    """How many tickets have each working state, counted up to 1,001: {id: count}."""
    with connection.cursor() as cursor:
        cursor.execute(_USES, [MOST_COUNTED + 1])
        return dict(cursor.fetchall())


def uses_of(state: WorkingState) -> int:
    """How many tickets have it, counted up to 1,001."""
    return Ticket.objects.filter(working_state=state)[: MOST_COUNTED + 1].count()


def state_of(state: WorkingState) -> dict[str, Any]:
    """What is set, for the change log; nothing for one that is not there yet."""
    if not state.pk:
        return {}
    names = ("name", "status", "position", "is_active")
    return {**{name: getattr(state, name) for name in names}, "names": dict(state.names)}


def _require_unused(state: WorkingState) -> None:
    count = uses_of(state)
    if count:
        shown = f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
        words = _(
            "Tickets have it (%(count)s), so it stays with its status. Give those another one first, or make a new one."
        )
        raise Invalid("status", words % {"count": shown})
