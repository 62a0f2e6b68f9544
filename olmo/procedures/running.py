"""Running a procedure on a ticket: begin, do one step after the other, interrupt, go on, stop. Each is logged on the ticket."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean, clean_line
from olmo.people.models import Person
from olmo.tickets import policy
from olmo.tickets.changes import (
    ProcedureEnded,
    ProcedurePaused,
    ProcedureResumed,
    ProcedureStarted,
    ProcedureStepped,
)
from olmo.tickets.log import Log, changing
from olmo.tickets.models import Ticket

from . import queries
from .models import UNDER_WAY, Entry, Procedure, Run, State
from .steps import STOP, Record, Step

MOST_ENTRIES, LONGEST = 200, 2000


def start(ticket: Ticket, procedure: Procedure, *, by: Person) -> Run:
    """Begin at the first step, by the text that is published now, in the agent's language where there is one.

    Raises NotFound, NotAllowed, Invalid (nothing is published, or it has no steps), Conflict (it is under way here; ticket done).
    """
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        found = queries.procedure(by, procedure.pk)
        version = queries.shown(found, by.language)
        if version is None or found.article.state == "retired" or not queries.steps_of(version):
            raise Invalid("procedure", _("Nothing of this procedure is published."))
        if ticket.is_done:
            raise Conflict(_("This ticket is done; reopen it first."))
        if Run.objects.filter(ticket=ticket, procedure=found, state__in=UNDER_WAY).exists():
            raise Conflict(_("“%(title)s” is under way on this ticket already.") % {"title": version.title})
        now = clock.now()
        run = Run.objects.create(
            client_id=ticket.client_id, ticket=ticket, procedure=found, version=version, by=by, began_at=now, since=now
        )
        log.record(ProcedureStarted(run=run.pk, title=version.title))
    return run


def do(run: Run, step: int, *, by: Person, is_ok: bool = True, value: str = "", note: str = "") -> Run:
    """Do the step that the run is at. is_ok: it went as expected. value: what is to be recorded; note: what else to remember.

    Raises NotFound, NotAllowed, Invalid ("value": missing, or not of its kind), Conflict: over, interrupted, or somebody did this
    step already (named).
    """
    with _at_work(run, by) as (log, row):
        listed = queries.steps_of(row.version)
        _require_at(row, step)
        kept = _checked(listed[step - 1], value)
        seconds = row.spent + round((clock.now() - (row.since or clock.now())).total_seconds())
        Entry.objects.create(
            run=row, client_id=row.client_id, step=step, title=listed[step - 1].title, by=by, at=clock.now(),
            seconds=max(seconds, 0), is_ok=is_ok, value=kept, note=clean(note, LONGEST).strip(),
        )  # fmt: skip
        log.record(ProcedureStepped(run=row.pk, title=row.version.title, step=step, is_ok=is_ok))
        _go_on(log, row, listed, is_ok=is_ok)
        row.save()
    return row


def pause(run: Run, *, by: Person) -> Run:
    """Interrupt it: its time stops until somebody, whoever it is, goes on. Raises NotFound, NotAllowed, Conflict."""
    with _at_work(run, by) as (log, row):
        if row.state != State.RUNNING:
            raise Conflict(_("It is interrupted already."))
        row.spent += round((clock.now() - (row.since or clock.now())).total_seconds())
        row.state, row.since = State.PAUSED, None
        row.save()
        log.record(ProcedurePaused(run=row.pk, title=row.version.title, step=row.current))
    return row


def resume(run: Run, *, by: Person) -> Run:
    """Go on where it was interrupted. Raises NotFound, NotAllowed, Conflict (it is under way, or over)."""
    with _at_work(run, by) as (log, row):
        if row.state != State.PAUSED:
            raise Conflict(_("It is under way already."))
        row.state, row.since = State.RUNNING, clock.now()
        row.save()
        log.record(ProcedureResumed(run=row.pk, title=row.version.title, step=row.current))
    return row


def stop(run: Run, *, by: Person, reason: str) -> Run:
    """Give it up, with the reason. Raises NotFound, NotAllowed, Conflict (over), Invalid (no reason)."""
    said = clean_line(reason, 500)
    if not said:
        raise Invalid("reason", _("Say why."))
    with _at_work(run, by) as (log, row):
        _end(log, row, State.STOPPED, said)
        row.save()
    return row


def stop_all(ticket: Ticket, *, by: Person) -> None:
    """The ticket is over, and what is under way on it with it."""
    with override(settings.LANGUAGE_CODE):
        reason = _("The ticket is over.")
    for run in Run.objects.filter(ticket=ticket, state__in=UNDER_WAY).select_related("ticket"):
        stop(run, by=by, reason=reason)


@contextmanager
def _at_work(run: Run, by: Person) -> Iterator[tuple[Log, Run]]:
    """The open log of the run's ticket, and the run as it is now, not over. Raises NotFound, NotAllowed, Conflict."""
    with changing(run.ticket, by=by) as log:
        policy.require_work(by, log.ticket)
        row = Run.objects.select_related("version", "ended_by").filter(pk=run.pk).first()
        if row is None:
            raise NotFound
        if not row.is_under_way:
            words = {"name": row.ended_by.name if row.ended_by else "Olmo"}
            raise Conflict(_("It is over: %(name)s ended it.") % words)
        row.ticket = log.ticket
        yield log, row


def _require_at(row: Run, step: int) -> None:
    if row.state == State.PAUSED:
        raise Conflict(_("It is interrupted; go on with it first."))
    if step == row.current:
        return
    done = Entry.objects.filter(run=row, step=step).select_related("by").last()
    if done is None:
        raise NotFound
    raise Conflict(_("%(name)s did step %(step)d already.") % {"name": done.by.name, "step": step})


def _checked(step: Step, value: str) -> str:
    """What is recorded, as it is kept. Raises Invalid."""
    if step.record == Record.NOTHING:
        return ""
    said = clean(value, LONGEST).strip()
    if not said:
        raise Invalid("value", _("Write down: %(label)s.") % {"label": step.label or step.title})
    if step.record == Record.NUMBER:
        try:
            float(said.replace(",", "."))
        except ValueError as error:
            raise Invalid("value", _("“%(value)s” is not a number.") % {"value": said[:60]}) from error
    known = {Record.CHOICE: step.choices, Record.YES_NO: ("yes", "no")}.get(step.record)
    if known is not None and said not in known:
        raise Invalid("value", _("“%(value)s” is not one of the choices.") % {"value": said[:60]})
    return said


def _go_on(log: Log, row: Run, listed: list[Step], *, is_ok: bool) -> None:
    """To the next step, to the one for what was not expected, or to the end."""
    following = row.current + 1 if is_ok else listed[row.current - 1].otherwise
    if not is_ok and (following == STOP or following > len(listed)):
        _end(log, row, State.FAILED)
    elif following > len(listed):
        _end(log, row, State.DONE)
    elif Entry.objects.filter(run=row).count() >= MOST_ENTRIES:
        _end(log, row, State.FAILED, _("It went round too often."))
    else:
        row.current, row.since, row.spent = following, clock.now(), 0


def _end(log: Log, row: Run, state: State, reason: str = "") -> None:
    row.state, row.since, row.ended_at, row.ended_by, row.reason = state, None, clock.now(), log.by, reason
    log.record(ProcedureEnded(run=row.pk, title=row.version.title, outcome=state.value))
