"""A message acts once, however often it comes (R08, R09, R10), and wholly or not at all (R03)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DataError, connection

from olmo.channels import processing
from olmo.channels.models import RawState
from olmo.channels.tests.stage import arrive, kept, mail, open_mailbox, ticket_of
from olmo.kernel import clock
from olmo.kernel.testing import CommittingTest
from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Attachment, Event, Message, Ticket
from tests.cast import Cast, DeskTest, assemble


class TheSameMessage(DeskTest):
    def test_delivered_five_times_is_one_ticket(self) -> None:
        raw = mail(message_id="<one@acme.example>")
        rows = [arrive(raw) for _time in range(5)]
        self.assertEqual(Ticket.objects.count(), 1)
        self.assertEqual([row.state for row in rows], ["done", *["ignored"] * 4])
        self.assertEqual({row.twin_id for row in rows[1:]}, {rows[0].pk})

    def test_with_other_trace_headers_is_the_same(self) -> None:
        raw = mail(message_id="<one@acme.example>")
        arrive(raw)
        again = arrive(
            b"Received: from mx2 by mx; Mon, 2 Mar 2026 10:00:00 +0100\r\nReturn-Path: <rui@acme.example>\r\n" + raw
        )
        self.assertEqual(again.state, RawState.IGNORED)

    def test_with_other_line_ends_is_the_same(self) -> None:
        raw = mail(message_id="<one@acme.example>")
        arrive(raw)
        self.assertEqual(arrive(raw.replace(b"\r\n", b"\n")).state, RawState.IGNORED)

    def test_without_an_id_is_one_ticket_and_two_different_ones_are_two(self) -> None:
        self.assertEqual([arrive(mail("A")).state, arrive(mail("A")).state], ["done", "ignored"])
        arrive(mail("B"))
        self.assertEqual(Ticket.objects.count(), 2)

    def test_without_an_id_acts_again_another_day(self) -> None:
        arrive(mail("Disk full"))
        row = kept(mail("Disk full"), received_at=clock.now() + timedelta(days=1))
        processing.process_due()
        row.refresh_from_db()
        self.assertEqual(row.state, RawState.DONE)


class TheSameIdOnAnotherMessage(DeskTest):
    def test_with_another_body_is_kept_and_marked(self) -> None:
        first = ticket_of(arrive(mail("One", message_id="<one@acme.example>")))
        second = ticket_of(arrive(mail("Two", message_id="<one@acme.example>")))
        self.assertNotEqual(first, second)
        self.assertEqual(
            (second.tags, second.links), (["possible-duplicate"], [{"kind": "related", "ticket": first.pk}])
        )

    def test_to_another_mailbox_is_kept_and_marked(self) -> None:
        open_mailbox()
        open_mailbox("network@desk.example", team=self.network)
        raw = mail(message_id="<one@acme.example>")
        first, second = ticket_of(arrive(raw)), ticket_of(arrive(raw, to="network@desk.example"))
        self.assertEqual((second.team, second.tags), (self.network, ["possible-duplicate"]))
        self.assertEqual(first.tags, [])


class AFaultInMidWork(Cast, CommittingTest):
    """R03: the n-th statement fails, for every n."""

    def setUp(self) -> None:
        super().setUp()
        assemble(self)

    def failing_at(self, number: int) -> Callable[..., Any]:
        """Let the statement of this number fail, and every later one of the same transaction pass."""
        count = 0

        def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += 1
            if count == number:
                raise DataError(f"injected at statement {number}")
            return run(sql, params, many, context)

        return execute

    def everything(self) -> tuple[int, ...]:
        with scope(EVERY_CLIENT):
            return tuple(model.objects.count() for model in (Ticket, Message, Event, Attachment, Person, Envelope))

    def test_leaves_nothing_and_the_next_try_does_all(self) -> None:
        process_at = clock.now() + timedelta(days=1)
        faults, number = 0, 0
        while number in (0, faults):
            number += 1
            before = self.everything()
            row = kept(mail_with_a_file(f"new{number}@acme.example"))
            with clock.at(process_at):
                claimed = processing.claim()
                with connection.execute_wrapper(self.failing_at(number)):
                    try:
                        processing.work_through(claimed)
                    except DataError:  # while the desk was read, or the failure written down
                        faults += 1
            with scope(EVERY_CLIENT):
                row.refresh_from_db()
            if row.state == RawState.RECEIVED:
                self.assertEqual(self.everything(), before, f"after a fault at statement {number}")
                faults += row.reason != ""
                with clock.at(process_at + timedelta(minutes=10)):
                    processing.process_due()
            with scope(EVERY_CLIENT):
                row.refresh_from_db()
            self.assertEqual(row.state, RawState.DONE, (number, row.reason))
            self.assertEqual([b - a for a, b in zip(before, self.everything(), strict=True)], [1, 1, 1, 1, 1, 0])
            process_at += timedelta(hours=1)
        self.assertGreater(number, 20)


def mail_with_a_file(sender: str) -> bytes:
    """A mail of a new sender with an attachment."""
    from email.message import EmailMessage

    made = EmailMessage()
    made["From"], made["Subject"] = f"New <{sender}>", "VPN"
    made.set_content("See the log.")
    made.add_attachment(b"line 1\n", maintype="text", subtype="plain", filename="vpn.log")
    return made.as_bytes()
