"""Notices of failed delivery find the message that failed, and its address (M02, M03)."""

from olmo.channels.tests.stage import arrive, do_jobs, envelopes, mail, ticket_of
from olmo.outbox.queries import words
from olmo.people.models import Identity
from olmo.tickets import actions
from olmo.tickets.models import Event, Message
from tests.cast import DeskTest

NOTICE = """\
From: MAILER-DAEMON@mx.acme.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; rui@acme.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {code} no such user

--B
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: x

--B--
"""


class ANoticeOfFailure(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = ticket_of(arrive(mail(message_id="<first@acme.example>")))
        actions.assign(self.ticket, by=self.ines, team=None, assignee=self.tove)
        self.said = actions.reply(self.ticket, by=self.alma, message=self.say("Hello."))
        do_jobs()
        (self.sent,) = envelopes(purpose="reply")

    def notice(self, message_id: str, **words: str) -> bytes:
        usual = {"action": "failed", "status": "5.1.1", "code": "550", "to": "help@desk.example"}
        text = NOTICE.format(message_id=message_id, **(usual | words))
        return text.replace("\n", "\r\n").encode()

    def kinds(self) -> list[str]:
        return list(Event.objects.filter(ticket=self.ticket).order_by("seq").values_list("kind", flat=True))

    def test_is_told_on_the_ticket_and_to_the_author(self) -> None:
        row = arrive(self.notice(self.sent.message_id), sender="")
        self.assertEqual((ticket_of(row), self.kinds()[-2:]), (self.ticket, ["delivery_failed", "noted"]))
        self.assertReplays(self.ticket)
        self.sent.refresh_from_db()
        self.assertEqual((self.sent.state, "5.1.1" in self.sent.last_error), ("failed", True))
        do_jobs()
        notice = envelopes(purpose="notice")[-1]
        self.assertEqual((notice.to, "rui@acme.example" in notice.text), ("alma@desk.example", True))

    def test_is_found_by_the_address_to_which_it_returns(self) -> None:
        row = arrive(self.notice("", to=self.sent.return_path), to=self.sent.return_path, sender="")
        self.assertEqual(ticket_of(row), self.ticket)

    def test_counts_against_the_address_and_silences_it_after_the_third(self) -> None:
        for turn in range(3):
            arrive(self.notice(self.sent.message_id) + f"\r\n{turn}".encode(), sender="")
        identity = Identity.objects.get(value="rui@acme.example")
        self.assertEqual((identity.bounces, identity.is_silenced), (3, True))
        self.assertIn("Nothing more is sent", Message.objects.filter(ticket=self.ticket).latest("pk").text)
        actions.reply(self.ticket, by=self.alma, message=self.say("Are you there?"))
        do_jobs()
        held = envelopes(purpose="reply")[-1]
        self.assertEqual((held.state, "again and again" in words(held)), ("held", True))

    def test_an_address_that_writes_again_is_heard_again(self) -> None:
        Identity.objects.filter(value="rui@acme.example").update(bounces=3, is_silenced=True)
        arrive(mail("I am back.", in_reply_to="<first@acme.example>"))
        identity = Identity.objects.get(value="rui@acme.example")
        self.assertEqual((identity.bounces, identity.is_silenced), (0, False))

    def test_that_is_about_a_full_mailbox_is_not_counted(self) -> None:
        arrive(self.notice(self.sent.message_id, status="4.2.2", code="452"), sender="")
        self.assertFalse(Identity.objects.get(value="rui@acme.example").bounces)

    def test_that_only_tells_a_delay_is_a_note(self) -> None:
        row = arrive(self.notice(self.sent.message_id, action="delayed", status="4.4.1", code="451"), sender="")
        self.assertEqual((ticket_of(row), self.kinds()[-1]), (self.ticket, "noted"))
        self.assertNotIn("delivery_failed", self.kinds())
        self.sent.refresh_from_db()
        self.assertEqual(self.sent.state, "queued")

    def test_about_somebody_else_s_message_is_a_ticket_that_nobody_is_told_of(self) -> None:
        do_jobs()
        before = len(envelopes())
        row = arrive(self.notice("<unknown@elsewhere.example>"), sender="")
        self.assertNotEqual(ticket_of(row), self.ticket)
        do_jobs()
        self.assertEqual(len(envelopes()), before)

    def test_a_forged_notice_does_not_silence_an_address_that_got_nothing(self) -> None:
        bea = Identity.objects.get(value="bea@bolt.example")
        arrive(self.notice(self.sent.message_id).replace(b"rui@acme", b"bea@bolt"), sender="")
        bea.refresh_from_db()
        self.assertEqual(bea.bounces, 0)

    def test_the_notice_itself_is_kept_as_a_message_with_its_source(self) -> None:
        row = arrive(self.notice(self.sent.message_id), sender="")
        self.assertEqual(Message.objects.get(pk=row.message_id or 0).source_id, row.pk)
