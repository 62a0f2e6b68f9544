"""From raw messages to tickets: claim, read, take in, write down; and what happens to one that cannot be.

A claim commits first and counts the try, so that a message which kills its worker is not tried for ever. Messages that failed
before are claimed alone. Each is taken in within one transaction: ticket, message, files, log, jobs and the raw message's own
state, or nothing. The unique `key` makes a message act once, however often and at how many doors it arrives.
"""

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from olmo.kernel import clock
from olmo.kernel.files import NoSpace, path_of
from olmo.kernel.text import clean_line
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import intake, loops, ours
from .mail import peek
from .mail.inbound import inbound_of, message_key
from .mail.parsing import ParsedMail
from .mail.reader import Reader, Unreadable, readers
from .mail.store import lane
from .models import RawMessage, RawState
from .ours import Ours

log = logging.getLogger("olmo.intake")

PROCESS = "olmo.channels.jobs.process"
PRIORITY = 20  # before reactions: what came in first becomes a ticket
BATCH = 32
BATCH_BYTES = 32 * 2**20
LEASE = timedelta(seconds=60)
MAX_TRIES = 3
MAX_READS = 2  # parsing is the same every time
PAUSE = timedelta(seconds=5)
NO_SPACE_PAUSE = timedelta(seconds=30)
PARENT_PAUSE = timedelta(seconds=2)
MAX_PARENTS = 20
PARENT_PATIENCE = timedelta(seconds=60)
FAILED_IN_MID_WORK = 5  # claimed so often and never settled: it takes its worker with it


class _ParentFirst(Exception):
    """The message answers one that has come but is not processed yet."""


class _Seen(Exception):
    """The message must not act; the text says why."""


def process_due(seconds: float = 20.0) -> int:
    """Process what waits, oldest first, for about so long; returns how many messages were worked on."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        batch = claim()
        if not batch:
            return count
        work_through(batch)
        count += len(batch)
    return count


def claim() -> list[RawMessage]:
    """The next messages, each with one more try counted: several new ones, or one that failed before."""
    with scope(EVERY_CLIENT):
        _commit_lightly()
        now = clock.now()
        due = RawMessage.objects.filter(state=RawState.RECEIVED, next_at__lte=now).order_by("next_at", "pk")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        rows = rows[:1] if rows and rows[0].attempts else _bounded([row for row in rows if not row.attempts])
        RawMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
            attempts=F("attempts") + 1, next_at=now + LEASE
        )
        for row in rows:
            row.attempts += 1
    given_up = [row for row in rows if row.attempts > FAILED_IN_MID_WORK]
    for row in given_up:
        park(row, _("Its processing was broken off again and again."))
    return [row for row in rows if row not in given_up] or (claim() if given_up else [])


def work_through(batch: list[RawMessage]) -> None:
    """Process claimed messages in order. While one is taken in, the next is being read by the reader's process."""
    with scope(EVERY_CLIENT):
        desk = ours.read()
    work = [(raw, content) for raw in batch if (content := _loaded(raw)) is not None]
    with readers.one() as reader:
        for place, (raw, content) in enumerate(work):
            if place == 0:
                reader.ask(content)
            mail = _read(reader, raw)
            if not reader.is_alive:
                release([later for later, _content in work[place + 1 :]])
                return
            if place + 1 < len(work):
                reader.ask(work[place + 1][1])
            if mail is not None:
                process(raw, content, mail, desk)


def process(raw: RawMessage, content: bytes, mail: ParsedMail, desk: Ours) -> None:
    """Take one message in, or write down why not. Raises a database error only when the database is away."""
    try:
        with scope(EVERY_CLIENT), override(desk.language):
            _commit_lightly()
            _take_in(raw, content, mail, desk)
    except _Seen as seen:
        _settle(raw, state=RawState.IGNORED, reason=str(seen))
    except _ParentFirst:
        _settle(raw, attempts=raw.attempts - 1, next_at=clock.now() + PARENT_PAUSE)
    except NoSpace as error:
        _settle(raw, attempts=raw.attempts - 1, next_at=clock.now() + NO_SPACE_PAUSE, reason=str(error))
    except Exception as error:
        if isinstance(error, IntegrityError) and (twin := _twin_of(raw)):
            _settle(raw, state=RawState.IGNORED, twin=twin, reason=_("The same message was delivered again."))
            return
        if outage := _outage(error):
            raise outage from outage.__cause__
        log.exception("Message %s could not be processed (try %s)", raw.pk, raw.attempts)
        _failed(raw, f"{type(error).__name__}: {error}", MAX_TRIES)


def wake(at: datetime | None = None) -> None:
    """Queue a job that processes what is due (then); it commits with the caller's transaction."""
    app.configure_task(
        PROCESS, queue="mail", priority=PRIORITY, lock=lane(), schedule_at=at, allow_unknown=True
    ).defer()  # fmt: skip


def park(raw: RawMessage, reason: str) -> None:
    """Set a message aside for an administrator: kept whole, with the reason, to be tried again or discarded."""
    log.error("Message %s is parked: %s", raw.pk, reason)
    _settle(raw, state=RawState.PARKED, reason=reason)


def release(rows: list[RawMessage]) -> None:
    """Give claimed messages back untried."""
    if rows:
        with scope(EVERY_CLIENT):
            ids = [row.pk for row in rows]
            RawMessage.objects.filter(pk__in=ids).update(attempts=F("attempts") - 1, next_at=clock.now())


def content_of(raw: RawMessage) -> bytes:
    """The bytes as they came, from the row or the file store. Raises OSError."""
    return bytes(raw.content) if raw.content is not None else Path(path_of(raw.sha256)).read_bytes()


def _take_in(raw: RawMessage, content: bytes, mail: ParsedMail, desk: Ours) -> None:
    mailbox = desk.mailbox(raw.mailbox_id, raw.envelope_to)
    if loops.is_own(peek.field(content, loops.HEADER), mail.message_id):
        raise _Seen(_("Our own message came back."))
    raw.key = message_key(raw, peek.essence(content), mailbox.pk if mailbox else None)
    inbound = inbound_of(mail, raw, mailbox)
    facts = _hold(raw, inbound.references)
    if facts is None:  # another worker was faster, after our lease ended
        return
    if facts.waits:
        raise _ParentFirst
    taken = intake.take_in(replace(inbound, is_copy=facts.is_copy), desk)
    with connection.cursor() as cursor:
        box = mailbox.pk if mailbox else None
        cursor.execute(_DONE, [clock.now(), taken.is_automatic, taken.message_id, taken.client_id, box, raw.pk])


_DONE = """
update channels_rawmessage set state = 'done', processed_at = %s, reason = '', is_automatic = %s, message_id = %s,
    client_id = %s, mailbox_id = %s
where id = %s
"""


@dataclass(frozen=True)
class _Facts:
    """What the database knows of a message that is about to act."""

    is_copy: bool  # one with the same Message-ID, and other content or another mailbox, has acted before
    waits: bool  # one that it answers has come and is not processed yet


def _hold(raw: RawMessage, references: tuple[str, ...]) -> _Facts | None:
    """Lock the row and put the key into it, in one statement; None when the row was settled already.

    Raises IntegrityError when a twin has the key, also one that comes at the same moment.
    """
    may_wait = clock.now() - raw.received_at < PARENT_PATIENCE
    parents = list(references[:MAX_PARENTS]) if may_wait else []
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [raw.key, raw.pk, parents, MAX_READS])
        row = cursor.fetchone()
    return _Facts(is_copy=row[0], waits=row[1]) if row else None


_HOLD = """
update channels_rawmessage raw set key = %s where raw.id = %s and raw.state = 'received' returning
    raw.mail_id <> '' and exists (
        select from channels_rawmessage same where same.mail_id = raw.mail_id and same.mail_id <> ''
        and same.state = 'done' and same.id <> raw.id),
    exists (
        select from channels_rawmessage parent where parent.mail_id = any(%s::text[]) and parent.mail_id <> ''
        and parent.state = 'received' and parent.attempts < %s and parent.id <> raw.id)
"""


def _twin_of(raw: RawMessage) -> RawMessage | None:
    """The message that acted in its place, when it was the same one."""
    with scope(EVERY_CLIENT):
        return RawMessage.objects.filter(key=raw.key).exclude(pk=raw.pk).defer("content").first()


def _loaded(raw: RawMessage) -> bytes | None:
    try:
        return content_of(raw)
    except OSError as error:
        _failed(raw, f"its content cannot be read: {error.strerror}", MAX_TRIES)
        return None


def _read(reader: Reader, raw: RawMessage) -> ParsedMail | None:
    try:
        return reader.answer()
    except Unreadable as error:
        _failed(raw, str(error), MAX_READS)
        return None


def _failed(raw: RawMessage, reason: str, tries: int) -> None:
    if raw.attempts >= tries:
        park(raw, reason)
    else:
        _settle(raw, next_at=clock.now() + PAUSE * raw.attempts, reason=reason)


def _settle(raw: RawMessage, *, reason: str | None = None, **values: object) -> None:
    if reason is not None:
        values["reason"] = clean_line(reason, 500)
    if values.get("state"):
        values["processed_at"] = clock.now()
    with scope(EVERY_CLIENT):
        RawMessage.objects.filter(pk=raw.pk, state=RawState.RECEIVED).update(**values)
        if isinstance(later := values.get("next_at"), datetime):
            wake(later)


def _bounded(rows: list[RawMessage]) -> list[RawMessage]:
    """As many from the start as fit in memory together, at least one."""
    size = 0
    kept: list[RawMessage] = []
    for row in rows:
        size += row.size
        if kept and size > BATCH_BYTES:
            break
        kept.append(row)
    return kept


def _commit_lightly() -> None:
    """Let this transaction's commit not wait for the disk.

    Should the database crash within the next half second, the transaction is undone as a whole and the raw message, which is
    safe since before its sender heard yes, is simply processed again. Nothing that follows from it can have left by then:
    later commits that do wait (of an envelope, of an agent's answer) make this one safe with them.
    """
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")


def _outage(error: Exception) -> Exception | None:
    """The error that says that the database went away (connection lost, server stopping); None: a statement of ours is wrong."""
    if isinstance(error, ConnectorException) and isinstance(error.__cause__, psycopg.Error):
        said = error.__cause__  # the queue's name for what the driver said
        error = OperationalError(*said.args)
        error.__cause__ = said
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    state = getattr(error.__cause__, "sqlstate", None)
    is_away = state is None or state[:2] in ("08", "57")  # connection exception, operator intervention
    return error if is_away else None
