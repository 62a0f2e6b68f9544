"""Verbs of service levels: agree, amend, sweep, waive."""

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.people import audit
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets.changes import Breached, Rejudged, Waived
from olmo.tickets.log import changing
from olmo.tickets.models import ACTIVE, Category, Event, Ticket
from olmo.tickets.policy import require_work

from . import clocks
from .engine import case
from .models import Agreement, AgreementKind, Calendar, Clock, Terms, Waiver
from .promises import Governing, governing, of_content, working_calendar

BATCH = 200


def set_calendar(name: str, content: dict[str, Any], *, by: Person) -> Calendar:
    """Keep a calendar. content: zone, hours, holidays, exceptions, as in a case.

    Raises Invalid (a rule is broken, or nothing would ever count), Conflict (terms use it: a changed calendar would change what
    was promised without an amendment; give the new one another name).
    """
    if not name.strip():
        raise Invalid("name", _("A calendar needs a name."))
    try:
        read = case.calendar(content, name)
    except case.BadCase as problem:
        raise Invalid("content", str(problem)) from None
    if not any(read.weekly) and not any(read.days.values()):
        raise Invalid("content", _("A calendar without hours would never let a clock run."))
    kept = Calendar.objects.filter(name=name).first()
    if kept is not None and kept.content == content:
        return kept
    if kept is not None and _is_used(name):
        raise Conflict(_("Terms use the calendar %(name)s. Give the new hours another name.") % {"name": name})
    audit.record(
        by, f"calendar: {name}", audit.difference({"content": kept.content if kept else None}, {"content": content})
    )
    return Calendar.objects.update_or_create(name=name, defaults={"content": content})[0]


def _is_used(name: str) -> bool:
    return any(
        f'"{name}"' in str(content).replace("'", '"') for content in Terms.objects.values_list("content", flat=True)
    )


def agree(
    name: str, *, by: Person, client: Client | None, category: Category | None = None, ticket_kind: str = "",
    kind: str = AgreementKind.SERVICE_LEVEL,
) -> Agreement:  # fmt: skip
    """Make an agreement, still without terms. Raises Invalid, Conflict (there is one for the same tickets)."""
    if not name.strip():
        raise Invalid("name", _("An agreement needs a name."))
    try:
        with transaction.atomic():
            made = Agreement.objects.create(
                name=name, kind=kind, client=client, category=category, ticket_kind=ticket_kind
            )
    except IntegrityError:
        raise Conflict(_("There is an agreement for the same tickets already.")) from None
    audit.record(by, f"agreement: {name}", {"client": [None, client.pk if client else None], "kind": [None, kind]})
    return made


def amend(
    agreement: Agreement, content: dict[str, Any], *, by: Person, version: str, valid_from: datetime,
    valid_to: datetime | None = None, reason: str = "", is_for_running: bool = False,
) -> Terms:  # fmt: skip
    """Bring a version of the terms into force from an instant on; the version before it ends there.

    Tickets are judged again only where the new terms say so: those opened under them, and open ones when `is_for_running`. An
    instant in the past makes it a correction, and its verdicts are recorded beside the old ones.
    Raises Invalid (names the field), Conflict (another version begins within that time).
    """
    _check(content, version, valid_from, valid_to)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=agreement.pk)
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
        rejudge(agreement, since=valid_from)
        return made


def _check(content: dict[str, Any], version: str, valid_from: datetime, valid_to: datetime | None) -> None:
    if not version.strip():
        raise Invalid("version", _("A version needs a name."))
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid("valid_to", _("Terms must end after they begin."))
    calendars = {c.name: working_calendar(json.dumps(c.content), c.name) for c in Calendar.objects.all()}
    try:
        of_content(content, version, 0, None, False, calendars)
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

    Tickets that are open, and those opened since; a verdict that was recorded stays in the log, what is true now follows it.
    """
    tickets = Ticket.objects.filter(status__in=ACTIVE) | Ticket.objects.filter(opened_at__gte=since)
    if agreement.client_id is not None:
        tickets = tickets.filter(client_id=agreement.client_id)
    by = robot("Olmo")
    return sum(_judge_again(ticket, by) for ticket in tickets.order_by("pk").iterator(chunk_size=500))


def _judge_again(ticket: Ticket, by: Person) -> int:
    now = clocks.now()
    with clock.at(now), changing(ticket, by=by) as log:
        events = list(Event.objects.filter(ticket=ticket).order_by("seq"))
        found = governing(_clients(events))
        told = clocks.replayed(ticket, events, found, now)
        verdicts, corrected = _verdicts(events), 0
        for each in told:
            key = each.metric.value, each.started_at
            if key in verdicts and verdicts[key] != each.breached_at:
                start, broken = clocks.moment(each.started_at), clocks.moment(each.breached_at)
                assert start is not None
                log.record(Rejudged(metric=key[0], started_at=start, breached_at=broken, version=each.version.name))
                corrected += 1
    whole = [*events, *log.events]
    clocks.store(ticket, clocks.rows_of(ticket, told, whole, found, max(now, whole[-1].at)))
    return corrected


def _clients(events: list[Event]) -> set[int]:
    return {e.data["client"] for e in events if "client" in e.data}


def _verdicts(events: list[Event]) -> dict[tuple[str, int], int | None]:
    """The last verdict that the log tells of each clock."""
    found: dict[tuple[str, int], int | None] = {}
    for event in events:
        if event.kind in (Breached.kind, Rejudged.kind):
            start = int(datetime.fromisoformat(event.data["started_at"]).timestamp())
            broken = event.data.get("breached_at")
            found[event.data["metric"], start] = int(datetime.fromisoformat(broken).timestamp()) if broken else None
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
    logs: dict[int, list[Event]] = {ticket.pk: [] for ticket in tickets}
    for event in Event.objects.filter(ticket__in=tickets).order_by("ticket_id", "seq"):
        logs[event.ticket_id].append(event)
    found = governing({client for log in logs.values() for client in _clients(log)})
    by = robot("Olmo")
    rows = [row for ticket in tickets for row in _record_due(ticket, logs[ticket.pk], found, by)]
    Clock.objects.filter(ticket__in=tickets).delete()
    Clock.objects.bulk_create(rows)
    return len(tickets)


def _record_due(ticket: Ticket, events: list[Event], found: Governing, by: Person) -> list[Clock]:
    """Record what is due of one locked ticket; returns its clocks as they are now. What they name as due stays as it was."""
    now = clocks.now()
    told = clocks.replayed(ticket, events, found, now)
    with clock.at(now), changing(ticket, by=by) as log:
        for change in clocks.due_changes(events, told, now):
            log.record(change)
    whole = [*events, *log.events]
    return clocks.rows_of(ticket, told, whole, found, max(now, whole[-1].at))


def waive(ticket: Ticket, metric: str, started_at: datetime, *, by: Person, reason: str) -> Waiver:
    """Let a breach not count, for a reason. It stays a breach: both numbers are kept.

    Raises NotAllowed (only who administers may), Invalid, Conflict (there is no such breach, or it is waived).
    """
    with changing(ticket, by=by) as log:
        require_work(by, ticket)
        if not by.is_administrator:
            raise NotAllowed
        if not reason.strip():
            raise Invalid("reason", _("Tell why this breach shall not count."))
        if not Clock.objects.filter(
            ticket=ticket, metric=metric, started_at=started_at, breached_at__isnull=False
        ).exists():
            raise Conflict(_("There is no such breach."))
        made, is_new = Waiver.objects.get_or_create(
            ticket=ticket, metric=metric, started_at=started_at,
            defaults={"client_id": ticket.client_id, "reason": reason.strip(), "by": by, "at": clock.now()},
        )  # fmt: skip
        if not is_new:
            raise Conflict(_("This breach is waived already."))
        log.record(Waived(metric=metric, started_at=started_at, waiver=made.pk))
        return made
