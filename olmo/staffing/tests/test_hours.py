from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from olmo.kernel.errors import Invalid
from olmo.staffing import hours
from tests.cast import DeskTest

ROME = ZoneInfo("Europe/Rome")


class ReadingHours(DeskTest):
    def test_several_periods_of_a_day_may_cross_midnight(self) -> None:
        found = hours.periods("22:00-06:00, 8:00 – 12.30", "hours_mon")
        self.assertEqual(found, [["08:00", "12:30"], ["22:00", "06:00"]])
        self.assertEqual(hours.periods(hours.in_words(found), "hours_mon"), found)

    def test_what_is_no_period_is_named(self) -> None:
        for wrong in ("morning", "25:00-26:00", "24:00-06:00", "08:61-09:00"):
            with self.assertRaises(Invalid) as refused:
                hours.periods(wrong, "hours_mon")
            self.assertEqual(refused.exception.field, "hours_mon")
            self.assertIn(wrong, str(refused.exception))

    def test_periods_that_meet_are_refused_also_around_midnight_and_the_week(self) -> None:
        for week, field in (
            ({"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}, "hours_mon"),
            ({"mon": [["22:00", "06:00"]], "tue": [["05:00", "09:00"]]}, "hours_tue"),
            ({"sun": [["22:00", "06:00"]], "mon": [["05:00", "09:00"]]}, "hours_mon"),
        ):
            with self.assertRaises(Invalid) as refused:
                hours.checked(week)
            self.assertEqual(refused.exception.field, field)

    def test_a_night_that_begins_when_the_day_shift_ends_is_fine(self) -> None:
        week = {day: [["06:00", "22:00"], ["22:00", "06:00"]] for day in hours.WEEKDAYS}
        self.assertEqual(hours.checked(week), week)
        self.assertEqual(hours.checked({"mon": [], "tue": [["00:00", "24:00"]]}), {"tue": [["00:00", "24:00"]]})


class HoursAsInstants(DeskTest):
    def test_a_night_is_as_long_as_it_really_lasts_when_clocks_change(self) -> None:
        week = {day: [["22:00", "06:00"]] for day in hours.WEEKDAYS}
        lengths = []
        for day in (date(2026, 3, 27), date(2026, 3, 28), date(2026, 10, 24)):
            ((start, end),) = hours.starting(week, ROME, day)
            lengths.append((end - start).total_seconds() / 3600)
        self.assertEqual(lengths, [8, 7, 9])

    def test_a_period_that_began_yesterday_still_counts(self) -> None:
        week = {"mon": [["22:00", "06:00"]]}
        tuesday = datetime(2026, 3, 3, 3, tzinfo=UTC)
        ((start, end),) = hours.between(week, ROME, tuesday, tuesday.replace(hour=4))
        self.assertEqual((start.hour, end.hour), (21, 5))
        self.assertEqual(list(hours.between(week, ROME, tuesday.replace(hour=5), tuesday.replace(hour=23))), [])
