"""Approval: asked, changed, given, given back; the reply leaves in its author's name."""

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.tickets import actions
from olmo.tickets.log import Stale
from olmo.tickets.models import Event, Message, Ticket
from olmo.writing import drafting, sharing
from olmo.writing.drafting import Content
from olmo.writing.models import Draft
from tests.cast import DeskTest


class Approving(DeskTest):
    def ask(self, ticket: Ticket, text: str = "We pay for it.") -> Draft:
        draft = drafting.save(ticket, by=self.alma, kind="reply", content=Content(text=text))
        assert draft is not None
        return sharing.ask(draft, by=self.alma, approver=self.tove, word="Is this right?")

    def test_the_approver_changes_it_and_it_leaves_in_the_authors_name(self) -> None:
        ticket = self.report("Printer")
        draft = self.ask(ticket)
        content = Content(text="We pay half of it.", revision=draft.revision)
        sharing.approve(draft, by=self.tove, content=content, seen=Event.objects.filter(ticket=ticket).count())
        message = Message.objects.latest("pk")
        self.assertEqual((message.author, message.text), (self.alma, "We pay half of it."))
        self.assertFalse(Draft.objects.exists())
        self.assertLogged(ticket, "opened", "approval_asked", "approval_given", "replied")

    def test_it_is_given_back_with_a_word(self) -> None:
        ticket = self.report("Printer")
        draft = self.ask(ticket)
        with self.assertRaises(Invalid):
            sharing.give_back(draft, by=self.tove, word=" ")
        back = sharing.give_back(draft, by=self.tove, word="Too generous.")
        self.assertEqual((back.is_open, back.remark, back.text), (True, "Too generous.", "We pay for it."))
        self.assertLogged(ticket, "opened", "approval_asked", "draft_returned")

    def test_a_message_that_came_meanwhile_stops_the_approval(self) -> None:
        ticket = self.report("Printer")
        draft = self.ask(ticket)
        seen = Event.objects.filter(ticket=ticket).count()
        actions.receive(ticket, by=self.rui, message=self.say("Never mind."))
        with self.assertRaises(Stale):
            sharing.approve(draft, by=self.tove, content=Content(text="x", revision=draft.revision), seen=seen)
        self.assertEqual(Draft.objects.get().text, "We pay for it.")

    def test_nobody_approves_for_themselves_or_without_sight(self) -> None:
        draft = drafting.save(self.report("Printer"), by=self.alma, kind="reply", content=Content(text="x"))
        assert draft is not None
        for person in (self.alma, self.otto, self.rui):
            with self.assertRaises(Invalid) as refused:
                sharing.ask(draft, by=self.alma, approver=person)
            self.assertEqual(refused.exception.field, "approver")

    def test_only_who_is_asked_approves(self) -> None:
        draft = self.ask(self.report("Printer"))
        for person in (self.alma, self.ines, self.otto):
            with self.assertRaises(NotFound):
                sharing.approve(draft, by=person, content=Content(text="x", revision=draft.revision))
            with self.assertRaises(NotFound):
                sharing.give_back(draft, by=person, word="no")

    def test_the_author_takes_it_back_once(self) -> None:
        ticket = self.report("Printer")
        draft = self.ask(ticket)
        sharing.withdraw(draft, by=self.alma)
        with self.assertRaises(Conflict):
            sharing.withdraw(draft, by=self.alma)
        self.assertLogged(ticket, "opened", "approval_asked", "approval_withdrawn")
