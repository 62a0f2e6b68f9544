"""From a mail to a ticket, to the mailed answer, to the requester's threaded answer."""

from olmo.channels.tests.stage import HELP, arrive, delivered, do_jobs, mail, open_mailbox, relay, ticket_of
from olmo.outbox.tests.sink import Sink
from olmo.tickets import actions
from olmo.tickets.models import Channel, Message, MessageKind, Status
from tests.cast import DeskTest


class ARequestAndItsAnswer(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        open_mailbox(team=self.desk)

    def test_a_mail_is_answered_and_the_answer_finds_its_ticket(self) -> None:
        with relay(Sink()) as sink:
            row = arrive(mail("It says timeout.", message_id="<first@acme.example>"))
            ticket = ticket_of(row)
            self.assertEqual((ticket.subject, ticket.requester, ticket.channel), ("VPN", self.rui, Channel.MAIL))
            self.assertEqual((ticket.team, ticket.client), (self.desk, self.acme))
            self.assertLogged(ticket, "opened")

            (acknowledgement,) = delivered(sink)
            self.assertEqual(acknowledgement["To"], "rui@acme.example")
            self.assertEqual(acknowledgement["Auto-Submitted"], "auto-replied")
            self.assertNotIn("timeout", str(acknowledgement))
            self.assertEqual(acknowledgement["References"], "<first@acme.example>")

            actions.reply(ticket, by=self.alma, message=self.say("Please restart the client."))
            answer = delivered(sink)[-1]
            self.assertEqual(answer["In-Reply-To"], "<first@acme.example>")
            self.assertIn("Please restart the client.", answer.get_body(("plain",)).get_content())  # type: ignore[union-attr]
            self.assertIn("Please restart the client.", answer.get_body(("html",)).get_content())  # type: ignore[union-attr]
            self.assertIsNone(answer["Auto-Submitted"])
            self.assertEqual(answer["References"], f"<first@acme.example> {acknowledgement['Message-ID']}")

            again = arrive(
                mail(
                    "Now it works.", subject="Re: VPN", message_id="<2@acme.example>", in_reply_to=answer["Message-ID"]
                ),
                to=answer["Reply-To"],
            )
            self.assertEqual(ticket_of(again), ticket)
            words = Message.objects.get(source_id=again.pk)
            self.assertEqual((words.kind, words.author, words.text), (MessageKind.PUBLIC, self.rui, "Now it works."))
            self.assertLogged(ticket, "opened", "replied", "received")

    def test_the_requester_s_answer_reopens_and_tells_the_assignee(self) -> None:
        with relay(Sink()) as sink:
            ticket = ticket_of(arrive(mail()))
            actions.assign(ticket, by=self.ines, team=self.desk, assignee=self.alma)
            actions.resolve(ticket, by=self.alma, code="fixed", note="New certificate.")
            resolution = delivered(sink)[-1]
            self.assertIn("New certificate.", str(resolution))
            arrive(mail("Still broken.", in_reply_to=resolution["Message-ID"]))
            notice = delivered(sink)[-1]
            ticket.refresh_from_db()
            self.assertEqual(ticket.status, Status.OPEN)
            self.assertEqual(
                (notice["To"], notice["Auto-Submitted"]), ("Alma Ferri <alma@desk.example>", "auto-generated")
            )
            self.assertIn("Still broken.", str(notice))

    def test_each_is_told_once_however_often_the_job_comes(self) -> None:
        with relay(Sink()) as sink:
            ticket = ticket_of(arrive(mail()))
            delivered(sink)
            event = actions.reply(ticket, by=self.alma, message=self.say("Hello."))
            from olmo.tickets.jobs import react

            react.func(event_ids=[event.pk])
            do_jobs()
            react.func(event_ids=[event.pk])
            self.assertEqual(len(delivered(sink)), 2)
            self.assertEqual({m["From"] for m in sink.mails()}, {f"Quercia IT <{HELP}>"})
