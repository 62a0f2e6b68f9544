import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from olmo.staffing import rotation
from olmo.staffing.availability import Away
from olmo.staffing.rotation import Layer, Override, Schedule, on_call, stretches
from tests.cast import DeskTest

ROME = ZoneInfo("Europe/Rome")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def away(person: int, first: int, last: int, deputy: int | None = None) -> Away:
    return Away(person, at(f"2026-03-0{first} 00:00"), at(f"2026-03-0{last} 00:00"), deputy)


def who(schedule: Schedule, text: str) -> int | None:
    duty = on_call(schedule, at(text))
    return duty.person if duty else None


WEEKLY = Layer(1, (10, 20, 30), date(2026, 3, 2), 7, "09:00", ROME)


class TakingTurns(DeskTest):
    def test_a_week_begins_at_the_handover_of_the_zone(self) -> None:
        schedule = Schedule((WEEKLY,))
        self.assertIsNone(who(schedule, "2026-03-02 07:59"))
        self.assertEqual(who(schedule, "2026-03-02 08:00"), 10)
        self.assertEqual(who(schedule, "2026-03-09 07:59"), 10)
        self.assertEqual(who(schedule, "2026-03-09 08:00"), 20)
        self.assertEqual(who(schedule, "2026-03-30 06:59"), 10, "summer time: the handover is an hour earlier in UTC")
        self.assertEqual(who(schedule, "2026-03-30 07:00"), 20)

    def test_the_round_begins_again_and_daily_turns_are_days(self) -> None:
        daily = Schedule((replace(WEEKLY, days=1),))
        self.assertEqual([who(daily, f"2026-03-0{n} 12:00") for n in range(2, 7)], [10, 20, 30, 10, 20])

    def test_a_layer_ends_with_the_handover_after_its_last_day(self) -> None:
        schedule = Schedule((replace(WEEKLY, ends_on=date(2026, 3, 8)),))
        self.assertEqual(who(schedule, "2026-03-09 07:59"), 10)
        self.assertIsNone(who(schedule, "2026-03-09 08:00"))

    def test_hours_of_a_layer_that_has_ended_are_a_gap_and_others_are_not_meant(self) -> None:
        nights = replace(WEEKLY, week={"mon": [["18:00", "22:00"]]}, ends_on=date(2026, 3, 8))
        meant = {hour: rotation.is_meant(Schedule((nights,)), at(f"2026-03-09 {hour}")) for hour in ("12:00", "18:00")}
        self.assertEqual(meant, {"12:00": False, "18:00": True})
        always = Schedule(
            (replace(WEEKLY, ends_on=date(2026, 3, 8)), replace(nights, starts_on=date(2026, 3, 9), ends_on=None))
        )
        self.assertFalse(rotation.is_meant(always, at("2026-03-09 12:00")))  # what took its place has other hours

    def test_a_layer_with_hours_counts_in_them_alone_and_the_next_one_otherwise(self) -> None:
        nights = replace(WEEKLY, id=2, people=(40,), week={day: [["22:00", "06:00"]] for day in ("mon", "tue")})
        schedule = Schedule((nights, WEEKLY))
        self.assertEqual(who(schedule, "2026-03-02 21:30"), 40)
        self.assertEqual(who(schedule, "2026-03-03 04:59"), 40)
        self.assertEqual(who(schedule, "2026-03-03 05:00"), 10)

    def test_an_override_goes_before_all_layers(self) -> None:
        schedule = Schedule((WEEKLY,), (Override(5, 30, at("2026-03-03 10:00"), at("2026-03-03 12:00")),))
        duty = on_call(schedule, at("2026-03-03 10:00"))
        self.assertEqual(duty, rotation.Duty(30, override=5))
        self.assertEqual(who(schedule, "2026-03-03 12:00"), 10)


class StandingIn(DeskTest):
    def test_the_deputy_stands_in_and_it_is_said_for_whom(self) -> None:
        gone = (
            away(10, 3, 5, 20),
            away(20, 4, 5, 30),
        )
        schedule = Schedule((WEEKLY,), absences=gone)
        self.assertEqual(on_call(schedule, at("2026-03-03 12:00")), rotation.Duty(20, layer=1, instead_of=10))
        self.assertEqual(on_call(schedule, at("2026-03-04 12:00")), rotation.Duty(30, layer=1, instead_of=10))

    def test_without_a_deputy_the_next_layer_is_asked_and_then_there_is_a_gap(self) -> None:
        gone = (away(10, 3, 5),)
        backup = replace(WEEKLY, id=2, people=(50,))
        self.assertIsNone(who(Schedule((WEEKLY,), absences=gone), "2026-03-03 12:00"))
        self.assertEqual(who(Schedule((WEEKLY, backup), absences=gone), "2026-03-03 12:00"), 50)
        self.assertEqual(who(Schedule((WEEKLY, backup), left=frozenset({10})), "2026-03-03 12:00"), 50)

    def test_deputies_in_a_circle_end_in_a_gap_and_not_in_a_loop(self) -> None:
        gone = (
            away(10, 3, 5, 20),
            away(20, 3, 5, 10),
        )
        self.assertIsNone(who(Schedule((WEEKLY,), absences=gone), "2026-03-03 12:00"))


class SeeingWhoIsOnWhen(DeskTest):
    def test_stretches_cover_the_time_without_a_hole_and_say_the_same_as_each_instant(self) -> None:
        chance = random.Random(11)
        for _n in range(40):
            schedule, start = _any_schedule(chance), at("2026-03-20 00:00") + timedelta(minutes=chance.randrange(20000))
            end = start + timedelta(days=28)
            found = stretches(schedule, start, end)
            self.assertEqual((found[0].start, found[-1].end), (start, end))
            for one, other in pairwise(found):
                self.assertEqual(one.end, other.start)
                self.assertNotEqual((one.duty, one.is_meant), (other.duty, other.is_meant))
            for _m in range(60):
                moment = start + timedelta(minutes=chance.randrange(28 * 24 * 60))
                stretch = next(s for s in found if s.start <= moment < s.end)
                self.assertEqual(on_call(schedule, moment), stretch.duty)
                self.assertEqual(stretch.is_gap, stretch.duty is None and rotation.is_meant(schedule, moment))

    def test_turns_are_those_of_somebody_who_counts_handovers_one_by_one(self) -> None:
        chance = random.Random(13)
        for _n in range(60):
            zone = ZoneInfo(chance.choice(["Europe/Rome", "Asia/Beirut", "Asia/Kolkata", "America/New_York"]))
            days = chance.choice([1, 7, 3, 14])
            layer = Layer(
                1, tuple(range(chance.randint(1, 5))), date(2026, 3, 1), days, f"{chance.randrange(24):02}:30", zone
            )
            moment = at("2026-03-03 00:00") + timedelta(minutes=chance.randrange(300 * 24 * 60))
            self.assertEqual(rotation.turn(layer, moment), _counted(layer, moment), (layer, moment))


def _counted(layer: Layer, moment: datetime) -> int:
    day, number = layer.starts_on, -1
    while datetime.combine(day, time.fromisoformat(layer.handover), tzinfo=layer.zone).astimezone(UTC) <= moment:
        number, day = number + 1, day + timedelta(days=layer.days)
    return layer.people[number % len(layer.people)]


def _any_schedule(chance: random.Random) -> Schedule:
    layers = tuple(_any_layer(n, chance) for n in range(2))
    starts = [at("2026-03-20 00:00") + timedelta(hours=chance.randrange(800)) for _n in range(4)]
    overrides = tuple(
        Override(n, chance.randint(1, 9), start, start + timedelta(hours=9)) for n, start in enumerate(starts[:2])
    )
    absences = tuple(
        Away(chance.randint(1, 9), start, start + timedelta(days=5), chance.choice([None, 4])) for start in starts[2:]
    )
    return Schedule(layers, overrides, absences)


def _any_layer(n: int, chance: random.Random) -> Layer:
    people, first = tuple(chance.sample(range(1, 9), 3)), date(2026, 3, chance.randint(1, 28))
    week = {"mon": [["22:00", "06:00"]], "sat": [["00:00", "24:00"]]} if chance.random() < 0.5 else None
    return Layer(n, people, first, chance.choice([1, 2, 7]), "09:00", ROME, None, week)
