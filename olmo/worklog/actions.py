"""Verbs of the worklog. Each checks that the author may work on the ticket, and leaves a line in the trail of the entry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.text import clean_line
from olmo.people.models import Person
from olmo.tickets import policy
from olmo.tickets.models import Message, Ticket

from . import queries
from .models import DAY_MINUTES, Activity, Correction, Entry, Timer

MOST_PAST_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class Work:
    """What an entry says. is_billable None: as the activity is. began_at: when a timer or a call began."""

    minutes: int
    day: date
    activity: Activity | None = None
    is_billable: bool | None = None
    note: str = ""
    began_at: datetime | None = None
    message: Message | None = None


def today(person: Person) -> date:
    """The day that it is for this person."""
    return clock.now().astimezone(ZoneInfo(person.time_zone)).date()


@transaction.atomic
def log_work(ticket: Ticket, work: Work, *, by: Person) -> Entry:
    """Enter minutes of `by` on a ticket, rounded up by the rule.

    Raises NotFound, NotAllowed, Invalid (minutes, day, activity).
    """
    policy.require_work(by, ticket)
    work = _checked(work, by)
    entry = Entry.objects.create(
        client_id=ticket.client_id, ticket=ticket, person=by, message=work.message, activity=work.activity, day=work.day,
        began_at=work.began_at, minutes=work.minutes, is_billable=bool(work.is_billable), note=work.note, created_at=clock.now(),
    )  # fmt: skip
    _trace(entry, by, {name: [None, value] for name, value in _state(entry).items()})
    return entry


@transaction.atomic
def correct(entry: Entry, work: Work, *, by: Person, seen: int | None = None) -> Entry:
    """Change an entry; what it said before stays in its trail. seen: the version on the author's page.

    Raises NotFound, NotAllowed (another's, and not an administrator), Conflict (removed, or changed meanwhile), Invalid.
    """
    entry = _own(entry, by, seen)
    before, note = _state(entry), entry.note
    work = _checked(work, by, present=entry.activity_id)
    entry.day, entry.minutes, entry.activity = work.day, work.minutes, work.activity
    entry.is_billable, entry.note = bool(work.is_billable), work.note
    _save(entry, by, before, is_noted=note != entry.note)
    return entry


@transaction.atomic
def remove(entry: Entry, *, by: Person, seen: int | None = None) -> Entry:
    """Take an entry out of all totals; it stays in the record, without its note. Raises as `correct` does."""
    entry = _own(entry, by, seen)
    entry.removed_at, entry.note = clock.now(), ""
    entry.version += 1
    entry.save(update_fields=["removed_at", "note", "version"])
    _trace(entry, by, {"removed": [False, True]})
    return entry


@transaction.atomic
def start_timer(
    ticket: Ticket, *, by: Person, activity: Activity | None = None, began_at: datetime | None = None
) -> Timer:
    """Start the timer of `by` on a ticket. One that runs on another ticket is stopped first and becomes an entry there.

    began_at: when the work began, at most a day ago (a call that was taken before its ticket). Raises NotFound, NotAllowed.
    """
    policy.require_work(by, ticket)
    running = _locked(by)
    if running is not None and running.ticket_id == ticket.pk:
        return _run(running)
    if running is not None:
        _end(running, by)
    began = max(began_at or clock.now(), clock.now() - timedelta(days=1))
    return Timer.objects.create(
        person=by, client_id=ticket.client_id, ticket=ticket, began_at=began, started_at=began, activity=activity
    )


@transaction.atomic
def pause_timer(*, by: Person) -> Timer:
    """Let the timer stand still. Raises Conflict (there is none)."""
    timer = _required(by)
    timer.seconds, timer.started_at = queries.seconds_of(timer), None
    timer.save(update_fields=["seconds", "started_at"])
    return timer


@transaction.atomic
def resume_timer(*, by: Person) -> Timer:
    """Let a paused timer go on. Raises Conflict (there is none)."""
    return _run(_required(by))


@transaction.atomic
def stop_timer(*, by: Person, work: Mapping[str, Any] | None = None) -> Entry | None:
    """Stop the timer and make it an entry of its minutes. work: fields of `Work` that say it better (minutes, activity, note).

    Returns None for a timer that was stopped within its first 10 seconds (a slip). Raises Conflict (there is none), Invalid.
    """
    return _end(_required(by), by, **(work or {}))


@transaction.atomic
def discard_timer(*, by: Person) -> None:
    """Throw the timer away: nothing is entered. Raises Conflict (there is none)."""
    _required(by).delete()


SLIP_SECONDS = 10


def _end(timer: Timer, by: Person, **said: Any) -> Entry | None:
    seconds = queries.seconds_of(timer)
    timer.delete()
    if seconds < SLIP_SECONDS and not said.get("minutes"):
        return None
    minutes = min(-(-seconds // 60), DAY_MINUTES)
    day = timer.began_at.astimezone(ZoneInfo(by.time_zone)).date()
    work = Work(minutes=minutes or 1, day=day, activity=timer.activity, began_at=timer.began_at)
    return log_work(timer.ticket, replace(work, **said), by=by)


def _run(timer: Timer) -> Timer:
    if timer.started_at is None:
        timer.started_at = clock.now()
        timer.save(update_fields=["started_at"])
    return timer


def _locked(by: Person) -> Timer | None:
    """The timer of an agent; the agent's row is locked first, so that two tabs cannot start two."""
    Person.objects.select_for_update(of=("self",)).filter(pk=by.pk).values_list("pk").first()
    return Timer.objects.select_related("ticket", "activity").filter(person=by).first()


def _required(by: Person) -> Timer:
    timer = _locked(by)
    if timer is None:
        raise Conflict(_("No timer is running any more."))
    return timer


def _own(entry: Entry, by: Person, seen: int | None) -> Entry:
    """The entry, locked and as it is now."""
    found = (
        Entry.objects.select_for_update(of=("self",)).select_related("ticket", "activity").filter(pk=entry.pk).first()
    )
    if found is None:
        raise NotFound
    policy.require_work(by, found.ticket)
    if found.person_id != by.pk and not by.is_administrator:
        raise NotAllowed(_("Only whoever did the work, or an administrator, may change it."))
    if found.removed_at is not None:
        raise Conflict(_("This entry was removed."))
    if seen is not None and seen != found.version:
        raise Conflict(_("This entry was changed in the meantime. Nothing was overwritten; please look again."))
    return found


def _checked(work: Work, by: Person, *, present: int | None = None) -> Work:
    if not 1 <= work.minutes <= DAY_MINUTES:
        raise Invalid(
            "minutes", _("Minutes go from 1 to %(most)d; longer work is entered for each day.") % {"most": DAY_MINUTES}
        )
    now = today(by)
    if work.day > now:
        raise Invalid("day", _("This day has not come yet."))
    if work.day < now - timedelta(days=MOST_PAST_DAYS):
        raise Invalid("day", _("This day is more than a year ago."))
    if work.activity is not None and not work.activity.is_active and work.activity.pk != present:
        raise Invalid("activity", _("This activity is not in use any more."))
    billable = work.is_billable
    if billable is None:
        billable = work.activity.is_billable if work.activity else True
    rounded = min(queries.rounded(work.minutes), DAY_MINUTES)
    return replace(work, minutes=rounded, is_billable=billable, note=clean_line(work.note, 500))


def _state(entry: Entry) -> dict[str, Any]:
    """What is tracked of an entry, in JSON types."""
    return {
        "day": entry.day.isoformat(), "minutes": entry.minutes, "activity": entry.activity.name if entry.activity else "",
        "is_billable": entry.is_billable,
    }  # fmt: skip


def _save(entry: Entry, by: Person, before: dict[str, Any], *, is_noted: bool) -> None:
    after = _state(entry)
    change = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if is_noted:
        change["note"] = ["…", "…" if entry.note else ""]
    if not change:
        return
    entry.version += 1
    entry.save(update_fields=["day", "minutes", "activity", "is_billable", "note", "version"])
    _trace(entry, by, change)


def _trace(entry: Entry, by: Person, change: dict[str, Any]) -> None:
    Correction.objects.create(entry=entry, by=by, at=clock.now(), change=change)
