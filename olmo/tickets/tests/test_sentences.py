"""What the log says to people, in both languages, without a query for each line."""

from datetime import timedelta

from django.utils import timezone, translation

from olmo.kernel import clock
from olmo.tickets import actions, queries
from olmo.tickets.changes import KINDS, Change
from olmo.tickets.models import Category, CustomField, Event, Message, Ticket
from olmo.tickets.sentences import describe
from tests.cast import DeskTest


class Sentences(DeskTest):
    def everything(self) -> Ticket:
        """A ticket to which nearly all has happened."""
        ticket, other = self.report("VPN drops", team=self.desk), self.report("VPN again")
        CustomField.objects.create(key="room", label="Room", kind="text")
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        actions.prioritise(ticket, by=self.alma, impact=1, urgency=1)
        actions.categorise(ticket, by=self.alma, category=Category.objects.create(name="Network"))
        actions.classify(ticket, by=self.alma, kind="service_request")
        actions.set_fields(ticket, by=self.alma, values={"room": "2.14"})
        actions.set_due(ticket, by=self.alma, due_at=clock.now() + timedelta(days=3))
        actions.set_language(ticket, by=self.alma, language="it")
        actions.retitle(ticket, by=self.alma, subject="VPN")
        actions.tag(ticket, by=self.alma, add=["vpn"])
        actions.watch(ticket, by=self.alma, person=self.tove)
        actions.unwatch(ticket, by=self.alma, person=self.tove)
        actions.hold(ticket, by=self.alma, reason="date", wake_at=clock.now() + timedelta(days=1))
        actions.resume(ticket, by=self.alma)
        actions.escalate(ticket, by=self.alma, note="Tried everything.")
        actions.reply(ticket, by=self.tove, message=self.say("Hello"))
        actions.note(ticket, by=self.tove, message=self.say("Hm"))
        actions.receive(ticket, by=self.rui, message=self.say("Yes"))
        actions.link(ticket, other, by=self.tove, kind="related")
        actions.unlink(ticket, other, by=self.tove, kind="related")
        actions.merge(other, ticket, by=self.tove)
        other.refresh_from_db()
        actions.unmerge(other, by=self.tove)
        actions.split(Message.objects.filter(ticket=ticket).order_by("pk")[0], by=self.tove, subject="Another")
        actions.redact(Message.objects.filter(ticket=ticket).order_by("pk")[0], by=self.ines)
        actions.change_requester(ticket, by=self.tove, requester=self.bea)
        actions.resolve(ticket, by=self.tove, code="fixed", note="Done")
        actions.close(ticket, by=self.tove)
        actions.reopen(ticket, by=self.tove)
        return ticket

    def test_every_kind_has_words_and_every_word_its_value(self) -> None:
        ticket = self.everything()
        for language in ("en", "it"):
            with translation.override(language):
                events = queries.events(self.alma, ticket)
                said = describe(self.alma, events)
                self.assertEqual(len(said), len(events))
                for event, sentence in zip(events, said, strict=True):
                    self.assertIn(event.by.name, sentence)
                    self.assertNotIn("%(", sentence)
        self.assertTrue(all(change.words for change in KINDS.values() if change is not Change))

    def test_names_are_looked_up_together(self) -> None:
        ticket = self.everything()
        events = list(Event.objects.filter(ticket=ticket).select_related("by"))
        with self.assertNumQueries(3):  # people, teams and tickets together, and the category and field of this one
            describe(self.alma, events)

    def test_in_words_of_the_reader(self) -> None:
        with self.at("2026-03-02 09:00"), timezone.override("Europe/Rome"):
            ticket = self.report("Disk")
            actions.hold(ticket, by=self.alma, reason="date", wake_at=clock.now() + timedelta(hours=6))
            said = describe(self.alma, queries.events(self.alma, ticket))
        self.assertEqual(
            said[1],
            "Alma Ferri put the ticket on hold: Waiting until a date, until Monday 2 March 2026, 16:00",
        )
