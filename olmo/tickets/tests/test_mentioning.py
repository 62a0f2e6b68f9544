"""Mentions in notes: who may be named, who follows from then on, and where they find it."""

from olmo.kernel.errors import Invalid
from olmo.tickets import actions, mentions, queries
from olmo.tickets.models import Message, Ticket
from olmo.tickets.undo import undo, undoable
from tests.cast import DeskTest


class Mentioning(DeskTest):
    def note(self, text: str) -> Ticket:
        ticket = self.report("VPN")
        actions.note(ticket, by=self.alma, message=self.say(text))
        return ticket

    def test_who_is_mentioned_follows_and_finds_the_ticket(self) -> None:
        ticket = self.note(f"Can you look, {mentions.written(self.tove)}? And {mentions.written(self.tove)} again.")
        self.assertLogged(ticket, "opened", "noted", "watched")
        self.assertIn(self.tove.pk, Ticket.objects.get(pk=ticket.pk).watcher_ids)
        self.assertEqual(list(queries.box(self.tove, "mentions")), [ticket])
        self.assertEqual(list(queries.box(self.ines, "mentions")), [])

    def test_who_may_not_know_of_the_ticket_is_refused_by_name_and_nothing_is_written(self) -> None:
        ticket = self.report("VPN")
        for person in (self.otto, self.rui, self.bea):
            with self.assertRaises(Invalid) as refusal:
                actions.note(ticket, by=self.alma, message=self.say(f"See {mentions.written(person)}"))
            self.assertEqual(refusal.exception.field, "text")
            self.assertIn(person.name, str(refusal.exception.message))
        with self.assertRaises(Invalid):
            actions.note(ticket, by=self.alma, message=self.say("[@Nobody](person:999999)"))
        self.assertEqual(Message.objects.filter(ticket=ticket).count(), 1)
        self.assertLogged(ticket, "opened")

    def test_a_mention_of_oneself_or_by_a_stranger_is_only_text(self) -> None:
        ticket = self.note(f"I, {mentions.written(self.alma)}, will do it.")
        actions.receive(
            ticket, by=self.rui, message=self.say(f"{mentions.written(self.tove)} {mentions.written(self.otto)}")
        )
        self.assertLogged(ticket, "opened", "noted", "received")

    def test_a_crowd_is_not_mentioned(self) -> None:
        with self.assertRaises(Invalid):
            self.note(" ".join(f"[@A](person:{n})" for n in range(100, 122)))

    def test_taken_back_it_mentions_nobody(self) -> None:
        ticket = self.report("VPN")
        with undoable(self.alma, "Note") as made:
            actions.note(ticket, by=self.alma, message=self.say(mentions.written(self.tove)))
        undo(made.token, by=self.alma)
        self.assertEqual(list(queries.box(self.tove, "mentions")), [])
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).watcher_ids, [])
        self.assertReplays(ticket)
