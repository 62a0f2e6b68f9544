"""What people are told, by which channel, when and why: as they chose."""

from datetime import datetime, time

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.kernel import clock
from olmo.notifications import collecting
from olmo.notifications.actions import read
from olmo.notifications.models import Alert, Notice, Preference, Rhythm
from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.tickets import actions, mentions
from tests.cast import DeskTest


class Choosing(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("VPN")
        do_jobs()

    def alerts(self, person: Person) -> list[tuple[str, str]]:
        do_jobs()
        return list(Alert.objects.filter(person=person).order_by("pk").values_list("event__kind", "why"))

    def mails(self, person: Person, purpose: str = "notice") -> list[Envelope]:
        do_jobs()
        return [envelope for envelope in envelopes(purpose=purpose) if envelope.to == person.email]

    def mention(self, person: Person) -> None:
        actions.note(self.ticket, by=self.alma, message=self.say(f"Hello {mentions.written(person)}, look."))

    def collect(self, moment: str) -> int:
        do_jobs()
        with self.at(moment):
            return collecting.send_due(clock.now())


class Pages(Choosing):
    def test_who_is_mentioned_is_told_why_in_the_pages_and_by_mail(self) -> None:
        self.mention(self.tove)
        self.assertEqual(self.alerts(self.tove), [("noted", "mentioned")])
        (mail,) = self.mails(self.tove)
        self.assertIn("Alma Ferri mentioned you.", mail.text)
        self.assertIn("because you were mentioned", mail.text)
        self.assertIn("/account/notices", mail.text)
        self.assertIn("Hello @Tove Lind, look.", mail.text)
        self.assertEqual(self.alerts(self.alma), [])

    def test_the_owner_hears_of_notes_in_the_pages_only(self) -> None:
        actions.assign(self.ticket, by=self.tove, team=None, assignee=self.tove)
        actions.note(self.ticket, by=self.alma, message=self.say("Hm."))
        self.assertEqual(self.alerts(self.tove), [("noted", "assignee")])
        self.assertEqual(self.mails(self.tove), [])

    def test_an_event_is_told_once_even_when_the_job_comes_twice(self) -> None:
        from olmo.notifications.reactions import tell
        from olmo.tickets.models import Event

        self.mention(self.tove)
        self.alerts(self.tove)
        tell(Event.objects.get(ticket=self.ticket, kind="noted"))
        self.assertEqual(len(self.alerts(self.tove)), 1)
        self.assertEqual(len(self.mails(self.tove)), 1)


class Channels(Choosing):
    def test_what_is_switched_off_does_not_come(self) -> None:
        Preference.objects.create(person=self.tove, kind="mentioned", channel="mail", is_on=False)
        self.mention(self.tove)
        self.assertEqual((len(self.alerts(self.tove)), self.mails(self.tove)), (1, []))

    def test_what_is_switched_on_against_the_default_comes(self) -> None:
        Preference.objects.create(person=self.tove, kind="noted", channel="mail", is_on=True)
        Preference.objects.create(person=self.tove, kind="noted", channel="page", is_on=False)
        actions.watch(self.ticket, by=self.tove, person=self.tove)
        actions.note(self.ticket, by=self.alma, message=self.say("Hm."))
        self.assertEqual((self.alerts(self.tove), len(self.mails(self.tove))), ([], 1))

    def test_requesters_may_do_without_all_but_answers(self) -> None:
        for kind in ("received", "resolved"):
            Preference.objects.create(person=self.rui, kind=kind, channel="mail", is_on=False)
        actions.resolve(self.ticket, by=self.alma, code="fixed")
        self.assertEqual(self.mails(self.rui, "resolution"), [])
        self.report("Another", channel="portal")
        self.assertEqual(self.mails(self.rui, "ack"), [])
        other = self.report("Third")
        actions.reply(other, by=self.alma, message=self.say("Done."))
        self.assertEqual(len(self.mails(self.rui, "reply")), 1)


class Rhythms(Choosing):
    def rhythm(self, **more: object) -> None:
        Rhythm.objects.create(person=self.tove, **more)
        Person.objects.filter(pk=self.tove.pk).update(time_zone="Europe/Rome")

    def test_collected_mail_comes_as_one_at_its_time(self) -> None:
        self.rhythm(collect_at=[time(8), time(13)])
        with self.at("2026-03-02 09:00"):  # 10:00 in Rome
            self.mention(self.tove)
            self.mention(self.tove)
            self.assertEqual(self.mails(self.tove), [])
        self.assertEqual(self.collect("2026-03-02 11:59"), 0)
        self.assertEqual(self.collect("2026-03-02 12:00"), 1)
        (mail,) = self.mails(self.tove, "digest")
        self.assertEqual(mail.text.count("because you were mentioned"), 2)
        self.assertEqual(self.collect("2026-03-02 13:00"), 0)

    def test_what_was_read_in_the_pages_already_is_left_out(self) -> None:
        self.rhythm(collect_at=[time(13)])
        with self.at("2026-03-02 09:00"):
            self.mention(self.tove)
            do_jobs()
            read(self.tove, ticket=self.ticket)
            self.mention(self.tove)
            do_jobs()
        self.assertEqual(self.collect("2026-03-02 12:00"), 1)
        (mail,) = self.mails(self.tove, "digest")
        self.assertEqual(mail.text.count("because you were mentioned"), 1)

    def test_quiet_hours_past_midnight_hold_it_until_their_end(self) -> None:
        self.rhythm(quiet_from=time(20), quiet_until=time(7, 30))
        with self.at("2026-03-02 22:00"):  # 23:00 in Rome
            self.mention(self.tove)
            do_jobs()
        due = Notice.objects.get(address="tove@desk.example").due_at
        self.assertEqual(due, datetime.fromisoformat("2026-03-03T06:30+00:00"))

    def test_a_critical_ticket_passes_unless_told_otherwise(self) -> None:
        actions.prioritise(self.ticket, by=self.alma, impact=1, urgency=1)
        self.rhythm(quiet_from=time(20), quiet_until=time(7))
        with self.at("2026-03-02 22:00"):
            self.mention(self.tove)
            self.assertEqual(len(self.mails(self.tove)), 1)

    def test_who_may_no_longer_see_the_ticket_is_not_mailed_of_it(self) -> None:
        self.rhythm(collect_at=[time(13)])
        with self.at("2026-03-02 09:00"):
            self.mention(self.tove)
            do_jobs()
        self.tove.clients.add(self.bolt)
        self.assertEqual(self.collect("2026-03-02 12:00"), 0)
        self.assertEqual(self.mails(self.tove, "digest"), [])
