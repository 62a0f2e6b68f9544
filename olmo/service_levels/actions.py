"""Verbs of service levels: agree, amend, sweep, waive."""

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from olmo.catalogue.models import Service
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.kernel.text import clean_line
from olmo.people import administration, audit
from olmo.people.actions import robot
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.changes import Breached, Rejudged, Waived
from olmo.tickets.log import changing
from olmo.tickets.models import ACTIVE, Category, Event, Supplier, Ticket
from olmo.tickets.policy import require_work

from . import calendars, clocks
from .engine import case
from .engine.clock import Clock as Told
from .engine.terms import Version
from .engine.working_time import Calendar as WorkingCalendar
from .engine.working_time import Union
from .models import Agreement, AgreementKind, Calendar, Clock, Terms, Waiver
from .promises import Governing, governing, of_content, working_calendar

BATCH = 200


def set_calendar(
    name: str, content: dict[str, Any], *, by: Person, instead_of: Calendar | None = None, seen: str = ""
) -> Calendar:
    """Keep a calendar. content: zone, hours, holidays, exceptions, as in a case, or a union of such.

    instead_of: the calendar that is changed. One that terms or a union use stays as it is: under another name a new one is made,
    under its own it is a conflict, since it would change what was promised without an amendment.
    Raises NotAllowed, Invalid (names the field; nothing would ever count), Conflict.
    """
    name = clean_line(name, 80)
    if not name:
        raise Invalid("name", _("A calendar needs a name."))
    _require_hours(content, name)
    with transaction.atomic():
        administration.require_administrator(by)
        kept = _kept_calendar(name, instead_of, seen)
        if kept is not None and (kept.name, kept.content) == (name, content):
            return kept
        users = calendars.used_by(kept.name) if kept is not None else []
        if users and kept is not None and kept.name == name:
            words = {"name": name, "users": ", ".join(users[:3])}
            refusal = _(
                "%(users)s counts by the calendar %(name)s. Give the new hours another name, and amend the terms."
            )
            raise Conflict(refusal % words)
        made = kept if kept is not None and not users else Calendar()
        before = {"name": made.name or None, "content": made.content}
        made.name, made.content = name, content
        made.save()
        audit.record(by, f"calendar: {name}", audit.difference(before, {"name": name, "content": content}))
        return made


def _require_hours(content: dict[str, Any], name: str) -> None:
    try:
        read = working_calendar(json.dumps(content), name)
    except case.BadCase as problem:
        raise Invalid("content", str(problem)) from None
    parts = read.parts if isinstance(read, Union) else (read,)
    if not any(any(p.weekly) or any(p.days.values()) for p in parts if isinstance(p, WorkingCalendar)):
        raise Invalid("hours", _("A calendar without hours would never let a clock run."))


def _kept_calendar(name: str, instead_of: Calendar | None, seen: str) -> Calendar | None:
    """The calendar that is changed, locked. Raises Invalid (another one has the name), Conflict (it changed meanwhile)."""
    same = Calendar.objects.select_for_update().filter(name=name).first()
    if instead_of is None:
        return same
    kept = Calendar.objects.select_for_update().get(pk=instead_of.pk)
    administration.require_unchanged({"name": kept.name, "content": kept.content}, seen)
    if same is not None and same.pk != kept.pk:
        raise Invalid("name", _("Another calendar has this name."))
    return kept


def remove_calendar(calendar: Calendar, *, by: Person) -> None:
    """Remove a calendar that nothing uses. Raises NotAllowed, Conflict."""
    with transaction.atomic():
        administration.require_administrator(by)
        kept = Calendar.objects.select_for_update().get(pk=calendar.pk)
        if users := calendars.used_by(kept.name):
            raise Conflict(_("%(users)s counts by this calendar.") % {"users": ", ".join(users[:3])})
        audit.record(by, f"calendar: {kept.name}", {"content": [kept.content, None]})
        kept.delete()


def agree(
    name: str, *, by: Person, client: Client | None, category: Category | None = None, ticket_kind: str = "",
    service: Service | None = None, kind: str = AgreementKind.SERVICE_LEVEL,
    team: Team | None = None, supplier: Supplier | None = None,
) -> Agreement:  # fmt: skip
    """Make an agreement, still without terms. An operational one is with a team, an underpinning contract with a supplier.

    Raises NotAllowed, Invalid (names the field), Conflict (there is one for the same tickets).
    """
    if not name.strip():
        raise Invalid("name", _("An agreement needs a name."))
    _require_party(kind, team, supplier)
    _require_alive(client=client, service=service, category=category, team=team, supplier=supplier)
    try:
        with transaction.atomic():
            administration.require_administrator(by)
            made = Agreement.objects.create(
                name=name,
                kind=kind,
                client=client,
                service=service,
                category=category,
                ticket_kind=ticket_kind,
                team=team,
                supplier=supplier,
            )
    except IntegrityError:
        raise Conflict(_("There is an agreement for the same tickets already.")) from None
    audit.record(
        by,
        f"agreement: {name}",
        {
            "client": [None, client.name if client else None],
            "kind": [None, kind],
            **({"service": [None, service.key]} if service else {}),
            **({"team": [None, team.name]} if team else {}),
            **({"supplier": [None, supplier.name]} if supplier else {}),
        },
    )
    return made


def _require_party(kind: str, team: Team | None, supplier: Supplier | None) -> None:
    """The other side of an agreement: its kind decides which."""
    if (kind == AgreementKind.OPERATIONAL) != (team is not None):
        raise Invalid("team", _("An operational level agreement, and only that, is with a team."))
    if (kind == AgreementKind.UNDERPINNING) != (supplier is not None):
        raise Invalid("supplier", _("An underpinning contract, and only that, is with a supplier."))


def _require_alive(**parts: Client | Service | Category | Team | Supplier | None) -> None:
    """Nothing is agreed about what was removed or switched off."""
    for field, part in parts.items():
        if part is not None and not part.is_active:
            raise Invalid(field, _("%(name)s was removed or switched off.") % {"name": str(part)})


def amend(
    agreement: Agreement, content: dict[str, Any], *, by: Person, version: str, valid_from: datetime,
    valid_to: datetime | None = None, reason: str = "", is_for_running: bool = False,
) -> Terms:  # fmt: skip
    """Bring a version of the terms into force from an instant on; the version before it ends there.

    Tickets are judged again only where the new terms say so: those opened under them, and open ones when `is_for_running`. An
    instant in the past makes it a correction, and its verdicts are recorded beside the old ones.
    Raises Invalid (names the field; terms that were known before change for a reason), Conflict (another version begins within
    that time).
    """
    checked(content, version, valid_from, valid_to, is_for_running)
    with transaction.atomic():
        administration.require_administrator(by)
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        if not reason.strip() and Terms.objects.filter(agreement=agreement).exists():
            raise Invalid("reason", _("Tell why the terms change; the history shows it."))
        _end_before(agreement, valid_from)
        try:
            with transaction.atomic():
                made = Terms.objects.create(
                    agreement=agreement, version=version, valid_from=valid_from, valid_to=valid_to, content=content,
                    is_for_running=is_for_running, reason=reason, by=by, recorded_at=clock.now(),
                )  # fmt: skip
        except IntegrityError:
            raise Conflict(_("Another version is in force within that time.")) from None
        audit.record(
            by,
            f"terms: {agreement.name} {version}",
            {"valid_from": [None, valid_from.isoformat()], "reason": ["", reason]},
        )
        if is_for_running or valid_from <= clock.now():  # else nothing that is there already comes under it
            rejudge(agreement, since=valid_from)
        return made


def checked(
    content: dict[str, Any], version: str, valid_from: datetime, valid_to: datetime | None, is_for_running: bool
) -> Version:
    """Terms as the engine reads them. Raises Invalid (names the field)."""
    if not version.strip():
        raise Invalid("version", _("A version needs a name."))
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid("valid_to", _("Terms must end after they begin."))
    known = {c.name: working_calendar(json.dumps(c.content), c.name) for c in Calendar.objects.all()}
    try:
        return of_content(content, version, int(valid_from.timestamp()), None, is_for_running, known)
    except case.BadCase as problem:
        raise Invalid("content", str(problem)) from None


def _end_before(agreement: Agreement, at: datetime) -> None:
    """End the version in force at an instant: its row stays as it was known, another says when it ended."""
    running = Terms.objects.filter(agreement=agreement, superseded_at=None, valid_from__lt=at)
    for row in running.filter(valid_to=None) | running.filter(valid_to__gt=at):
        Terms.objects.filter(pk=row.pk).update(superseded_at=clock.now())
        row.pk, row.valid_to, row.recorded_at = None, at, clock.now()
        row.save(force_insert=True)


def rejudge(agreement: Agreement, *, since: datetime) -> int:
    """Make the clocks of tickets anew after terms changed; returns how many verdicts that were recorded changed.

    Tickets that are open, and those opened since, some at a time; a verdict that was recorded stays in the log, and what is true
    now follows it.
    """
    tickets = Ticket.objects.filter(status__in=ACTIVE) | Ticket.objects.filter(opened_at__gte=since)
    if agreement.client_id is not None:
        tickets = tickets.filter(client_id=agreement.client_id)
    ids = list(tickets.order_by("pk").values_list("pk", flat=True))
    return sum(_judge_again(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))


def _judge_again(ids: list[int]) -> int:
    """Some tickets: their logs and terms are read at once, and only what was judged otherwise is written into a log."""
    tickets = list(Ticket.objects.filter(pk__in=ids).select_for_update(of=("self",)).order_by("pk"))
    logs = _logs(tickets)
    found, corrected = governing(_clients(logs)), 0
    made: dict[Ticket, list[Clock]] = {}
    for ticket in tickets:
        now = max(clocks.now(), logs[ticket.pk][-1].at)
        told = clocks.replayed(ticket, logs[ticket.pk], found, now)
        later = _correct(ticket, _otherwise(logs[ticket.pk], told, found), now)
        corrected += len(later)
        whole = [*logs[ticket.pk], *later]
        made[ticket] = clocks.rows_of(ticket, told, whole, found, max(now, whole[-1].at))
    clocks.store_all(made)
    return corrected


def _otherwise(events: list[Event], told: list[Told], found: Governing) -> list[Rejudged]:
    """The verdicts that the log tells and that are other ones now."""
    verdicts = _verdicts(events)
    return [
        Rejudged(breached_at=clocks.moment(each.breached_at), version=each.version.name, **clocks.named(each, found))
        for each in told
        if (key := clocks.key(each)) in verdicts and verdicts[key] != each.breached_at
    ]


def _correct(ticket: Ticket, changes: list[Rejudged], now: datetime) -> list[Event]:
    if not changes:
        return []
    with clock.at(now), changing(ticket, by=robot("Olmo"), is_held=True) as log:
        for change in changes:
            log.record(change)
    return log.events


def _logs(tickets: list[Ticket]) -> dict[int, list[Event]]:
    """The logs of these tickets, in one statement."""
    found: dict[int, list[Event]] = {ticket.pk: [] for ticket in tickets}
    for event in Event.objects.filter(ticket__in=tickets).order_by("ticket_id", "seq"):
        found[event.ticket_id].append(event)
    return found


def _clients(logs: dict[int, list[Event]]) -> set[int]:
    return {e.data["client"] for log in logs.values() for e in log if "client" in e.data}


def _verdicts(events: list[Event]) -> dict[clocks.Key, int | None]:
    """The last verdict that the log tells of each clock."""
    found: dict[clocks.Key, int | None] = {}
    for event in events:
        if event.kind in (Breached.kind, Rejudged.kind):
            broken = event.data.get("breached_at")
            found[clocks.of_data(event.data)] = int(datetime.fromisoformat(broken).timestamp()) if broken else None
    return found


def sweep(limit: int = BATCH) -> int:
    """Record every warning and breach that is due by now, the oldest first; returns how many tickets were looked at.

    Idempotent: what the log has told is not told again, whoever sweeps and however often. After an outage breaches are recorded
    in order, marked late, and warnings that a breach overtook are left out.
    """
    due = Clock.objects.filter(next_at__lte=clock.now()).order_by("next_at", "id")
    held = due.select_related("ticket").select_for_update(skip_locked=True, of=("ticket",))[:limit]
    tickets = list({row.ticket_id: row.ticket for row in held}.values())
    if not tickets:
        return 0
    logs = _logs(tickets)
    found = governing(_clients(logs))
    by = robot("Olmo")
    rows = [row for ticket in tickets for row in _record_due(ticket, logs[ticket.pk], found, by)]
    Clock.objects.filter(ticket__in=tickets).delete()
    Clock.objects.bulk_create(rows)
    return len(tickets)


def _record_due(ticket: Ticket, events: list[Event], found: Governing, by: Person) -> list[Clock]:
    """Record what is due of one locked ticket; returns its clocks as they are now. What they name as due stays as it was."""
    now = clocks.now()
    told = clocks.replayed(ticket, events, found, now)
    with clock.at(now), changing(ticket, by=by, is_held=True) as log:
        for change in clocks.due_changes(events, told, now, found):
            log.record(change)
    whole = [*events, *log.events]
    return clocks.rows_of(ticket, told, whole, found, max(now, whole[-1].at))


def waive(ticket: Ticket, metric: str, started_at: datetime, *, by: Person, reason: str, agreement: int = 0) -> Waiver:
    """Let a breach not count, for a reason. It stays a breach: both numbers are kept.

    agreement: the one beside the service levels that was broken; 0: the service level agreement.
    Raises NotAllowed (only who administers may), Invalid, Conflict (there is no such breach, or it is waived).
    """
    with changing(ticket, by=by) as log:
        require_work(by, ticket)
        if not by.is_administrator:
            raise NotAllowed
        if not reason.strip():
            raise Invalid("reason", _("Tell why this breach shall not count."))
        beside = Agreement.objects.exclude(kind=AgreementKind.SERVICE_LEVEL).filter(pk=agreement).first()
        broken = Clock.objects.filter(ticket=ticket, metric=metric, started_at=started_at, breached_at__isnull=False)
        of_it = broken.filter(agreement=agreement) if agreement else broken.filter(kind=AgreementKind.SERVICE_LEVEL)
        if not of_it.exists():
            raise Conflict(_("There is no such breach."))
        made, is_new = Waiver.objects.get_or_create(
            ticket=ticket, metric=metric, started_at=started_at, agreement=beside,
            defaults={"client_id": ticket.client_id, "reason": reason.strip(), "by": by, "at": clock.now()},
        )  # fmt: skip
        if not is_new:
            raise Conflict(_("This breach is waived already."))
        log.record(Waived(waiver=made.pk, **clocks.naming(metric, started_at, beside)))
        of_it.update(is_waived=True)
        clocks.name_next(ticket)
        return made
