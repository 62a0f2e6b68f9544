"""Drafts: what is typed is kept, by whom it is seen, and that two windows overwrite nothing."""

from django.db import IntegrityError, transaction

from olmo.kernel.errors import Invalid, NotFound
from olmo.tenancy.scope import scope
from olmo.tickets import actions
from olmo.tickets.models import Ticket
from olmo.writing import drafting, queries, sharing
from olmo.writing.drafting import Content, Moved
from olmo.writing.models import Draft
from tests.cast import DeskTest


class Drafting(DeskTest):
    def write(self, ticket: Ticket, text: str, **more: object) -> Draft:
        content = Content(text=text, **more)  # type: ignore[arg-type]
        draft = drafting.save(ticket, by=self.alma, kind="reply", content=content)
        assert draft is not None
        return draft

    def test_reply_and_note_are_two_drafts(self) -> None:
        ticket = self.report("Printer")
        self.write(ticket, "Dear Rui")
        drafting.save(ticket, by=self.alma, kind="note", content=Content(text="He is angry."))
        self.assertEqual(
            [(d.kind, d.text) for d in queries.of_ticket(self.alma, ticket)],
            [("reply", "Dear Rui"), ("note", "He is angry.")],
        )
        self.assertLogged(ticket, "opened")

    def test_the_same_window_goes_on_writing(self) -> None:
        ticket = self.report("Printer")
        first = self.write(ticket, "Dear", writer="one")
        again = self.write(ticket, "Dear Rui", writer="one", revision=first.revision)
        late = self.write(ticket, "Dear Rui, hello", writer="one", revision=first.revision)  # its answer never arrived
        self.assertEqual((again.pk, late.pk, late.text), (first.pk, first.pk, "Dear Rui, hello"))

    def test_another_window_is_told_and_overwrites_nothing(self) -> None:
        ticket = self.report("Printer")
        first = self.write(ticket, "Dear Rui", writer="one")
        with self.assertRaises(Moved) as moved:
            self.write(ticket, "Hello", writer="two")
        self.assertEqual(moved.exception.draft, first)
        self.assertEqual(Draft.objects.get().text, "Dear Rui")
        self.write(ticket, "Hello", writer="two", revision=first.revision)
        self.assertEqual(Draft.objects.get().text, "Hello")

    def test_a_window_whose_draft_was_sent_elsewhere_brings_nothing_back(self) -> None:
        ticket = self.report("Printer")
        draft = self.write(ticket, "Dear Rui", writer="one")
        draft.delete()
        with self.assertRaises(Moved) as moved:
            self.write(ticket, "Dear Rui", writer="one", revision=1)
        self.assertIsNone(moved.exception.draft)
        self.assertFalse(Draft.objects.exists())

    def test_an_empty_draft_ends(self) -> None:
        ticket = self.report("Printer")
        draft = self.write(ticket, "Dear Rui")
        gone = drafting.save(ticket, by=self.alma, kind="reply", content=Content(text=" ", revision=draft.revision))
        self.assertIsNone(gone)
        self.assertFalse(Draft.objects.exists())

    def test_there_is_one_open_draft_of_each_kind(self) -> None:
        ticket = self.report("Printer")
        draft = self.write(ticket, "Dear Rui")
        with self.assertRaises(IntegrityError), transaction.atomic():
            Draft.objects.create(ticket=ticket, author=self.alma, kind="reply", updated_at=draft.updated_at)

    def test_too_long_a_text_is_refused_by_name(self) -> None:
        with self.assertRaises(Invalid) as refused:
            self.write(self.report("Printer"), "x" * (drafting.MAX_TEXT + 1))
        self.assertEqual(refused.exception.field, "text")

    def test_nobody_else_sees_it_until_it_is_shared(self) -> None:
        ticket = self.report("Printer")
        draft = self.write(ticket, "Dear Rui")
        self.assertEqual(queries.of_ticket(self.tove, ticket), [])
        sharing.share(draft, by=self.alma, is_shared=True)
        self.assertEqual(queries.of_ticket(self.tove, ticket), [draft])
        for person in (self.otto, self.rui, self.bea):
            self.assertEqual(queries.of_ticket(person, ticket), [])
            with self.assertRaises(NotFound):
                queries.by_id(person, draft.pk)

    def test_another_organisations_drafts_are_not_there_at_all(self) -> None:
        self.write(self.report("Printer"), "Dear Rui")
        with scope([self.bolt.pk]):
            self.assertFalse(Draft.objects.exists())

    def test_strangers_to_the_ticket_write_none(self) -> None:
        ticket = self.report("Printer")
        for person in (self.otto, self.bea):
            with self.assertRaises(NotFound):
                drafting.save(ticket, by=person, kind="reply", content=Content(text="x"))

    def test_what_was_begun_meanwhile_follows_a_draft_that_comes_back(self) -> None:
        ticket = self.report("Printer")
        draft = self.write(ticket, "First")
        sharing.ask(draft, by=self.alma, approver=self.tove)
        self.write(ticket, "Second")
        sharing.withdraw(draft, by=self.alma)
        self.assertEqual([d.text for d in Draft.objects.all()], ["First\n\nSecond"])

    def test_a_draft_leaves_its_ticket_free_to_change(self) -> None:
        ticket = self.report("Printer")
        self.write(ticket, "Dear Rui")
        actions.resolve(ticket, by=self.tove, code="fixed")
        self.assertLogged(ticket, "opened", "resolved")
