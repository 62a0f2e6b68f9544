"""Words on a ticket: replies, notes, what the requester writes."""

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.tickets import actions, queries
from olmo.tickets.log import Stale
from olmo.tickets.models import Attachment, Message, ResolutionCode, Status, Ticket
from tests.cast import DeskTest


class Replying(DeskTest):
    def test_a_reply_opens_a_new_ticket_and_counts_as_first_answer(self) -> None:
        ticket = self.report("VPN drops")
        actions.reply(ticket, by=self.alma, message=self.say("On it."))
        self.assertEqual(ticket.status, Status.OPEN)
        self.assertIsNotNone(ticket.answered_at)
        self.assertLogged(ticket, "opened", "replied")

    def test_the_words_never_stand_in_the_log(self) -> None:
        ticket = self.report("VPN drops")
        event = actions.reply(ticket, by=self.alma, message=self.say("Secret words."))
        self.assertEqual(set(event.data), {"message"})

    def test_an_empty_reply_names_the_field(self) -> None:
        ticket = self.report("VPN drops")
        with self.assertRaises(Invalid) as refused:
            actions.reply(ticket, by=self.alma, message=self.say("  \n"))
        self.assertEqual(refused.exception.field, "text")
        self.assertLogged(ticket, "opened")

    def test_a_requester_cannot_reply_as_the_desk(self) -> None:
        ticket = self.report("VPN drops")
        with self.assertRaises(NotAllowed):
            actions.reply(ticket, by=self.rui, message=self.say("I am the desk."))

    def test_for_another_client_the_ticket_does_not_exist(self) -> None:
        ticket = self.report("VPN drops")
        for stranger in (self.bea, self.otto):
            with self.assertRaises(NotFound):
                actions.reply(ticket, by=stranger, message=self.say("Hello?"))

    def test_a_reply_on_a_stale_page_is_stopped_and_says_what_is_new(self) -> None:
        ticket = self.report("VPN drops")
        seen = ticket.version
        actions.receive(ticket, by=self.rui, message=self.say("Solved by itself."))
        with self.assertRaises(Stale) as stopped:
            actions.reply(ticket, by=self.alma, message=self.say("Please restart."), seen=seen)
        self.assertEqual([e.kind for e in stopped.exception.events], ["received"])
        self.assertFalse(Message.objects.filter(text="Please restart.").exists())
        actions.reply(ticket, by=self.alma, message=self.say("Please restart."), seen=ticket.version)

    def test_an_event_that_is_no_message_does_not_stop_a_reply(self) -> None:
        ticket = self.report("VPN drops")
        seen = ticket.version
        actions.prioritise(ticket, by=self.tove, impact=1, urgency=1)
        actions.reply(ticket, by=self.alma, message=self.say("On it."), seen=seen)
        self.assertLogged(ticket, "opened", "prioritised", "replied")


class Noting(DeskTest):
    def test_a_note_is_for_agents_only(self) -> None:
        ticket = self.report("VPN drops")
        actions.note(ticket, by=self.alma, message=self.say("He sounds tense."))
        self.assertEqual(queries.messages(self.alma, ticket).count(), 2)
        self.assertEqual([m.text for m in queries.messages(self.rui, ticket)], ["It does not work."])
        self.assertNotIn("noted", [e.kind for e in queries.events(self.rui, ticket)])

    def test_a_requester_cannot_write_one(self) -> None:
        ticket = self.report("VPN drops")
        with self.assertRaises(NotAllowed):
            actions.note(ticket, by=self.rui, message=self.say("Hidden?"))


class Receiving(DeskTest):
    def test_it_wakes_a_waiting_ticket(self) -> None:
        ticket = self.report("VPN drops")
        actions.hold(ticket, by=self.alma, reason="requester")
        actions.receive(ticket, by=self.rui, message=self.say("Here is the log."))
        self.assertEqual((ticket.status, ticket.hold_reason), (Status.OPEN, ""))
        self.assertLogged(ticket, "opened", "put_on_hold", "received")

    def test_it_reopens_a_resolved_ticket(self) -> None:
        ticket = self.report("VPN drops")
        actions.resolve(ticket, by=self.alma, code=ResolutionCode.FIXED, note="Cable.")
        actions.receive(ticket, by=self.rui, message=self.say("Still drops."))
        self.assertEqual((ticket.status, ticket.resolution_code, ticket.resolved_at), (Status.OPEN, "", None))
        self.assertLogged(ticket, "opened", "resolved", "received", "reopened")

    def test_an_automatic_message_does_not_reopen(self) -> None:
        ticket = self.report("VPN drops")
        actions.resolve(ticket, by=self.alma, code=ResolutionCode.FIXED, note="Cable.")
        actions.receive(ticket, by=self.rui, message=self.say("Out of office."), reopens=False)
        self.assertEqual(ticket.status, Status.RESOLVED)

    def test_what_reaches_a_merged_ticket_lands_in_the_one_it_went_into(self) -> None:
        first, second = self.report("VPN drops"), self.report("VPN drops again")
        actions.merge(second, first, by=self.alma)
        actions.receive(second, by=self.rui, message=self.say("Any news?"))
        self.assertEqual(Message.objects.get(text="Any news?").ticket, first)
        self.assertReplays(first)
        self.assertReplays(second)


class Attaching(DeskTest):
    def test_a_file_is_kept_once_and_sent_with_a_message(self) -> None:
        ticket = self.report("VPN drops")
        files = [
            actions.attach(
                by=self.alma, client_id=self.acme.pk, name="../../log.txt", media_type="text/plain", chunks=[b"same"], size=4
            )
            for _ in range(2)
        ]  # fmt: skip
        self.assertEqual(files[0].name, "log.txt")
        self.assertEqual(files[0].sha256, files[1].sha256)
        actions.reply(ticket, by=self.alma, message=self.say("See the log.", uploads=[files[0].pk]))
        kept = Attachment.objects.get(pk=files[0].pk)
        self.assertEqual(kept.message and kept.message.text, "See the log.")
        self.assertEqual(queries.attachment(self.rui, kept.pk), kept)
        for stranger in (self.bea, self.otto):
            with self.assertRaises(NotFound):
                queries.attachment(stranger, kept.pk)

    def test_somebody_elses_draft_cannot_be_sent(self) -> None:
        ticket = self.report("VPN drops")
        draft = actions.attach(
            by=self.tove, client_id=self.acme.pk, name="a", media_type="text/plain", chunks=[b"x"], size=1
        )
        with self.assertRaises(Invalid):
            actions.reply(ticket, by=self.alma, message=self.say("See the log.", uploads=[draft.pk]))
        self.assertLogged(Ticket.objects.get(pk=ticket.pk), "opened")

    def test_too_large_says_the_limit(self) -> None:
        with self.settings(OLMO_MAX_UPLOAD_BYTES=2**20), self.assertRaises(Invalid) as refused:
            actions.attach(
                by=self.rui, client_id=self.acme.pk, name="big.iso", media_type="x/y", chunks=[b""], size=2**20 + 1
            )
        self.assertIn("1 MB", str(refused.exception))

    def test_the_file_of_a_note_is_not_for_the_requester(self) -> None:
        ticket = self.report("VPN drops")
        draft = actions.attach(
            by=self.alma, client_id=self.acme.pk, name="a.txt", media_type="text/plain", chunks=[b"x"], size=1
        )
        actions.note(ticket, by=self.alma, message=self.say("Look.", uploads=[draft.pk]))
        with self.assertRaises(NotFound):
            queries.attachment(self.rui, draft.pk)

    def test_a_merged_ticket_takes_no_reply(self) -> None:
        first, second = self.report("VPN drops"), self.report("VPN drops again")
        actions.merge(second, first, by=self.alma)
        with self.assertRaises(Conflict):
            actions.reply(second, by=self.alma, message=self.say("Hello"))
