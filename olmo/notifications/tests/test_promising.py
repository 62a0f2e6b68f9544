"""Who hears that a promise is in danger or was broken."""

from datetime import time

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.kernel import clock
from olmo.notifications import collecting
from olmo.notifications.models import Alert, Rhythm
from olmo.outbox.models import Envelope
from olmo.people.models import Team
from olmo.service_levels import actions as service_levels
from olmo.service_levels.tests.test_clocks import Promised
from olmo.tickets import actions
from olmo.tickets.models import Ticket


class APromise(Promised):
    def setUp(self) -> None:
        super().setUp()
        Team.objects.get(pk=self.desk.pk).leads.add(self.ines)
        with self.at("2026-03-09 08:00"):
            self.ticket = self.report("Printer")
            actions.assign(self.ticket, by=self.tove, team=self.desk, assignee=self.alma)
            do_jobs()
        self.before = {envelope.pk for envelope in envelopes(purpose="notice")}

    def sweep(self, moment: str) -> dict[str, Envelope]:
        """What was mailed since, by whom it is for."""
        with self.at(moment):
            service_levels.sweep()
            do_jobs()
        fresh = [envelope for envelope in envelopes(purpose="notice") if envelope.pk not in self.before]
        self.before |= {envelope.pk for envelope in fresh}
        self.assertEqual(len({envelope.to for envelope in fresh}), len(fresh))
        return {envelope.to: envelope for envelope in fresh}

    def test_in_danger_is_told_to_the_owner_and_the_lead_with_its_time(self) -> None:
        mails = self.sweep("2026-03-09 08:50")
        self.assertEqual(set(mails), {"alma@desk.example", "ines@desk.example"})
        alma, ines = mails["alma@desk.example"].text, mails["ines@desk.example"].text
        self.assertIn("of the time for first response is used up: it is due Monday 9 March 2026, 09:00.", alma)
        self.assertIn("because the ticket is yours", alma)
        self.assertIn("because you lead the team of the ticket", ines)

    def test_broken_is_told_once(self) -> None:
        self.sweep("2026-03-09 08:50")
        mails = self.sweep("2026-03-09 09:01")
        self.assertEqual(set(mails), {"alma@desk.example", "ines@desk.example"})
        broken = "The promise of first response was broken: it was due Monday 9 March 2026, 09:00."
        self.assertIn(broken, mails["alma@desk.example"].text)
        self.assertEqual(self.sweep("2026-03-09 09:05"), {})
        self.assertTrue(Alert.objects.filter(person=self.ines, event__kind="breached", why="lead").exists())

    def test_found_long_afterwards_is_told_in_one_mail_with_all_of_it(self) -> None:
        with self.at("2026-03-09 08:01"):
            for n in range(20):
                other = self.report(f"Printer {n}")
                actions.assign(other, by=self.tove, team=self.desk, assignee=self.alma)
            do_jobs()
        self.before = {envelope.pk for envelope in envelopes(purpose="notice")}
        self.assertEqual(self.sweep("2026-03-09 16:00"), {})  # six hours after the last of them, and not one mail each
        with self.at("2026-03-09 16:06"):
            collecting.send_due(clock.now())
        digests = {envelope.to: envelope.text for envelope in envelopes(purpose="digest")}
        self.assertEqual(set(digests), {"alma@desk.example", "ines@desk.example"})
        self.assertEqual(
            digests["alma@desk.example"].count("was broken"), 42
        )  # of 21 tickets, first response and resolution

    def test_of_priority_1_passes_quiet_hours_and_another_waits(self) -> None:
        Rhythm.objects.create(person=self.alma, quiet_from=time(6), quiet_until=time(20))
        self.assertNotIn("alma@desk.example", self.sweep("2026-03-09 08:50"))
        with self.at("2026-03-09 08:51"):
            actions.prioritise(Ticket.objects.get(pk=self.ticket.pk), by=self.alma, impact=1, urgency=1)
            do_jobs()
        self.assertIn("alma@desk.example", self.sweep("2026-03-09 09:01"))
