"""The history of a component: days and the share in which it worked."""

from datetime import UTC, date, datetime, timedelta
from unittest import TestCase

from olmo.status.history import DAYS, Span, available, strip

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def span(start: str, end: str = "", level: str = "fault") -> Span:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end) if text]
    return Span(moments[0], moments[1] if end else None, level)


class History(TestCase):
    def test_each_day_shows_its_worst(self) -> None:
        days = dict(
            strip(
                [span("2026-03-29 10:00", "2026-03-30 09:00", "warning"), span("2026-03-30 08:00", "2026-03-30 08:10")],
                NOW.date(),
            )
        )
        self.assertEqual(len(days), DAYS)
        self.assertEqual(days[date(2026, 3, 29)], "warning")
        self.assertEqual(days[date(2026, 3, 30)], "fault")
        self.assertEqual(days[date(2026, 3, 31)], "")

    def test_what_ended_at_midnight_is_not_the_next_day_s(self) -> None:
        days = dict(strip([span("2026-03-29 10:00", "2026-03-30 00:00")], NOW.date()))
        self.assertEqual((days[date(2026, 3, 29)], days[date(2026, 3, 30)]), ("fault", ""))

    def test_faults_that_overlap_count_once_and_warnings_not(self) -> None:
        spans = [
            span("2026-03-20 00:00", "2026-03-20 12:00"), span("2026-03-20 06:00", "2026-03-20 18:00"),
            span("2026-03-21 00:00", "2026-03-22 00:00", "warning"),
        ]  # fmt: skip
        self.assertAlmostEqual(available(spans, NOW), 1 - timedelta(hours=18) / timedelta(days=90))

    def test_what_began_before_the_window_or_goes_on_counts_within_it(self) -> None:
        self.assertAlmostEqual(
            available([span("2025-01-01 00:00", "2026-01-01 00:00")], NOW), 1 - 12 / (24 * 90) * 0, places=1
        )
        self.assertAlmostEqual(available([span("2026-03-31 00:00")], NOW), 1 - 0.5 / 90)
        self.assertEqual(available([], NOW), 1)
        self.assertAlmostEqual(available([span("2020-01-01 00:00")], NOW), 0)
