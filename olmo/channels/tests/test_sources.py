"""The bytes behind a message: who may see them, where they go with it, and how they are erased."""

from olmo.channels import queries, reactions
from olmo.channels.models import RawMessage
from olmo.channels.tests.stage import arrive, do_jobs, envelopes, mail, ticket_of
from olmo.kernel.errors import NotFound
from olmo.kernel.files import path_of
from olmo.knowledge import files
from olmo.tenancy.scope import scope
from olmo.tickets import actions, undo
from olmo.tickets.models import Message
from tests.cast import DeskTest


class TheSource(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.raw = mail("My salary is 1234.")
        self.row = arrive(self.raw)
        self.ticket = ticket_of(self.row)
        self.message = Message.objects.get(source_id=self.row.pk)

    def test_is_shown_byte_for_byte_to_an_agent(self) -> None:
        self.assertEqual(queries.raw_source(self.alma, self.message.pk), self.raw)

    def test_does_not_exist_for_anybody_else(self) -> None:
        for viewer in (self.rui, self.bea, self.otto):
            with self.assertRaises(NotFound):
                queries.raw_source(viewer, self.message.pk)

    def test_is_seen_in_the_scope_of_its_client_only(self) -> None:
        with scope([self.bolt.pk]):
            self.assertFalse(RawMessage.objects.exists())
        with scope([self.acme.pk]):
            self.assertEqual(RawMessage.objects.count(), 1)

    def test_that_is_not_processed_is_seen_in_a_scope_of_every_client_only(self) -> None:
        RawMessage.objects.update(client=None, state="received")
        with scope([self.acme.pk]):
            self.assertFalse(RawMessage.objects.exists())

    def test_moves_with_its_ticket_to_another_client(self) -> None:
        actions.reply(self.ticket, by=self.alma, message=self.say("Hello."))
        do_jobs()
        with undo.undoable(self.alma, "Changed.") as made:
            actions.change_requester(self.ticket, by=self.alma, requester=self.bea)
        do_jobs()
        with scope([self.bolt.pk]):
            self.assertEqual(RawMessage.objects.count(), 1)
            self.assertEqual(len(envelopes(purpose="reply")), 1)
        with scope([self.acme.pk]):
            self.assertFalse(RawMessage.objects.exists())
            self.assertEqual(envelopes(purpose="reply"), [])
        undo.undo(made.token, by=self.alma)
        do_jobs()
        with scope([self.acme.pk]):
            self.assertEqual((RawMessage.objects.count(), len(envelopes(purpose="reply"))), (1, 1))

    def test_is_erased_with_its_message(self) -> None:
        actions.redact(self.message, by=self.ines)
        do_jobs()
        with self.assertRaises(NotFound):
            queries.raw_source(self.alma, self.message.pk)
        self.row.refresh_from_db()
        self.assertEqual(bytes(self.row.content or b""), b"")

    def test_a_file_of_knowledge_with_the_same_content_keeps_it(self) -> None:
        kept = files.keep(
            by=self.alma, name="a.eml", media_type="message/rfc822", chunks=[self.raw], size=len(self.raw)
        )
        RawMessage.objects.filter(pk=self.row.pk).update(content=None, sha256=kept.sha256)
        actions.redact(self.message, by=self.ines)
        do_jobs()
        self.assertTrue(path_of(kept.sha256).is_file())
        kept.delete()
        RawMessage.objects.filter(pk=self.row.pk).update(content=None)
        reactions._erase(self.message.pk)
        self.assertFalse(path_of(kept.sha256).is_file())

    def test_an_erased_answer_is_not_sent_any_more_and_leaves_no_words(self) -> None:
        event = actions.reply(self.ticket, by=self.alma, message=self.say("Your salary is 1234."))
        do_jobs()
        actions.redact(Message.objects.get(pk=event.data["message"]), by=self.ines)
        do_jobs()
        (envelope,) = envelopes(purpose="reply")
        self.assertEqual((envelope.state, "1234" in envelope.text + envelope.html), ("held", False))
