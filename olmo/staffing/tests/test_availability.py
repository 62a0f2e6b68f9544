import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from olmo.staffing.availability import Away, Facts, Pattern, Reason, available
from tests.cast import DeskTest

ROME = ZoneInfo("Europe/Rome")
BEIRUT = ZoneInfo("Asia/Beirut")
OFFICE = {day: [["08:00", "12:30"], ["13:30", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class BeingAvailable(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.office = Pattern(OFFICE, ROME, date(2026, 1, 1))

    def test_without_fixed_hours_one_is_there_until_one_says_otherwise(self) -> None:
        self.assertTrue(available(Facts(), at("2026-03-02 03:00")).is_yes)
        away = available(Facts(presence="away", until=at("2026-03-02 04:00")), at("2026-03-02 03:00"))
        self.assertEqual((away.is_yes, away.reason, away.until), (False, Reason.AWAY, at("2026-03-02 04:00")))

    def test_away_until_ends_by_itself(self) -> None:
        facts = Facts(presence="away", until=at("2026-03-02 04:00"))
        self.assertTrue(available(facts, at("2026-03-02 04:00")).is_yes)

    def test_outside_a_shift_one_is_off_by_itself_until_the_next_one(self) -> None:
        facts = Facts(patterns=(self.office,))
        in_the_pause = available(facts, at("2026-03-02 11:45"))
        self.assertEqual((in_the_pause.reason, in_the_pause.until), (Reason.OUTSIDE, at("2026-03-02 12:30")))
        friday_night = available(facts, at("2026-03-06 20:00"))
        self.assertEqual(friday_night.until, at("2026-03-09 07:00"))
        here = available(facts, at("2026-03-02 07:00"))
        self.assertEqual((here.is_yes, here.until), (True, at("2026-03-02 11:30")))

    def test_who_says_that_they_work_longer_is_there_until_then(self) -> None:
        facts = Facts(patterns=(self.office,), until=at("2026-03-02 20:00"))
        self.assertEqual(available(facts, at("2026-03-02 19:00")).reason, Reason.EXTRA)
        self.assertFalse(available(facts, at("2026-03-02 20:00")).is_yes)

    def test_an_absence_goes_before_everything_and_names_the_deputy(self) -> None:
        away = Away(1, at("2026-03-02 00:00"), at("2026-03-04 00:00"), deputy=7)
        facts = Facts(patterns=(self.office,), absences=(away,), until=at("2026-03-05 00:00"))
        verdict = available(facts, at("2026-03-02 09:00"))
        self.assertEqual((verdict.reason, verdict.deputy, verdict.until), (Reason.ABSENT, 7, at("2026-03-04 00:00")))
        self.assertTrue(available(facts, at("2026-03-04 09:00")).is_yes)

    def test_somebody_who_left_is_never_there(self) -> None:
        self.assertEqual(available(Facts(is_active=False), at("2026-03-02 09:00")).reason, Reason.LEFT)

    def test_a_pattern_holds_from_its_first_to_its_last_day(self) -> None:
        old = Pattern({"mon": [["22:00", "06:00"]]}, ROME, date(2026, 2, 2), date(2026, 3, 2))
        new = Pattern({"mon": [["08:00", "10:00"]]}, ROME, date(2026, 3, 3))
        facts = Facts(patterns=(old, new))
        self.assertTrue(available(facts, at("2026-03-03 04:00")).is_yes, "the night that began on the last day")
        self.assertFalse(available(facts, at("2026-03-09 22:00")).is_yes)
        self.assertTrue(available(facts, at("2026-03-09 07:30")).is_yes)

    def test_it_agrees_with_looking_minute_by_minute_over_changes_of_clocks(self) -> None:
        chance = random.Random(7)
        for zone, start in ((ROME, "2026-03-27 00:00"), (ROME, "2026-10-23 00:00"), (BEIRUT, "2026-03-27 00:00")):
            for _n in range(15):
                week = {day: [_period(chance)] for day in OFFICE if chance.random() < 0.8} | {"sat": [_period(chance)]}
                facts = Facts(patterns=(Pattern(week, zone, date(2026, 1, 1)),))
                for _m in range(120):
                    moment = at(start) + timedelta(minutes=chance.randrange(4 * 24 * 60))
                    self.assertEqual(available(facts, moment).is_yes, _on_the_wall(week, zone, moment), (week, moment))


def _period(chance: random.Random) -> list[str]:
    start, end = chance.sample(range(0, 24, 3), 2)  # no time that a change of clocks skips or repeats
    return [f"{start:02}:00", f"{end:02}:00"]


def _on_the_wall(week: dict[str, list[list[str]]], zone: ZoneInfo, moment: datetime) -> bool:
    """What somebody would say who looks at the clock on the wall."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    local = moment.astimezone(zone)
    now, today, yesterday = f"{local:%H:%M}", names[local.weekday()], names[local.weekday() - 1]
    for start, end in week.get(today, ()):
        if start <= now and (now < end or end <= start):
            return True
    return any(end <= start and now < end for start, end in week.get(yesterday, ()))
