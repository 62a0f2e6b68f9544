"""The same steps on one ticket or on many: shown before they act, each ticket whole or not at all, undone in one go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, OlmoError
from olmo.people.models import Person
from olmo.people.queries import with_access
from olmo.tickets import undo
from olmo.tickets.collecting import Collection
from olmo.tickets.log import rehearsing
from olmo.tickets.models import Event, Ticket
from olmo.tickets.queries import visible_to
from olmo.tickets.sentences import planned

from .models import Run
from .steps import Steps, apply, is_told_to_many

MOST = 1000
AT_ONCE = 25  # more are done by a job, with progress
BATCH = 25
LIFE, UNFINISHED = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Effect:
    """What steps do (or did) to one ticket. state: "done", "same" (nothing changes), "refused"; words: what or why."""

    number: int
    subject: str
    state: str
    words: list[str]


def preview(tickets: Iterable[Ticket], *, by: Person, steps: Steps) -> list[Effect]:
    """What the steps would do to each of these tickets. Nothing is written, nobody is told."""
    tried = [_rehearsed(ticket, by, steps) for ticket in tickets]
    words = iter(planned([event for _effect, events in tried for event in events]))
    return [replace(effect, words=[next(words) for _event in events]) if events else effect for effect, events in tried]


def begin(tickets: list[tuple[int, int]], *, by: Person, steps: Steps, label: str) -> Run:
    """Carry out the steps on these tickets (id, version that was shown): a few at once, many by a job.

    Raises Invalid (nothing chosen, nothing to change, more than a thousand).
    """
    if not steps:
        raise Invalid("steps", _("Choose what is to change."))
    if not tickets:
        raise Invalid("tickets", _("Choose some tickets first."))
    if len(tickets) > MOST:
        raise Invalid("tickets", _("At most %(most)d tickets at once.") % {"most": MOST})
    if len(tickets) > AT_ONCE:
        return later(tickets, by=by, steps=steps, label=label)
    run = _made(tickets, by, steps, label)
    proceed(run)
    return run


def later(
    tickets: Sequence[tuple[int, int | None]], *, by: Person, steps: Steps, label: str, line: str = ""
) -> Run:  # fmt: skip
    """Let a job carry out the steps on these tickets (id, version that was shown; None: whatever changed since), however many.

    line: runs of one line go one after the other.
    """
    run = _made(tickets, by, steps, label)
    wake(run, line)
    return run


def _made(tickets: Sequence[tuple[int, int | None]], by: Person, steps: Steps, label: str) -> Run:
    return Run.objects.create(by=by, steps=dict(steps), tickets=tickets, label=label[:200], made_at=clock.now())


def try_out(tickets: list[tuple[int, int]], *, by: Person, steps: Steps) -> Run:
    """Let a job count what would become of these tickets; a former trial of the same person ends."""
    with transaction.atomic():
        Run.objects.filter(by=by, is_trial=True).delete()
        run = Run.objects.create(by=by, steps=dict(steps), tickets=tickets, is_trial=True, made_at=clock.now())
        wake(run)
    return run


def wake(run: Run, line: str = "") -> None:
    """Queue the job that goes on with a run; it commits with the caller's transaction."""
    app.configure_task(
        "olmo.automation.jobs.go_on", queue="automation", lock=line or f"run-{run.pk}", allow_unknown=True
    ).defer(run_id=run.pk)


def proceed(run: Run) -> None:
    """The next batch of a run, in one transaction; each ticket of it succeeds or is refused for itself."""
    with transaction.atomic(), override(run.by.language):
        run.refresh_from_db()
        run.by = with_access(run.by_id) or run.by
        start = len(run.results)
        if run.undoable is not None and undo.was_undone(run.undoable):
            run.results += _left(run, [pk for pk, _seen in run.tickets[start:]])
            start = len(run.results)
        for pk, seen in run.tickets[start : start + BATCH]:
            run.results.append(_tried(run, pk) if run.is_trial else _carried_out(run, pk, seen))
        if len(run.results) >= len(run.tickets):
            run.finished_at = clock.now()
        run.save(update_fields=["results", "finished_at", "undoable"])


def forget_old() -> int:
    """Drop runs of yesterday with the words in them; one that is not over may yet go on for a week. Returns how many."""
    now, is_over = clock.now(), Q(finished_at__isnull=False) | Q(is_trial=True)
    old = Q(made_at__lte=now - UNFINISHED) | Q(is_over, made_at__lte=now - LIFE)
    return Run.objects.filter(old).delete()[1].get("automation.Run", 0)


def _carried_out(run: Run, pk: int, seen: int | None) -> list[object]:
    """One ticket of a run: [number, subject's ticket id, state, words]."""
    ticket = visible_to(run.by).filter(pk=pk).first()
    if ticket is None:
        return [0, pk, "refused", [_("You may no longer see this ticket.")]]
    collection = Collection()
    try:
        with transaction.atomic(), undo.collecting_into(collection):
            apply(ticket, by=run.by, steps=run.steps, seen=seen)
    except OlmoError as refusal:
        return [ticket.number, pk, "refused", [str(refusal.message)]]
    if not collection.pieces:
        return [ticket.number, pk, "same", []]
    if not collection.is_final and not is_told_to_many(run.steps):
        _remember(run, collection)
    return [ticket.number, pk, "done", []]


def _left(run: Run, ids: list[int]) -> list[list[object]]:
    """The tickets of a run that was undone before it came to them."""
    numbers = dict(visible_to(run.by).filter(pk__in=ids).values_list("pk", "number"))
    return [[numbers.get(pk, 0), pk, "refused", [_("It was undone before it came to this ticket.")]] for pk in ids]


def _tried(run: Run, pk: int) -> list[object]:
    """One ticket of a trial, in the same form."""
    ticket = visible_to(run.by).filter(pk=pk).first()
    if ticket is None:
        return [0, pk, "refused", [_("You may no longer see this ticket.")]]
    effect, _events = _rehearsed(ticket, run.by, run.steps)
    return [ticket.number, pk, effect.state, effect.words]


def _remember(run: Run, collection: Collection) -> None:
    if run.undoable is None:
        run.undoable = undo.keep(run.by, run.label, [])
    undo.add(run.undoable, collection.pieces)


def _rehearsed(ticket: Ticket, by: Person, steps: Steps) -> tuple[Effect, list[Event]]:
    """What becomes of one ticket, and the events that would say so."""
    number, subject, version = ticket.number, ticket.subject, ticket.version
    try:
        with rehearsing() as events:
            apply(ticket, by=by, steps=steps)
    except OlmoError as refusal:
        return Effect(number, subject, "refused", [str(refusal.message)]), []
    ours = [event for event in events if event.ticket_id == ticket.pk and event.seq > version]
    return Effect(number, subject, "done" if ours else "same", []), ours
