"""How much an agent hears of one ticket."""

from olmo.channels.tests.stage import do_jobs
from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.notifications.following import Level, follow, level_of
from olmo.notifications.models import Alert, Following
from olmo.people.models import Person
from olmo.tickets import actions, mentions
from olmo.tickets.models import Ticket
from tests.cast import DeskTest


class HearingLess(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("VPN")
        actions.assign(self.ticket, by=self.ines, team=self.desk, assignee=self.alma)
        self.heard(self.alma)

    def heard(self, person: Person) -> list[str]:
        """What was told since the last time."""
        do_jobs()
        rows = Alert.objects.filter(person=person).order_by("pk")
        told = list(rows.values_list("why", "event__kind"))
        rows.delete()
        return [f"{kind} {why}" for why, kind in told]

    def much_happens(self) -> None:
        actions.note(self.ticket, by=self.tove, message=self.say("Hm."))
        actions.reply(self.ticket, by=self.tove, message=self.say("Try again."))
        actions.receive(self.ticket, by=self.rui, message=self.say("It works."))

    def mentioned(self) -> list[str]:
        """What a mention tells, which also makes a follower of whoever is mentioned."""
        actions.note(self.ticket, by=self.tove, message=self.say(f"Well {mentions.written(self.alma)}"))
        return self.heard(self.alma)

    def test_as_usual_an_owner_hears_of_notes_answers_and_mentions(self) -> None:
        self.assertEqual(level_of(self.alma, self.ticket), Level.USUAL)
        self.much_happens()
        self.assertEqual(self.heard(self.alma), ["noted assignee", "received assignee"])
        self.assertEqual(self.mentioned(), ["noted mentioned"])

    def test_everything_adds_what_colleagues_reply(self) -> None:
        follow(self.ticket, by=self.alma, level=Level.ALL)
        self.assertEqual(self.ticket.watcher_ids, [self.alma.pk])
        self.assertLogged(self.ticket, "opened", "assigned", "watched")
        actions.reply(self.ticket, by=self.tove, message=self.say("Try again."))
        self.assertEqual(self.heard(self.alma), ["replied follower"])

    def test_only_words_to_oneself_leaves_out_the_rest(self) -> None:
        follow(self.ticket, by=self.alma, level=Level.MENTIONED)
        self.much_happens()
        self.assertEqual(self.heard(self.alma), ["received assignee"])
        self.assertEqual(self.mentioned(), ["noted mentioned"])

    def test_muted_is_silent_but_for_what_is_asked_by_name(self) -> None:
        follow(self.ticket, by=self.alma, level=Level.ALL)
        follow(self.ticket, by=self.alma, level=Level.MUTED)
        self.assertEqual(self.ticket.watcher_ids, [self.alma.pk], "the others still see a follower")
        self.much_happens()
        self.assertEqual(self.heard(self.alma), [])
        self.assertEqual(self.mentioned(), [])
        actions.assign(self.ticket, by=self.ines, team=self.desk, assignee=self.tove)
        actions.assign(self.ticket, by=self.ines, team=self.desk, assignee=self.alma)
        self.assertEqual(self.heard(self.alma), ["assigned assignee"])

    def test_it_is_one_agent_s_choice_for_one_ticket(self) -> None:
        follow(self.ticket, by=self.alma, level=Level.MUTED)
        other = self.report("Printer")
        actions.assign(other, by=self.ines, team=self.desk, assignee=self.alma)
        self.heard(self.alma)
        actions.receive(other, by=self.rui, message=self.say("Hello?"))
        self.assertEqual(self.heard(self.alma), ["received assignee"])
        actions.note(self.ticket, by=self.alma, message=self.say(f"See {mentions.written(self.tove)}"))
        self.assertEqual(self.heard(self.tove), ["noted mentioned"])

    def test_back_to_usual_leaves_no_trace(self) -> None:
        for level in (Level.MUTED, Level.ALL, Level.MUTED, Level.USUAL):
            follow(self.ticket, by=self.alma, level=level)
        self.assertEqual((Following.objects.count(), self.ticket.watcher_ids), (0, []))
        self.assertEqual(level_of(self.alma, self.ticket), Level.USUAL)
        self.assertReplays(self.ticket)

    def test_it_is_refused_to_whoever_does_not_work_on_the_ticket(self) -> None:
        with self.assertRaises((NotFound, NotAllowed)):
            follow(self.ticket, by=self.rui, level=Level.MUTED)
        with self.assertRaises(NotFound):
            follow(Ticket.objects.get(pk=self.ticket.pk), by=self.otto, level=Level.MUTED)
        with self.assertRaises(Invalid):
            follow(self.ticket, by=self.alma, level="loud")
