"""Mailboxes, mail that could not be processed, mail that did not leave; and the page that leads to them."""

from datetime import timedelta
from typing import Any

from olmo.channels.models import Mailbox, RawMessage
from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.outbox import actions as outbox
from olmo.outbox.models import Envelope
from olmo.people.models import AuditLine

from .base import AdminTest


class LookingAfterMailboxes(AdminTest):
    def test_a_mailbox_keeps_its_password_to_itself(self) -> None:
        visit = self.save(
            "mailboxes/new", address="help@desk.example", imap_host="imap.desk.example", imap_user="help",
            password="canary of a password", client=self.acme.pk, team=self.desk.pk,
        )  # fmt: skip
        self.assertEqual(visit.status, 303)
        mailbox = Mailbox.objects.get()
        self.assertEqual((mailbox.client, mailbox.team, mailbox.imap_port), (self.acme, self.desk, 993))
        self.assertEqual((current().secrets_dir / mailbox.secret_name).read_text().strip(), "canary of a password")
        self.addCleanup((current().secrets_dir / mailbox.secret_name).unlink)
        path = f"mailboxes/{mailbox.pk}"
        self.assertNotIn("canary", self.look(path).text)
        self.assertIn("There is one", self.look(path).text)
        self.assertNotIn("canary", self.save(path, imap_user="", password="canary two").text)
        self.assertNotIn("canary", str(list(AuditLine.objects.values())))
        secret = mailbox.secret_name
        self.save(path, imap_folder="Requests")
        mailbox.refresh_from_db()
        self.assertEqual((mailbox.secret_name, mailbox.imap_folder), (secret, "Requests"))

    def test_what_is_missing_names_its_field(self) -> None:
        visit = self.save("mailboxes/new", address="help@desk.example", imap_host="imap.desk.example")
        self.assertIn("user", self.wrong(visit, "imap_user"))
        self.assertIn("valid email", self.wrong(self.save("mailboxes/new", address="help"), "address"))

    def test_a_failing_one_says_why(self) -> None:
        Mailbox.objects.create(
            address="help@desk.example", imap_host="imap.desk.example", health="failing", last_error="The password was refused.",
            failing_since=clock.now() - timedelta(hours=2),
        )  # fmt: skip
        self.assertIn("The password was refused.", self.look("mailboxes").text)
        self.assertIn("help@desk.example", " ".join(self.look("").words(".banner--brick")))


class LookingAfterIncomingMail(AdminTest):
    def park(self, **more: Any) -> RawMessage:
        given = {
            "way": "smtp",
            "sha256": "0" * 64,
            "size": 12,
            "content": b"<script>\xff",
            "state": "parked",
            "attempts": 2,
        }
        return RawMessage.objects.create(
            **{**given, "reason": "Too many parts.", "envelope_from": "a@x.example", **more}
        )

    def test_parked_messages_are_listed_with_their_reason(self) -> None:
        self.park()
        visit = self.look("incoming")
        self.assertEqual(visit.words(".admin-mail b"), ["a@x.example"])
        self.assertEqual(visit.words(".why"), ["Too many parts."])
        self.assertIn("1 message could not be processed.", " ".join(self.look("").words(".banner")))

    def test_the_source_is_saved_and_never_shown(self) -> None:
        answer = self.look(f"incoming/{self.park().pk}/source").answer
        self.assertEqual(answer.content, b"<script>\xff")
        self.assertTrue(answer["Content-Type"].startswith("text/plain"))
        self.assertTrue(answer["Content-Disposition"].startswith("attachment"))
        self.assertEqual(answer["X-Content-Type-Options"], "nosniff")

    def test_one_is_tried_again_and_one_is_discarded_once(self) -> None:
        again, never = self.park(), self.park()
        self.assertEqual(self.send(f"incoming/{again.pk}/retry").status, 303)
        self.assertEqual(self.send(f"incoming/{never.pk}/discard").status, 303)
        states = dict(RawMessage.objects.values_list("pk", "state"))
        self.assertEqual((states[again.pk], states[never.pk]), ("received", "discarded"))
        self.assertEqual(AuditLine.objects.filter(by=self.ines).count(), 2)
        self.assertEqual(self.send(f"incoming/{never.pk}/retry").status, 404)


class LookingAfterOutgoingMail(AdminTest):
    def test_a_failed_mail_says_why_and_is_sent_again(self) -> None:
        envelope = outbox.send(to="rui@acme.example", subject="Re: Printer", text="Hello", client_id=self.acme.pk)
        Envelope.objects.filter(pk=envelope.pk).update(state="failed", attempts=4, last_error="550 No such user")
        self.assertIn("550 No such user", " ".join(self.look("outgoing").words(".why")))
        self.assertEqual(self.send(f"outgoing/{envelope.pk}/retry").status, 303)
        envelope.refresh_from_db()
        self.assertEqual((envelope.state, envelope.attempts), ("queued", 0))
        self.assertAudited("outgoing mail: rui@acme.example", state=["failed", "queued"])
        self.assertEqual(self.send(f"outgoing/{envelope.pk}/retry").status, 409)

    def test_what_waits_for_a_relay_is_told(self) -> None:
        outbox.send(to="rui@acme.example", subject="Re: Printer", text="Hello")
        self.assertIn("no relay", self.look("outgoing").text)
        self.assertIn("1 mail waits for a relay.", " ".join(self.look("").words(".banner")))

    def test_nothing_to_do_says_so(self) -> None:
        self.assertEqual(len(self.look("").all(".admin-calm")), 1)


class ReadingTheChangeLog(AdminTest):
    def test_each_line_says_who_what_from_and_to(self) -> None:
        self.save(f"teams/{self.network.pk}", name="Networks")
        line = self.look("changes").words(".admin-change")[0]
        for part in ("Team", "Networks", "Ines Rota", "Name", "Network"):
            self.assertIn(part, line)

    def test_it_is_read_by_subject_and_by_name(self) -> None:
        self.save(f"teams/{self.network.pk}", name="Networks")
        self.save("provider", name="Quercia Servizi")
        self.assertEqual(self.look("changes?kind=provider").words(".admin-change bdi")[0], "Quercia Servizi")
        self.assertEqual(len(self.look("changes?kind=team").all(".admin-change")), 1)
        self.assertEqual(len(self.look("changes?q=network").all(".admin-change")), 1)
        self.assertEqual(len(self.look("changes").all(".admin-change")), 2)
