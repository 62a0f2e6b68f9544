"""How a mail test speaks: mail arrives, jobs are done, mail leaves. Real parser, real outbox, real SMTP to a sink."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from olmo.channels import processing
from olmo.channels.mail.store import Arrival
from olmo.channels.models import Mailbox, RawMessage
from olmo.kernel.config import current
from olmo.outbox.delivering import deliver_due
from olmo.outbox.models import Envelope
from olmo.outbox.tests.sink import Sink
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Message, Ticket

HELP = "help@desk.example"
# They need a relay, or a push service: `delivered` and `carry_due` do it.
LATER = {"olmo.outbox.jobs.deliver", "olmo.outbox.jobs.carry"}


def mail(
    text: str = "My VPN does not connect.",
    *,
    sender: str = "Rui Alves <rui@acme.example>",
    to: str = HELP,
    subject: str = "VPN",
    message_id: str = "",
    **headers: str,
) -> bytes:
    """A plain mail as bytes; header names as keywords (in_reply_to="<x@y>")."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"] = format_datetime(datetime.now(UTC))
    if message_id:
        made["Message-ID"] = message_id
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes().replace(b"\n", b"\r\n")


def kept(raw: bytes, *, to: str = HELP, sender: str = "rui@acme.example", way: str = "smtp", **more: Any) -> RawMessage:
    """The row that intake would have committed for these bytes."""
    arrival = Arrival(raw, "smtp", sender, (to,))
    with scope(EVERY_CLIENT):
        return RawMessage.objects.create(
            way=way, sha256=arrival.sha256, size=len(raw), content=raw, envelope_from=sender, envelope_to=[to],
            mail_id=arrival.mail_id, **more,
        )  # fmt: skip


def arrive(raw: bytes, **more: Any) -> RawMessage:
    """Let these bytes arrive and be processed; returns the row as it is then."""
    row = kept(raw, **more)
    processing.process_due()
    row.refresh_from_db()
    return row


def ticket_of(row: RawMessage) -> Ticket:
    """The ticket that a raw message became part of."""
    assert row.message_id is not None, (row.state, row.reason)
    return Message.objects.select_related("ticket__client", "ticket__requester").get(pk=row.message_id).ticket


def do_jobs() -> None:
    """Do the queued jobs as a worker would, one after the other, until none is left."""
    while jobs := _take_jobs():
        for name, args in jobs:
            if name not in LATER:
                app.tasks[name].func(**args)


def _take_jobs() -> list[tuple[str, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, task_name, args from procrastinate_jobs where status = 'todo' order by priority desc, id"
        )
        rows = cursor.fetchall()
        for pk, _name, _args in rows:
            cursor.execute("select procrastinate_cancel_job_v1(%s, false, true)", [pk])
    return [(name, args if isinstance(args, dict) else json.loads(args)) for _pk, name, args in rows]


@contextmanager
def relay(sink: Sink) -> Iterator[Sink]:
    """Let the sink be the relay."""
    before = os.environ.get("OLMO_SMTP_URL")
    with sink:
        os.environ["OLMO_SMTP_URL"] = sink.url
        current.cache_clear()
        try:
            yield sink
        finally:
            os.environ.pop("OLMO_SMTP_URL")
            if before is not None:
                os.environ["OLMO_SMTP_URL"] = before
            current.cache_clear()


def delivered(sink: Sink) -> list[EmailMessage]:
    """Do the jobs, send all that is due, and return what the sink has."""
    do_jobs()
    deliver_due()
    return sink.mails()


def open_mailbox(address: str = HELP, **more: Any) -> Mailbox:
    """A mailbox of the desk."""
    return Mailbox.objects.create(address=address, **more)


def envelopes(**conditions: Any) -> list[Envelope]:
    """What was put into the outbox."""
    return list(Envelope.objects.filter(**conditions).order_by("pk"))
