"""Which ticket a mail continues, and whom it takes for whom."""

from datetime import timedelta

from olmo.channels.models import RawMessage
from olmo.channels.tests.stage import HELP, arrive, do_jobs, envelopes, mail, open_mailbox, ticket_of
from olmo.kernel import clock
from olmo.tickets import actions, queries
from olmo.tickets.models import Event, Message, MessageKind, Status, Ticket
from tests.cast import DeskTest

STRANGER = "Mallory <mallory@evil.example>"
AUTHENTIC = "mx.desk.example; dmarc=pass header.from=desk.example"
FORGED = "mx.desk.example; spf=fail smtp.mailfrom=evil.example; dmarc=fail header.from=desk.example"


class ThreadingTest(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        open_mailbox(trusted_server="mx.desk.example")
        self.ticket = ticket_of(arrive(mail(message_id="<first@acme.example>")))
        do_jobs()

    @property
    def token_address(self) -> str:
        return f"help+{self.ticket.reply_token}@desk.example"

    def words_of(self, row: RawMessage) -> Message:
        return Message.objects.select_related("ticket", "author").get(pk=row.message_id or 0)

    def notices(self) -> int:
        do_jobs()
        return len(envelopes())


class TheRequester(ThreadingTest):
    def test_is_heard_by_the_token_of_the_reply_address(self) -> None:
        row = arrive(mail("More.", to=self.token_address, subject="anything"), to=self.token_address)
        self.assertEqual(self.words_of(row).ticket, self.ticket)

    def test_is_heard_by_references_to_an_earlier_mail_of_theirs(self) -> None:
        row = arrive(mail("More.", references="<other@x.example> <first@acme.example>"))
        self.assertEqual((self.words_of(row).ticket, self.words_of(row).kind), (self.ticket, MessageKind.PUBLIC))

    def test_is_heard_by_the_number_in_the_subject(self) -> None:
        row = arrive(mail("More.", subject=f"Re: [#{self.ticket.number}] VPN"))
        self.assertEqual(ticket_of(row), self.ticket)

    def test_opens_a_new_ticket_with_a_new_subject(self) -> None:
        self.assertNotEqual(ticket_of(arrive(mail("Something else.", subject="Printer"))), self.ticket)

    def test_an_answer_to_a_merged_ticket_lands_in_the_other(self) -> None:
        other = self.report("The same VPN")
        actions.merge(self.ticket, by=self.alma, into=other)
        row = arrive(mail("More.", in_reply_to="<first@acme.example>"))
        self.assertEqual(ticket_of(row), other)

    def test_soon_after_closing_an_answer_reopens(self) -> None:
        actions.close(self.ticket, by=self.alma)
        arrive(mail("Not yet.", in_reply_to="<first@acme.example>"))
        self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).status, Status.OPEN)

    def test_long_after_closing_an_answer_opens_a_linked_ticket(self) -> None:
        actions.close(self.ticket, by=self.alma)
        with clock.at(clock.now() + timedelta(days=self.acme.follow_up_days + 1)):
            new = ticket_of(arrive(mail("It is back.", in_reply_to="<first@acme.example>")))
        self.assertNotEqual(new, self.ticket)
        self.assertEqual(new.links, [{"kind": "follows", "ticket": self.ticket.pk}])
        self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).status, Status.CLOSED)

    def test_a_colleague_whom_the_requester_copied_takes_part(self) -> None:
        first = arrive(mail("With Lea.", cc="lea@acme.example", message_id="<two@acme.example>", subject="Switch"))
        row = arrive(mail("I know more.", sender="Lea <lea@acme.example>", in_reply_to="<two@acme.example>"))
        words = self.words_of(row)
        self.assertEqual((words.ticket, words.kind), (ticket_of(first), MessageKind.PUBLIC))
        self.assertIn("lea@acme.example", words.text)

    def test_an_answer_that_overtakes_its_question_waits_for_it(self) -> None:
        from olmo.channels.tests.stage import kept

        answer = kept(mail("Also this.", in_reply_to="<late@acme.example>", message_id="<b@acme.example>"))
        question = kept(mail("Scanner", subject="Scanner", message_id="<late@acme.example>"))
        with clock.at(clock.now() + timedelta(seconds=1)):
            from olmo.channels import processing

            processing.process_due()
        with clock.at(clock.now() + timedelta(seconds=5)):
            processing.process_due()
        self.assertEqual(*(ticket_of(RawMessage.objects.get(pk=row.pk)) for row in (answer, question)))


class Somebody(ThreadingTest):
    """M04, M06: somebody who does not take part."""

    def assertUnverified(self, row: RawMessage) -> None:
        words = self.words_of(row)
        self.assertEqual((words.ticket, words.kind, words.is_verified), (self.ticket, MessageKind.INTERNAL, False))
        self.assertNotIn(words.pk, queries.messages(self.rui, self.ticket).values_list("pk", flat=True))

    def test_with_the_number_of_a_ticket_opens_their_own(self) -> None:
        row = arrive(mail("Tell me.", sender=STRANGER, subject=f"[#{self.ticket.number}] VPN"))
        self.assertNotEqual(ticket_of(row), self.ticket)
        self.assertEqual(ticket_of(row).links, [])

    def test_of_another_client_with_the_number_opens_their_own(self) -> None:
        row = arrive(mail("Tell me.", sender="bea@bolt.example", subject=f"[#{self.ticket.number}] VPN"))
        self.assertEqual((ticket_of(row).client, ticket_of(row).requester), (self.bolt, self.bea))

    def test_who_was_forwarded_a_mail_is_heard_by_agents_only(self) -> None:
        told = self.notices()
        row = arrive(mail("I was forwarded this.", sender=STRANGER, to=self.token_address), to=self.token_address)
        self.assertUnverified(row)
        self.assertIn("mallory@evil.example", self.words_of(row).text)
        self.assertEqual(self.notices(), told)

    def test_of_another_client_with_the_right_token_is_heard_by_agents_only(self) -> None:
        row = arrive(mail("Me too.", sender="bea@bolt.example", in_reply_to="<first@acme.example>"))
        self.assertUnverified(row)

    def test_does_not_reopen_a_ticket(self) -> None:
        actions.resolve(self.ticket, by=self.alma, code="fixed")
        arrive(mail("Hello.", sender=STRANGER, in_reply_to="<first@acme.example>"))
        self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).status, Status.RESOLVED)

    def test_gets_no_account_at_the_client_by_writing(self) -> None:
        arrive(mail("Hello.", sender=STRANGER, in_reply_to="<first@acme.example>"))
        from olmo.people.queries import by_address

        self.assertIsNone(by_address("mallory@evil.example"))


class AnAgent(ThreadingTest):
    """M05: anybody can write an agent's address into From."""

    def test_whom_our_mail_server_proved_answers_the_requester(self) -> None:
        row = arrive(
            mail("Try again.", sender="alma@desk.example", to=self.token_address, authentication_results=AUTHENTIC),
            to=self.token_address,
        )
        words = self.words_of(row)
        self.assertEqual((words.kind, words.author, words.is_from_desk), (MessageKind.PUBLIC, self.alma, True))
        self.assertIn("replied", list(Event.objects.filter(ticket=self.ticket).values_list("kind", flat=True)))
        do_jobs()
        self.assertEqual([e.to for e in envelopes(purpose="reply")], ["rui@acme.example"])

    def test_unproven_is_an_unverified_internal_message(self) -> None:
        do_jobs()
        verdicts: tuple[dict[str, str], ...] = (
            {},
            {"authentication_results": FORGED},
            {"authentication_results": "mx.evil.example; dmarc=pass"},
        )
        for number, verdict in enumerate(verdicts):
            with self.subTest(verdict):
                raw = mail(
                    f"Request {number}.", sender="alma@desk.example", in_reply_to="<first@acme.example>", **verdict
                )
                row = arrive(raw)
                words = self.words_of(row)
                self.assertEqual((words.kind, words.is_verified), (MessageKind.INTERNAL, False))
        do_jobs()
        self.assertEqual(envelopes(purpose="reply"), [])

    def test_only_the_topmost_verdict_of_our_server_counts(self) -> None:
        raw = mail("Hi.", sender="alma@desk.example", in_reply_to="<first@acme.example>")
        raw = f"Authentication-Results: {FORGED}\r\nAuthentication-Results: {AUTHENTIC}\r\n".encode() + raw
        self.assertFalse(self.words_of(arrive(raw)).is_verified)

    def test_a_requester_whose_proof_failed_is_not_believed(self) -> None:
        verdict = "mx.desk.example; dmarc=fail header.from=acme.example"
        row = arrive(mail("I am Rui.", in_reply_to="<first@acme.example>", authentication_results=verdict))
        self.assertFalse(self.words_of(row).is_verified)

    def test_of_another_client_only_cannot_answer(self) -> None:
        row = arrive(
            mail(
                "Hi.", sender="otto@desk.example", in_reply_to="<first@acme.example>", authentication_results=AUTHENTIC
            )
        )
        self.assertEqual(self.words_of(row).kind, MessageKind.INTERNAL)

    def test_may_be_a_requester_too(self) -> None:
        ticket = ticket_of(arrive(mail("My own laptop.", sender="tove@desk.example", subject="Laptop")))
        self.assertEqual((ticket.requester, ticket.team), (self.tove, None))


class AMachine(ThreadingTest):
    """M02: automatic mail is kept and never answered."""

    def test_a_vacation_notice_stays_out_of_the_way(self) -> None:
        actions.hold(self.ticket, by=self.alma, reason="requester")
        told = self.notices()
        notice = {"auto_submitted": "auto-replied", "in_reply_to": "<first@acme.example>"}
        row = arrive(mail("I am away.", subject="Out of office: VPN", **notice))
        self.assertEqual((self.words_of(row).kind, row.is_automatic), (MessageKind.INTERNAL, True))
        self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).status, Status.WAITING)
        self.assertEqual(self.notices(), told)

    def test_automatic_mail_is_stored_and_never_acknowledged(self) -> None:
        cases = [
            {"auto_submitted": "auto-generated"}, {"precedence": "bulk"}, {"precedence": "auto_reply"}, {"precedence": "list"},
            {"x_auto_response_suppress": "All"}, {"x_autorespond": "yes"}, {"list_id": "<news.x.example>"}, {"return_path": "<>"},
            {"sender": "MAILER-DAEMON@mx.acme.example"}, {"sender": HELP}, {"sender": "no-reply@service.example"},
        ]  # fmt: skip
        do_jobs()
        before = len(envelopes())
        for number, case in enumerate(cases):
            with self.subTest(case):
                row = arrive(mail("Verify your address: 123456", subject=f"Notice {number}", **case))
                self.assertTrue(ticket_of(row).pk)
                do_jobs()
                self.assertEqual(len(envelopes()), before)

    def test_our_own_message_that_comes_back_stops(self) -> None:
        actions.reply(self.ticket, by=self.alma, message=self.say("Hello."))
        do_jobs()
        (sent,) = envelopes(purpose="reply")
        by_id = arrive(mail("Hello.", sender=HELP, message_id=sent.message_id))
        by_mark = arrive(mail("Hello.", sender=HELP, x_olmo_loop=sent.headers["X-Olmo-Loop"]))
        self.assertEqual([(row.state, row.message_id) for row in (by_id, by_mark)], [("ignored", None)] * 2)
        other_desk = arrive(mail("Hello.", x_olmo_loop="somebody-elses-mark", in_reply_to=sent.message_id))
        self.assertEqual(ticket_of(other_desk), self.ticket)
