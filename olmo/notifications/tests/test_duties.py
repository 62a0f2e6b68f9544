"""Who is put on call, and who no longer is, hears of it; leads hear of swaps and of times when nobody is on call."""

from datetime import UTC, date, datetime, time, timedelta

from olmo.kernel import clock
from olmo.notifications import duties, shifts
from olmo.notifications.duties import Watch, changes
from olmo.notifications.models import Alert, Preference, Rhythm
from olmo.notifications.shifts import Shift
from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.staffing.actions import absences, on_call
from olmo.staffing.actions.on_call import LayerSettings
from olmo.staffing.models import Override
from tests.cast import DeskTest

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)


class OnCall(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(clock.at(NOW))
        self.network.members.add(self.alma)
        self.network.leads.add(self.ines)
        self.schedule = on_call.save_schedule(None, team=self.network, name="First", zone="UTC", by=self.ines)
        self.turns = LayerSettings(
            name="Weekly", people=[self.tove, self.alma], days=7, handover="09:00", starts_on=date(2026, 3, 2)
        )
        self.layer = on_call.save_layer(self.schedule, None, self.turns, by=self.ines)

    def told(self, person: Person) -> str:
        """What was mailed to somebody since this was asked last."""
        duties.tell()
        rows = Envelope.objects.filter(to=person.email, purpose="on_call").order_by("pk")
        said = " ".join(" ".join(row.text.split()) for row in rows)
        rows.delete()
        return said

    def put_in(self, person: Person, by: Person) -> Override:
        return on_call.put_in(self.schedule, person, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY, by=by)


class BeingPutOnCall(OnCall):
    def test_each_hears_of_the_coming_two_weeks_once(self) -> None:
        said = self.told(self.tove)
        self.assertIn("You are on call: Monday 2 March 2026, 12:00 – Monday 9 March 2026, 09:00.", said)
        self.assertIn(
            "You are on call: Monday 9 March 2026, 09:00 – Monday 16 March 2026, 09:00.", self.told(self.alma)
        )
        with clock.at(NOW + timedelta(minutes=5)):
            self.assertEqual((self.told(self.tove), self.told(self.alma)), ("", ""))

    def test_a_later_turn_is_told_when_it_is_two_weeks_away(self) -> None:
        duties.tell()
        Envelope.objects.all().delete()
        with clock.at(NOW + 8 * DAY):
            self.assertEqual(self.told(self.tove), "")
            self.assertIn("Monday 23 March 2026", self.told(self.alma))
        with clock.at(NOW + 9 * DAY):
            self.assertEqual(self.told(self.alma), "")


class Swapping(OnCall):
    def setUp(self) -> None:
        super().setUp()
        duties.tell()
        Envelope.objects.all().delete()
        Alert.objects.all().delete()

    def test_both_and_the_lead_hear_of_it(self) -> None:
        self.put_in(self.alma, by=self.alma)
        duties.tell()
        self.assertIn("You are no longer on call, Alma Ferri is", self.told(self.tove))
        self.assertIn("Alma Ferri is on call instead of Tove Lind", self.told(self.ines))
        self.assertEqual(self.told(self.alma), "")  # she did it herself

    def test_taken_out_again_both_hear_of_that(self) -> None:
        made = self.put_in(self.alma, by=self.ines)
        self.assertIn("You are on call instead of Tove Lind", self.told(self.alma))
        self.assertEqual(self.told(self.ines), "")  # she did it herself
        Envelope.objects.all().delete()
        on_call.take_out(made, by=self.ines)
        self.assertIn("You are on call instead of Alma Ferri", self.told(self.tove))
        self.assertIn("You are no longer on call, Tove Lind is", self.told(self.alma))

    def test_an_absence_with_a_deputy_is_a_swap_and_without_one_a_gap(self) -> None:
        absences.save_absence(
            None, person=self.tove, kind="leave", starts_at=NOW + DAY, ends_at=NOW + 2 * DAY, deputy=None, by=self.tove
        )
        self.assertIn("Nobody is on call", self.told(self.ines))
        self.assertIn("You are no longer on call:", self.told(self.tove))

    def test_hours_in_which_nobody_is_meant_to_be_on_call_are_no_gap(self) -> None:
        week = {day: [["18:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
        settings = LayerSettings(**{**vars(self.turns), "week": week})
        on_call.save_layer(self.schedule, self.layer, settings, by=self.ines)
        self.assertNotIn("Nobody", self.told(self.ines))
        start, end = NOW + DAY, NOW + 2 * DAY  # an absence that begins in such hours goes into others
        absences.save_absence(
            None, person=self.tove, kind="leave", starts_at=start, ends_at=end, deputy=None, by=self.tove
        )
        gap = "Nobody is on call: Tuesday 3 March 2026, 18:00 – Wednesday 4 March 2026, 00:00."
        self.assertIn(gap, self.told(self.ines))

    def test_each_hears_by_the_ways_that_they_chose(self) -> None:
        Preference.objects.create(person=self.tove, kind="on_call", channel="mail", is_on=False)
        Preference.objects.create(person=self.alma, kind="on_call", channel="page", is_on=False)
        self.put_in(self.alma, by=self.ines)
        self.assertEqual(self.told(self.tove), "")
        shown = Alert.objects.get(person=self.tove)
        self.assertEqual((shown.person, shown.why, shown.schedule), (self.tove, "duty", self.schedule))
        told = shifts.kept(shown.shifts)
        said = shifts.said(self.tove, told, shifts.people_of(told))
        self.assertIn("You are no longer on call, Alma Ferri is: Tuesday 3 March", said[0])

    def test_quiet_hours_hold_it_back_unless_the_duty_begins_in_them(self) -> None:
        Rhythm.objects.create(person=self.alma, quiet_from=time(12), quiet_until=time(15))
        self.put_in(self.alma, by=self.ines)
        duties.tell()
        mail = Envelope.objects.get(to=self.alma.email)
        self.assertEqual(mail.next_at, NOW + timedelta(hours=3))
        Envelope.objects.all().delete()
        on_call.put_in(self.schedule, self.alma, starts_at=NOW + timedelta(hours=1), ends_at=NOW + DAY, by=self.ines)
        duties.tell()
        self.assertEqual(Envelope.objects.get(to=self.alma.email).next_at, NOW)


class Comparing(DeskTest):
    def test_only_what_differs_is_a_change(self) -> None:
        def at(day: int) -> datetime:
            return NOW + day * DAY

        told = [Watch(at(0), at(7), 1), Watch(at(7), at(14), 2)]
        self.assertEqual(changes(told, told, NOW), [])
        self.assertEqual(changes(told, told, at(3)), [])
        self.assertEqual(changes([], told[:1], NOW), [Shift(at(0), at(7), None, 1, None, is_new=True)])
        longer = [*told, Watch(at(14), at(21), 1)]
        self.assertEqual(changes(told, longer, at(1)), [Shift(at(14), at(21), None, 1, None, is_new=True)])
        swapped = [Watch(at(0), at(2), 1), Watch(at(2), at(3), 2, by=9), Watch(at(3), at(7), 1), told[1]]
        self.assertEqual(changes(told, swapped, NOW), [Shift(at(2), at(3), 1, 2, 9, is_new=False)])
        gap = [Watch(at(0), at(5), 1), Watch(at(5), at(7), None), told[1]]
        self.assertEqual(changes(told, gap, NOW), [Shift(at(5), at(7), 1, None, None, is_new=False, is_gap=True)])
        self.assertEqual(changes(told, told[1:], NOW), [Shift(at(0), at(7), 1, None, None, is_new=False)])
        self.assertEqual(changes(gap, told, at(6)), [Shift(at(6), at(7), None, 1, None, is_new=False)])
