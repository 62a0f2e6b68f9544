"""What leaves, what waits, and what is given up; against a real SMTP server."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

from django.test import TestCase

from olmo.channels.tests.stage import do_jobs, relay
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.outbox import actions, delivering, queries
from olmo.outbox.delivering import deliver_due
from olmo.outbox.models import Envelope, State
from olmo.outbox.tests.sink import Sink
from olmo.tenancy.scope import EVERY_CLIENT, scope


class OutboxTest(TestCase):
    def setUp(self) -> None:
        super().setUp()
        stack = ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(scope(EVERY_CLIENT))

    def queue(self, to: str = "rui@acme.example", subject: str = "Hello", **more: str) -> Envelope:
        return actions.send(to=to, sender="help@desk.example", subject=subject, text="Words.", **more)  # type: ignore[arg-type]

    def state(self, envelope: Envelope) -> str:
        envelope.refresh_from_db()
        return envelope.state

    def after(self, minutes: float, do: Callable[[], object]) -> None:
        """Let `do` happen so many minutes from now."""
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            do()


class WithARelay(OutboxTest):
    def test_a_message_leaves_with_its_own_id(self) -> None:
        with relay(Sink()) as sink:
            envelope = self.queue(to_name="Rui Alves", sender_name="Quercia IT")
            self.assertEqual(deliver_due(), 1)
            (mail,) = sink.mails()
        self.assertEqual(self.state(envelope), State.SENT)
        self.assertEqual((mail["To"], mail["From"]), ("Rui Alves <rui@acme.example>", "Quercia IT <help@desk.example>"))
        self.assertEqual(mail["Message-ID"], envelope.message_id)
        self.assertEqual(deliver_due(), 0)

    def test_a_link_that_signs_in_is_not_kept_once_it_has_left(self) -> None:
        with relay(Sink()) as sink:
            secret, other = self.queue(purpose="sign-in"), self.queue(to="alma@desk.example")
            deliver_due()
            self.assertIn("Words.", sink.mails()[0].get_content())
        self.state(secret), self.state(other)
        self.assertEqual((secret.text, secret.html, other.text), ("", "", "Words."))

    def test_long_ids_and_lines_starting_with_dots_arrive_as_they_are(self) -> None:
        chain = " ".join(f"<{'x' * 60}.{n}@somewhere.example>" for n in range(12))
        with relay(Sink()) as sink:
            actions.send(
                to="rui@acme.example", sender="help@desk.example", subject="Grüße, ελληνικά " * 8, text=".dot\n..two\n.\nend",
                headers={"References": chain},
            )  # fmt: skip
            deliver_due()
            (mail,) = sink.mails()
        self.assertEqual(mail["References"], chain)
        self.assertEqual(mail["Subject"], ("Grüße, ελληνικά " * 8).strip())
        self.assertEqual(mail.get_content().splitlines(), [".dot", "..two", ".", "end"])

    def test_a_busy_relay_is_asked_again_later_each_time(self) -> None:
        answers = iter(["421 4.3.2 closing", "451 4.7.1 greylisted", "452 4.2.2 mailbox full", "250 OK"])
        with relay(Sink(at_rcpt=lambda _to: next(answers))) as sink:
            envelope = self.queue()
            deliver_due()
            self.assertEqual(self.state(envelope), State.QUEUED)
            self.assertIn("421", envelope.last_error)
            deliver_due()
            self.assertEqual(len(sink.offered), 1)
            self.after(2, deliver_due)
            self.after(3, deliver_due)
            self.assertEqual(len(sink.offered), 2)
            self.after(10, deliver_due)
            self.after(60, deliver_due)
            self.assertEqual((self.state(envelope), len(sink.taken)), (State.SENT, 1))

    def test_a_refused_recipient_is_given_up_at_once_and_the_others_get_it_once(self) -> None:
        with relay(Sink(at_rcpt=lambda to: "550 5.1.1 no such user" if to.startswith("gone") else "250 OK")) as sink:
            three = [self.queue(to=f"{name}@acme.example") for name in ("rui", "gone", "bea")]
            deliver_due()
            self.after(600, deliver_due)
        self.assertEqual([self.state(e) for e in three], [State.SENT, State.FAILED, State.SENT])
        self.assertEqual(sorted(to for to, _raw in sink.taken), ["bea@acme.example", "rui@acme.example"])
        self.assertEqual(three[1].last_error, "550 5.1.1 no such user")

    def test_a_message_refused_after_its_content_is_given_up(self) -> None:
        with relay(Sink(at_data=lambda _to: "554 5.6.0 rejected")):
            envelope = self.queue()
            deliver_due()
        self.assertEqual(self.state(envelope), State.FAILED)

    def test_an_unheard_answer_is_tried_once_more_with_the_same_id(self) -> None:
        answers = iter(["take and close", "250 OK"])
        with relay(Sink(at_data=lambda _to: next(answers))) as sink:
            envelope = self.queue()
            deliver_due()
            self.assertEqual((self.state(envelope), envelope.doubts), (State.QUEUED, 1))
            self.after(5, deliver_due)
            self.assertEqual(self.state(envelope), State.SENT)
            self.assertEqual([mail["Message-ID"] for mail in sink.mails()], [envelope.message_id] * 2)

    def test_after_two_unheard_answers_nothing_more_is_sent(self) -> None:
        with relay(Sink(at_data=lambda _to: "take and close")) as sink:
            envelope = self.queue()
            for minutes in (0, 5, 60, 600, 1000):
                self.after(minutes, deliver_due)
            self.assertEqual((self.state(envelope), len(sink.taken)), (State.FAILED, 2))
            self.assertIn("twice", envelope.last_error)

    def test_a_relay_that_is_away_costs_one_try_a_sweep(self) -> None:
        with relay(Sink()) as sink:
            sink.__exit__()
            three = [self.queue(to=f"{n}@acme.example") for n in range(3)]
            deliver_due()
        self.assertEqual([(self.state(e), e.attempts) for e in three], [("queued", 1), ("queued", 0), ("queued", 0)])

    def test_after_three_days_it_is_given_up(self) -> None:
        with relay(Sink(at_rcpt=lambda _to: "451 later")):
            envelope = self.queue()
            for hours in (0, 1, 30, 71, 100):
                self.after(hours * 60, deliver_due)
        self.assertEqual(self.state(envelope), State.FAILED)

    def test_pauses_grow(self) -> None:
        pauses = [delivering.pause_after(n) for n in range(1, 12)]
        self.assertEqual(pauses, sorted(pauses))
        self.assertEqual((pauses[0], pauses[-1]), (timedelta(minutes=1), timedelta(hours=8)))


class WhenAWorkerDies(OutboxTest):
    def test_before_the_content_left_it_is_simply_sent(self) -> None:
        envelope = self.queue()
        delivering.claim()
        with relay(Sink()) as sink:
            deliver_due()
            self.assertEqual(len(sink.taken), 0)
            self.after(10, deliver_due)
            self.assertEqual((self.state(envelope), envelope.doubts, len(sink.taken)), (State.SENT, 0, 1))

    def test_after_the_content_left_it_is_sent_at_most_once_more(self) -> None:
        envelope = self.queue()
        with relay(Sink()) as sink:
            for _death in range(3):
                with clock.at(clock.now() + timedelta(minutes=10 * (_death + 1))):
                    if claimed := delivering.claim():
                        delivering._mark_in_doubt(claimed)
            self.after(100, deliver_due)
            self.assertEqual((self.state(envelope), len(sink.taken)), (State.FAILED, 0))
            self.assertEqual(envelope.doubts, 2)

    def test_the_sweep_finds_what_no_job_sends(self) -> None:
        envelope = self.queue()
        do_jobs()
        from olmo.outbox.jobs import sweep

        sweep.func(timestamp=0)
        self.assertTrue(queries.due().filter(pk=envelope.pk).exists())
        from procrastinate.contrib.django.models import ProcrastinateJob

        self.assertEqual(ProcrastinateJob.objects.filter(task_name=actions.DELIVER, status="todo").count(), 1)


class WithoutARelay(OutboxTest):
    def test_mail_waits_and_says_so(self) -> None:
        envelope = self.queue()
        self.assertEqual(deliver_due(), 0)
        self.assertEqual((self.state(envelope), envelope.attempts), (State.QUEUED, 0))
        self.assertIn("OLMO_SMTP_URL", queries.words(envelope))
        self.assertEqual((queries.waiting().count, queries.waiting().has_relay), (1, False))


class WhatMayBeQueued(OutboxTest):
    def test_no_value_ever_makes_a_second_header(self) -> None:
        with relay(Sink()) as sink:
            self.queue(
                subject="Hi\r\nBcc: x@evil.example\r\n\r\nbody", to_name="A\r\nBcc: y@evil.example", sender_name="S\nX: 1",
                headers={"In-Reply-To": "<a@b>\r\nBcc: z@evil.example"},  # type: ignore[arg-type]
            )  # fmt: skip
            deliver_due()
            (mail,) = sink.mails()
        self.assertEqual([name for name in mail if name.lower() in ("bcc", "x")], [])
        self.assertEqual(sink.offered, ["rui@acme.example"])

    def test_an_address_that_could_end_a_command_is_refused(self) -> None:
        for bad in (
            "a@b\r\nBcc: x@y",
            "a b@c",
            "<a@b>",
            "a@b>,c@d",
            "a",
            "",
            "a@",
            "@b",
            "a\x00@b",
            f"{'a' * 400}@b.example",
        ):
            with self.subTest(bad), self.assertRaises(Invalid):
                self.queue(to=bad)

    def test_unusual_addresses_leave_or_fail_and_harm_nobody(self) -> None:
        unusual = [
            '"quoted local"@acme.example',
            "rui@[127.0.0.1]",
            "rui@köln.example",
            "jörg@acme.example",
            "rui+x@acme.example",
        ]
        with relay(Sink()) as sink:
            made = [self.queue(to=address) for address in unusual]
            deliver_due()
        self.assertEqual([self.state(e) for e in made], [State.SENT] * len(unusual), [e.last_error for e in made])
        self.assertIn("rui@xn--kln-sna.example", sink.offered)

    def test_a_header_name_is_a_word(self) -> None:
        with self.assertRaises(Invalid):
            actions.send(to="a@b.example", subject="s", text="t", headers={"X\r\nBcc": "x@y"})

    def test_what_was_given_up_can_be_tried_again(self) -> None:
        with relay(Sink(at_rcpt=lambda _to: "550 no")):
            envelope = self.queue()
            deliver_due()
            self.state(envelope)
        actions.retry(envelope)
        with relay(Sink()):
            deliver_due()
        self.assertEqual(self.state(envelope), State.SENT)
        with self.assertRaises(Conflict):
            actions.retry(envelope)


class SecretWords(OutboxTest):
    def test_are_forgotten_once_they_have_left(self) -> None:
        envelope = actions.send(
            to="rui@acme.example", subject="Link", text="https://desk.example/in/abc", purpose="sign-in"
        )
        with relay(Sink()) as sink:
            deliver_due()
        envelope.refresh_from_db()
        self.assertEqual((envelope.text, "abc" in str(sink.mails()[0])), ("", True))
