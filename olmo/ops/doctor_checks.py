"""What the doctor looks at. Each check is a function that returns a state, what was seen, and what to do about it."""

import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from olmo.channels import queries as channels
from olmo.channels.models import Mailbox, RawMessage
from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.kernel.files import path_of
from olmo.knowledge.models import File
from olmo.ops.health import INTAKE_LAG_SECONDS, WORKER_SILENT_SECONDS, expected_migrations
from olmo.outbox import queries as outbox
from olmo.outbox.models import Envelope
from olmo.outbox.models import State as Sending
from olmo.service_levels import clocks
from olmo.service_levels.models import Clock
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import standing
from olmo.tickets.models import Attachment, Event, SearchDocument, Standing, Ticket
from olmo.tickets.replay import differences

# Tables with a client that are not client data: who belongs to whom, and how a host looks, is needed before there is a scope.
OPEN_TABLES = {"tenancy_brand", "tenancy_domain", "people_person_clients"}
# Closed to the program by a policy, but not to its owner's search function (see its migration).
SEARCHED_TABLE = "tickets_searchdocument"
GUARDS = {
    ("tickets_ticket", "version_rises"), ("tickets_event", "append_only"), ("people_auditline", "append_only"),
    ("tickets_ticket", "lookup_new"), ("tickets_ticket", "lookup_changed"),
}  # fmt: skip
CHUNK = 500
LATE_JOB_SECONDS = 300
LATE_MAIL_OUT_SECONDS = 900
RECENT = timedelta(days=7)
# A file just written may belong to a message that is not committed yet.
YOUNG_SECONDS = 86_400
WARN_FREE_MB, WRONG_FREE_MB = 1024, 128


class State(Enum):
    """How bad it is. A warning may wait until the morning."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What one check saw, and what to do about it ("" when nothing is)."""

    name: str
    state: State
    said: str
    advice: str


type Seen = tuple[State, str, str]


@dataclass
class Settings:
    """What the command was asked. sample: how many of the newest tickets are replayed; None means all."""

    sample: int | None = 1000


settings = Settings()


def _ok(said: str) -> Seen:
    return State.OK, said, ""


def _log() -> Seen:
    """Every ticket's row is what its events make of an empty one."""
    wrong: list[int] = []
    count = 0
    with scope(EVERY_CLIENT):
        for tickets in _chunks():
            count += len(tickets)
            wrong += _unproven(tickets)
    if wrong:
        named = ", ".join(f"#{number}" for number in wrong[:5])
        advice = "somebody wrote past the log: restore a backup, or ask for help with `bin/olmo ticket NUMBER --json`"
        return State.WRONG, f"{len(wrong)} of {count} tickets differ from their log: {named}", advice
    return _ok(f"{count} tickets equal the replay of their log")


def _chunks() -> Iterator[list[Ticket]]:
    """The newest tickets first, as many as asked for."""
    left, last = settings.sample, None
    while left is None or left > 0:
        tickets = Ticket.objects.order_by("-pk")
        page = list((tickets.filter(pk__lt=last) if last else tickets)[: min(CHUNK, left) if left else CHUNK])
        if not page:
            return
        yield page
        last, left = page[-1].pk, None if left is None else left - len(page)


def _unproven(tickets: list[Ticket]) -> list[int]:
    events = _events(tickets)
    return [ticket.number for ticket in tickets if differences(ticket, events[ticket.pk])]


def _events(tickets: list[Ticket]) -> dict[int, list[Event]]:
    events: dict[int, list[Event]] = {ticket.pk: [] for ticket in tickets}
    for event in Event.objects.filter(ticket__in=tickets).order_by("ticket_id", "seq"):
        events[event.ticket_id].append(event)
    return events


def _standing() -> Seen:
    """Every ticket stands where its row and log say."""
    wrong: list[int] = []
    count = 0
    with scope(EVERY_CLIENT):
        for tickets in _chunks():
            count += len(tickets)
            events, kept = _events(tickets), Standing.objects.in_bulk([ticket.pk for ticket in tickets])
            wrong += [t.number for t in tickets if standing.differences(t, events[t.pk], kept.get(t.pk))]
    if wrong:
        named = ", ".join(f"#{number}" for number in wrong[:5])
        return (
            State.WRONG,
            f"{len(wrong)} of {count} tickets are in the wrong list: {named}",
            "tell us: this is a fault",
        )
    return _ok(f"{count} tickets stand where their log says")


def _clocks() -> Seen:
    """The clocks of open tickets are what their logs and the terms make."""
    wrong, count = list[int](), 0
    with scope(EVERY_CLIENT):
        for tickets in _chunks():
            events = _events(tickets)
            kept: dict[int, list[Clock]] = {}
            for row in Clock.objects.filter(ticket__in=tickets):
                kept.setdefault(row.ticket_id, []).append(row)
            for ticket in tickets:
                if ticket.is_active and ticket.pk in kept:
                    count += 1
                    wrong += [ticket.number] if clocks.differences(ticket, events[ticket.pk], kept[ticket.pk]) else []
    if wrong:
        named = ", ".join(f"#{number}" for number in wrong[:5])
        return (
            State.WRONG,
            f"the clocks of {len(wrong)} of {count} tickets are wrong: {named}",
            "tell us: this is a fault",
        )
    return _ok(f"the clocks of {count} open tickets are what their log says")


def _search() -> Seen:
    """Every ticket can be found by its words."""
    with scope(EVERY_CLIENT):
        newest: QuerySet[Any] = Ticket.objects.order_by("-pk")
        newest = newest if settings.sample is None else newest[: settings.sample]
        ids = set(newest.values_list("pk", flat=True))
        missing = ids - set(SearchDocument.objects.filter(pk__in=ids).values_list("pk", flat=True))
    if missing:
        return State.WARNING, f"{len(missing)} of {len(ids)} tickets are not in the search", "tell us: this is a fault"
    return _ok(f"{len(ids)} tickets are in the search")


def _role() -> Seen:
    """The program's role is bound by row security."""
    (row,) = _rows("select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
    if row[1] or row[2]:
        return State.WRONG, f"the role {row[0]} escapes row security", f"alter role {row[0]} nosuperuser nobypassrls"
    return _ok(f"the program works as {row[0]}, bound by row security")


def _row_security() -> Seen:
    """Every table of client data is closed, and without a scope shows nothing."""
    tables = _rows(
        "select c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_has_role(c.relowner, 'MEMBER') from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attname = 'client_id' and not a.attisdropped"
        " where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace"
    )
    closed = {name: on and (forced or (name == SEARCHED_TABLE and not owned)) for name, on, forced, owned in tables}
    gaps = sorted(name for name, is_closed in closed.items() if not is_closed and name not in OPEN_TABLES)
    seen = sorted(name for name in closed if name not in OPEN_TABLES and _shows_something(name))
    if gaps or seen:
        said = f"without protection: {', '.join(gaps) or 'none'}; open without a scope: {', '.join(seen) or 'none'}"
        return State.WRONG, said, "run `bin/olmo migrate`; if it stays, stop the web server and tell us"
    return _ok(f"{len(closed) - len(OPEN_TABLES & closed.keys())} tables of client data are closed")


def _shows_something(table: str) -> bool:
    with scope([]):
        return bool(_rows(f"select 1 from {table} where client_id is not null limit 1"))  # noqa: S608  (from pg_class)


def _guards() -> Seen:
    """The database itself refuses to change the log."""
    there = set(_rows("select tgrelid::regclass::text, tgname from pg_trigger where tgenabled in ('O', 'A')"))
    missing = sorted(f"{name} on {table}" for table, name in GUARDS - there)
    if not _rows("select 1 from pg_constraint where conname = 'version_has_its_event' and convalidated"):
        missing.append("version_has_its_event on tickets_ticket")
    if missing:
        return (
            State.WRONG,
            f"missing or switched off: {', '.join(missing)}",
            "an administrator of the database enables them",
        )
    return _ok("the log's guards are in force")


def _migrations() -> Seen:
    applied = set(_rows("select app, name from django_migrations"))
    missing, ahead = expected_migrations() - applied, applied - expected_migrations()
    if missing:
        return State.WRONG, f"{len(missing)} migrations are missing", "run `bin/olmo migrate`"
    if ahead:
        return (
            State.WARNING,
            f"the database knows {len(ahead)} migrations that this Olmo does not",
            "install the newer Olmo",
        )
    return _ok("the tables are this Olmo's")


def _jobs() -> Seen:
    """Work is done soon, and nothing has given up."""
    ((failed, late),) = _rows(
        "select count(*) filter (where status = 'failed'),"
        " coalesce(extract(epoch from now() - min(due) filter (where status = 'todo')), 0)::float"
        " from (select status, coalesce(scheduled_at,"
        " (select min(at) from procrastinate_events e where e.job_id = j.id)) as due"
        " from procrastinate_jobs j where status in ('todo', 'failed')) waiting"
    )
    if late > LATE_JOB_SECONDS:
        return State.WRONG, f"a job has waited for {late / 60:.0f} minutes", "see that a worker runs (bin/olmo worker)"
    if failed:
        advice = "see why in the worker's output; `bin/olmo manage shell` can queue them again"
        return State.WARNING, f"{failed} jobs have failed", advice
    return _ok("nothing waits long, nothing has failed")


def _worker() -> Seen:
    ((seconds,),) = _rows("select extract(epoch from now() - max(last_heartbeat))::float from procrastinate_workers")
    if seconds is None or seconds > WORKER_SILENT_SECONDS:
        said = "no worker runs" if seconds is None else f"the worker has been silent for {seconds:.0f} s"
        return State.WARNING, said, "start `bin/olmo up` or `bin/olmo worker`"
    return _ok(f"the worker spoke {seconds:.0f} s ago")


def _mail_in() -> Seen:
    with scope(EVERY_CLIENT):
        waiting = channels.waiting()
        failing = list(Mailbox.objects.filter(is_active=True, health="failing").values_list("address", flat=True))
    if waiting.oldest_seconds > INTAKE_LAG_SECONDS:
        said = f"{waiting.count} messages wait, the oldest for {waiting.oldest_seconds / 60:.0f} minutes"
        return State.WRONG, said, "see that a worker runs (bin/olmo worker)"
    if failing:
        return State.WARNING, f"cannot be fetched: {', '.join(failing)}", "see Administration, Mailboxes for the reason"
    if waiting.parked:
        return State.WARNING, f"{waiting.parked} messages could not be processed", "see Administration, Parked mail"
    return _ok("all mail that came in was processed")


def _mail_out() -> Seen:
    with scope(EVERY_CLIENT):
        waiting = outbox.waiting()
        failed = Envelope.objects.filter(state=Sending.FAILED, created_at__gte=clock.now() - RECENT).count()
    if not waiting.has_relay:
        said = f"no relay for outgoing mail is set; {waiting.count} messages wait"
        return State.WARNING, said, "set OLMO_SMTP_URL (see docs/operations.md)"
    if waiting.oldest_seconds > LATE_MAIL_OUT_SECONDS:
        said = f"{waiting.count} messages wait, the oldest for {waiting.oldest_seconds / 60:.0f} minutes"
        return State.WARNING, said, "see whether the relay in OLMO_SMTP_URL takes mail"
    if failed:
        return (
            State.WARNING,
            f"{failed} messages of the last 7 days were not delivered",
            "their tickets say to whom and why",
        )
    return _ok("all mail went out")


def _disk() -> Seen:
    config = current()
    free = shutil.disk_usage(config.data).free // 2**20
    said = f"{free:,} MB are free in {config.data}"
    if free < WARN_FREE_MB:
        state = State.WRONG if free < WRONG_FREE_MB else State.WARNING
        return state, said, "make room: without space no mail is taken and no file is kept"
    return _ok(said)


def _files() -> Seen:
    """Every file that a row names is there, whole; files that no row names are counted."""
    named = _named_files()
    missing = [digest for digest, size in named.items() if not _is_whole(path_of(digest), size)]
    if missing:
        advice = "restore them from a backup: each lies at media/aa/bb/sha256"
        return State.WRONG, f"{len(missing)} of {len(named)} files are missing or cut, first {missing[0]}", advice
    strangers = [size for digest, size in _stored_files() if digest not in named]
    if strangers:
        said = (
            f"{len(named)} files are there; {len(strangers)} more belong to nothing ({sum(strangers) / 2**20:.1f} MB)"
        )
        return _ok(said)
    return _ok(f"{len(named)} files are there")


def _named_files() -> dict[str, int]:
    """Digest -> size in bytes (or -1 where the row does not say) of every file that a row names."""
    with scope(EVERY_CLIENT):
        going_out = Envelope.objects.exclude(attachments=[]).values_list("attachments", flat=True)
        named = {Path(file["path"]).name: -1 for files in going_out.iterator() for file in files}
        raw = RawMessage.objects.filter(content=None).exclude(state="discarded").values_list("sha256", "size")
        named.update(raw.iterator())
        named.update(Attachment.objects.values_list("sha256", "size").iterator())
        named.update(File.objects.values_list("sha256", "size").iterator())
    return named


def _is_whole(path: Path, size: int) -> bool:
    try:
        return size in (path.stat().st_size, -1)
    except FileNotFoundError:
        return False


def _stored_files() -> Iterator[tuple[str, int]]:
    """Name and size of every file in the store that is not just being written."""
    for folder, _folders, names in Path(current().media_dir).walk():
        for name in names:
            info = (folder / name).stat()
            if time.time() - info.st_mtime > YOUNG_SECONDS:
                yield name, info.st_size


def _secrets() -> Seen:
    """Nobody but this account reads the keys."""
    folder = current().secrets_dir
    kept = [folder, *folder.iterdir()] if folder.exists() else []  # all may come from outside
    readable = [p.name for p in kept if p.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if readable:
        return State.WARNING, f"others may read {', '.join(readable[:3])}", f"chmod -R go= {folder}"
    return _ok("only this account can read the keys")


def _rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[Any] = cursor.fetchall()
    return found


CHECKS: dict[str, Callable[[], Seen]] = {
    "log": _log,
    "standing": _standing,
    "clocks": _clocks,
    "search": _search,
    "role": _role,
    "row security": _row_security,
    "guards": _guards,
    "migrations": _migrations,
    "jobs": _jobs,
    "worker": _worker,
    "mail in": _mail_in,
    "mail out": _mail_out,
    "disk": _disk,
    "files": _files,
    "keys": _secrets,
}
