"""Times, distances and sizes as a person reads them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase
from django.utils import timezone, translation

from olmo.kernel import clock, spoken

NOW = datetime(2026, 11, 26, 14, 34, tzinfo=UTC)  # Thursday, 15:34 in Rome


class Speaking(SimpleTestCase):
    def setUp(self) -> None:
        self.enterContext(clock.at(NOW))
        self.enterContext(timezone.override(ZoneInfo("Europe/Rome")))
        self.enterContext(translation.override("en"))

    def test_a_due_time_says_what_is_left(self) -> None:
        for minutes, expected in (
            (1, ("soon", "1 m left")),
            (41, ("soon", "41 m left")),
            (125, ("run", "2 h 05 m")),
            (60 * 20, ("run", "Tomorrow 11:34")),
            (60 * 24 * 4, ("run", "Mon 30 Nov")),
            (60 * 24 * 60, ("run", "25 Jan 2027")),
        ):
            with self.subTest(minutes=minutes):
                self.assertEqual(spoken.due(NOW + timedelta(minutes=minutes)), expected)

    def test_a_late_time_says_how_late(self) -> None:
        for minutes, expected in ((0.5, "1 m late"), (34, "34 m late"), (190, "3 h 10 m late"), (3000, "2 d late")):
            with self.subTest(minutes=minutes):
                self.assertEqual(spoken.due(NOW - timedelta(minutes=minutes)), ("late", expected))

    def test_the_past_is_said_as_distance_and_then_as_a_day(self) -> None:
        for minutes, expected in (
            (0.2, "just now"),
            (5, "5 m ago"),
            (200, "3 h ago"),
            (60 * 23, "Yesterday 16:34"),
            (60 * 24 * 3, "Mon 23 Nov"),
            (60 * 24 * 400, "22 Oct 2025"),
        ):
            with self.subTest(minutes=minutes):
                self.assertEqual(spoken.ago(NOW - timedelta(minutes=minutes)), expected)

    def test_a_moment_a_little_ahead_of_our_clock_is_now(self) -> None:
        self.assertEqual(spoken.ago(NOW + timedelta(seconds=3)), "just now")

    def test_the_zone_of_the_person_decides_the_day(self) -> None:
        before_midnight = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)
        after_midnight = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
        self.assertEqual(spoken.near(before_midnight), "Today 23:30")
        self.assertEqual(spoken.near(after_midnight), "Tomorrow 00:30")

    def test_days_are_named_in_the_language_of_the_person(self) -> None:
        with translation.override("it"):
            self.assertIn("giovedì", spoken.day(NOW).lower())
        self.assertEqual(spoken.day(NOW), "Thursday 26 November")
        self.assertEqual(spoken.moment(NOW), "Thursday 26 November 2026, 15:34")

    def test_a_span_says_its_day_once_and_its_year_once(self) -> None:
        hour, months = timedelta(hours=2), timedelta(days=90)
        for end, said in (
            (None, "Thu 26 Nov 2026, 15:34"),
            (NOW + hour, "Thu 26 Nov 2026, 15:34–17:34"),
            (NOW + 5 * hour, "Thu 26 Nov, 15:34 – Fri 27 Nov 2026, 01:34"),
            (NOW + months, "Thu 26 Nov 2026, 15:34 – Wed 24 Feb 2027, 15:34"),
        ):
            self.assertEqual(spoken.span(NOW, end), said)
        with translation.override("it"):
            self.assertEqual(spoken.span(NOW, NOW + hour), "gio 26 nov 2026, 15:34–17:34")
            self.assertEqual(spoken.span(NOW, NOW + 5 * hour), "gio 26 nov, 15:34 – ven 27 nov 2026, 01:34")

    def test_sizes_are_decimal_and_short(self) -> None:
        for octets, expected in (
            (0, "0 B"),
            (999, "999 B"),
            (214_000, "214 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (1_800_000, "1.8 MB"),
            (25 * 10**9, "25.0 GB"),
        ):
            with self.subTest(octets=octets):
                self.assertEqual(spoken.size(octets), expected)
