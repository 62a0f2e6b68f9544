"""The acknowledgement: useless to attackers, and never one too many (M01, M07, M08, M09)."""

from datetime import timedelta

from olmo.channels.tests.stage import arrive, do_jobs, envelopes, mail, open_mailbox, ticket_of
from olmo.kernel import clock
from olmo.tickets import actions
from olmo.tickets.models import Channel, Message, Ticket
from tests.cast import DeskTest

ADVERTISING = "BUY NOW https://evil.example"


class Acknowledging(DeskTest):
    def acknowledgements(self) -> int:
        do_jobs()
        return len(envelopes(purpose="ack"))

    def test_says_the_number_in_the_language_of_the_reader(self) -> None:
        self.rui.language = "it"
        self.rui.save()
        ticket = ticket_of(arrive(mail()))
        do_jobs()
        (ack,) = envelopes(purpose="ack")
        self.assertIn(f"#{ticket.number}", ack.subject)
        self.assertIn("-- si prega di scrivere sopra questa riga --", ack.text)
        self.assertIn(str(ticket.number), ack.html)
        for words in (ack.text, ack.html):
            self.assertIn("perché è la tua richiesta", words)
            self.assertEqual(words.count("/account/notices/told/"), 1)
            self.assertEqual(words.count("/account/notices"), 2)

    def test_carries_nothing_that_an_unproven_sender_wrote(self) -> None:
        arrive(mail(ADVERTISING, sender=f"{ADVERTISING} <victim@other.example>", subject=ADVERTISING))
        do_jobs()
        (ack,) = envelopes(purpose="ack")
        whole = f"{ack.subject} {ack.text} {ack.html} {ack.to_name} {ack.headers}"
        self.assertEqual([word for word in ("BUY", "evil") if word in whole], [])
        self.assertEqual((ack.to, ack.headers["Auto-Submitted"]), ("victim@other.example", "auto-replied"))

    def test_returns_the_subject_to_somebody_who_was_signed_in(self) -> None:
        self.report("My monitor flickers", channel=Channel.PORTAL)
        do_jobs()
        (ack,) = envelopes(purpose="ack")
        self.assertIn("My monitor flickers", ack.text)
        self.assertEqual(
            [name for name in ("In-Reply-To", "References") if name in ack.headers], []
        )  # it begins the thread

    def test_a_flood_to_one_address_is_acknowledged_twice_and_noted_once(self) -> None:
        """M08, M01: five of five hundred."""
        for number in range(5):
            arrive(mail(f"Number {number}", sender="victim@other.example", subject=f"Ad {number}"))
        self.assertEqual(self.acknowledgements(), 2)
        self.assertEqual(Message.objects.filter(kind="internal").count(), 1)
        with clock.at(clock.now() + timedelta(hours=2)):
            arrive(mail("Later", sender="victim@other.example", subject="Later"))
            self.assertEqual(self.acknowledgements(), 3)

    def test_two_mailboxes_together_send_three_an_hour_to_one_address(self) -> None:
        for box in ("one", "two"):
            open_mailbox(f"{box}@desk.example")
        for number in range(6):
            to = f"{('one', 'two')[number % 2]}@desk.example"
            arrive(mail(f"Number {number}", sender="victim@other.example", subject=f"Ad {number}", to=to), to=to)
        self.assertEqual(self.acknowledgements(), 3)

    def test_two_desks_that_answer_each_other_stop(self) -> None:
        """M01: a desk that sets no header at all."""
        arrive(mail("We received your request.", sender="help@other-desk.example", subject="[T-1] Received"))
        for turn in range(2, 8):
            do_jobs()
            ours = envelopes(purpose="ack")[-1]
            subject = f"[T-{turn}] {ours.subject}"
            arrive(mail(f"We received your request {turn}.", sender="help@other-desk.example", subject=subject))
        self.assertLessEqual(self.acknowledgements(), 2)

    def test_none_for_tickets_that_an_agent_opened(self) -> None:
        actions.open_ticket(
            by=self.alma,
            requester=self.rui,
            client=self.acme,
            subject="By phone",
            channel=Channel.PHONE,
            message=self.say("x"),
        )
        self.assertEqual(self.acknowledgements(), 0)

    def test_the_code_of_another_service_is_seen_by_agents_only(self) -> None:
        """M09: the ticket trick."""
        row = arrive(mail("Your code is 424242", sender="no-reply@service.example", subject="Confirm your address"))
        self.assertEqual(self.acknowledgements(), 0)
        self.assertFalse(Ticket.objects.filter(pk=ticket_of(row).pk, requester__in=[self.rui, self.bea]).exists())
