"""Working time where clocks change, against a table made by hand."""

import unittest
from datetime import datetime, timedelta

from olmo.service_levels.engine.case import calendar, instant
from olmo.service_levels.engine.working_time import Calendar, Union

OFFICE = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
ROUND = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
NIGHT = {"sat": [["22:00", "24:00"]], "sun": [["00:00", "06:00"]]}

# zone, hours, start, working minutes, due: start and due in local time with offset, reckoned by hand.
TABLE = [
    # Rome, spring: Sunday 29 March 2026 has no 02:00-03:00. Office hours do not meet it; the offset differs.
    ("Europe/Rome", OFFICE, "2026-03-27T16:30:00+01:00", 60, "2026-03-30T08:30:00+02:00"),
    ("Europe/Rome", NIGHT, "2026-03-28T22:00:00+01:00", 240, "2026-03-29T03:00:00+02:00"),
    ("Europe/Rome", NIGHT, "2026-03-28T22:00:00+01:00", 420, "2026-03-29T06:00:00+02:00"),
    # Rome, autumn: Sunday 25 October 2026 has 02:00-03:00 twice.
    ("Europe/Rome", OFFICE, "2026-10-23T16:30:00+02:00", 60, "2026-10-26T08:30:00+01:00"),
    ("Europe/Rome", NIGHT, "2026-10-24T22:00:00+02:00", 300, "2026-10-25T02:00:00+01:00"),
    ("Europe/Rome", NIGHT, "2026-10-24T22:00:00+02:00", 540, "2026-10-25T06:00:00+01:00"),
    # Beirut changes at midnight: 00:00 of Sunday 29 March 2026 is 01:00; 00:00 of 25 October is 23:00 of the 24th again.
    ("Asia/Beirut", OFFICE, "2026-03-27T16:30:00+02:00", 60, "2026-03-30T08:30:00+03:00"),
    ("Asia/Beirut", NIGHT, "2026-03-28T22:00:00+02:00", 121, "2026-03-29T01:01:00+03:00"),
    ("Asia/Beirut", NIGHT, "2026-03-28T22:00:00+02:00", 420, "2026-03-29T06:00:00+03:00"),
    ("Asia/Beirut", OFFICE, "2026-10-23T16:30:00+03:00", 60, "2026-10-26T08:30:00+02:00"),
    ("Asia/Beirut", NIGHT, "2026-10-24T22:00:00+03:00", 180, "2026-10-25T00:00:00+02:00"),
    ("Asia/Beirut", NIGHT, "2026-10-24T22:00:00+03:00", 150, "2026-10-24T23:30:00+02:00"),
    # Whole days: 23, 25 and 24.5 hours.
    ("Europe/Rome", ROUND, "2026-03-29T00:00:00+01:00", 23 * 60, "2026-03-30T00:00:00+02:00"),
    ("Europe/Rome", ROUND, "2026-10-25T00:00:00+02:00", 25 * 60, "2026-10-26T00:00:00+01:00"),
    ("Australia/Lord_Howe", ROUND, "2026-04-05T00:00:00+11:00", 24 * 60 + 30, "2026-04-06T00:00:00+10:30"),
    # Zones off the hour; a leap day.
    ("Asia/Kathmandu", OFFICE, "2026-03-06T16:45:00+05:45", 30, "2026-03-09T08:15:00+05:45"),
    ("America/St_Johns", OFFICE, "2026-03-06T16:45:00-03:30", 30, "2026-03-09T08:15:00-02:30"),
    ("Europe/Rome", OFFICE, "2028-02-28T16:00:00+01:00", 120, "2028-02-29T09:00:00+01:00"),
]


def made(zone: str, hours: dict[str, list[list[str]]], **more: object) -> Calendar:
    return calendar({"zone": zone, "hours": hours, **more}, "calendar")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


class WorkingTimeAcrossClockChanges(unittest.TestCase):
    def test_every_due_time_of_the_table_is_exact(self) -> None:
        for zone, hours, start, minutes, due in TABLE:
            with self.subTest(zone=zone, start=start, minutes=minutes):
                found = made(zone, hours).reach(at(start), minutes * 60, at(start) + 90 * 86_400)
                self.assertEqual(found, at(due))
                self.assertEqual(made(zone, hours).worked(at(start), at(due)), minutes * 60)

    def test_a_date_that_was_skipped_has_no_time(self) -> None:
        apia = made("Pacific/Apia", ROUND)
        self.assertEqual(apia.worked(at("2011-12-29T00:00:00-10:00"), at("2012-01-01T00:00:00+14:00")), 2 * 86_400)

    def test_a_date_that_comes_back_after_midnight_counts_twice(self) -> None:
        """St John's went back at 00:01 until 2011, to 23:01 of the day before."""
        late = made("America/St_Johns", {"sat": [["23:00", "24:00"]], "sun": [["00:00", "00:30"]]})
        start = at("2010-11-06T22:00:00-02:30")
        self.assertEqual(late.worked(start, start + 86_400), 3600 + 60 + 59 * 60 + 30 * 60)


class WorkingDays(unittest.TestCase):
    def test_an_exception_goes_before_a_holiday_and_a_holiday_before_the_week(self) -> None:
        office = made(
            "Europe/Rome",
            OFFICE,
            holidays=["2026-12-24", "2026-12-25"],
            exceptions=[{"date": "2026-12-24", "hours": [["08:00", "12:00"]]}],
        )
        self.assertEqual(office.worked(at("2026-12-24T00:00:00+01:00"), at("2026-12-26T00:00:00+01:00")), 4 * 3600)

    def test_a_union_counts_what_any_part_counts_and_overlaps_once(self) -> None:
        sun = Union([made("Europe/Rome", OFFICE), made("America/New_York", OFFICE)])
        day = at("2026-06-10T00:00:00+00:00")
        self.assertEqual(sun.worked(day, day + 86_400), 15 * 3600)  # 06:00-15:00 and 12:00-21:00 UTC

    def test_within_cuts_to_the_asked_span(self) -> None:
        start = at("2026-03-06T16:00:00+01:00")
        spans = list(made("Europe/Rome", OFFICE).within(start, start + 3 * 86_400 - 7 * 3600))
        self.assertEqual(spans, [(start, start + 3600), (start + 64 * 3600, start + 65 * 3600)])

    def test_reaching_and_counting_agree_across_ten_years(self) -> None:
        office = made("Europe/Rome", OFFICE)
        start = at("2026-01-01T00:00:00+00:00")
        for hours in range(1, 20_000, 997):
            found = office.reach(start, hours * 3600, start + timedelta(days=3650) // timedelta(seconds=1))
            assert found is not None
            self.assertEqual(office.worked(start, found), hours * 3600)
            self.assertEqual(office.worked(start, found - 1), hours * 3600 - 1)

    def test_instants_are_read_with_any_offset(self) -> None:
        self.assertEqual(instant("2026-03-06T15:30:00Z", "at"), instant("2026-03-06T21:15:00+05:45", "at"))
