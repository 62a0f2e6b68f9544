"""When a step is due: the pure plan."""

from datetime import UTC, datetime, time, timedelta
from unittest import TestCase

from olmo.escalation.plan import Due, Line, Planned, Quiet, due, next_at, pause
from olmo.service_levels.courses import Course

START = datetime(2026, 3, 9, 8, tzinfo=UTC)
EARLY = START - timedelta(days=9)


def course(*, state: str = "running", **reached: int | None) -> Course:
    """p75=180: 75 % are used after 180 minutes; m30=270: 30 minutes after the due time that is."""
    found = {
        ("percent" if name[0] == "p" else "minutes", int(name[1:].replace("_", "-"))): (
            None if minutes is None else START + timedelta(minutes=minutes)
        )
        for name, minutes in reached.items()
    }
    return Course("resolution", START, state, START + timedelta(minutes=240), found)


class Planning(TestCase):
    line = Line([Planned(1, ("percent", 75)), Planned(2, ("minutes", -30)), Planned(3, ("minutes", 30))], EARLY)
    clock = course(p75=180, m_30=210, m30=270)

    def at(self, minutes: int) -> datetime:
        return START + timedelta(minutes=minutes)

    def test_steps_come_before_and_after_due_in_order(self) -> None:
        self.assertEqual(due(self.line, self.clock, self.at(179)), [])
        self.assertEqual(due(self.line, self.clock, self.at(180)), [Due(1, self.at(180))])
        found = due(self.line, self.clock, self.at(600))
        self.assertEqual([each.pk for each in found], [1, 2, 3])

    def test_what_was_taken_is_not_due_again_also_when_time_jumps(self) -> None:
        self.assertEqual([each.pk for each in due(self.line, self.clock, self.at(600), {1, 3})], [2])
        self.assertEqual(due(self.line, self.clock, self.at(0), {1, 2, 3}), [])
        self.assertIsNone(next_at(self.line, self.clock, self.at(0), {1, 2, 3}))

    def test_the_next_is_named(self) -> None:
        self.assertEqual(next_at(self.line, self.clock, self.at(0)), self.at(180))
        self.assertEqual(next_at(self.line, self.clock, self.at(0), {1}), self.at(210))

    def test_a_pause_or_an_end_lets_nothing_be_due(self) -> None:
        self.assertEqual(due(self.line, course(p75=None, m_30=None, m30=None), self.at(600)), [])
        self.assertEqual(due(self.line, course(state="stopped", p75=180, m_30=210, m30=270), self.at(600)), [])

    def test_what_was_due_before_the_policy_was_saved_is_not_made_up_for(self) -> None:
        late = Line(self.line.steps, self.at(200))
        self.assertEqual([each.pk for each in due(late, self.clock, self.at(600))], [2, 3])

    def test_the_same_input_gives_the_same_answer(self) -> None:
        self.assertEqual(due(self.line, self.clock, self.at(600)), due(self.line, self.clock, self.at(600)))


class Resting(TestCase):
    def test_pauses_double_up_to_four_hours_unless_they_are_longer_themselves(self) -> None:
        self.assertEqual([pause(15, n) // timedelta(minutes=1) for n in range(1, 8)], [15, 30, 60, 120, 240, 240, 240])
        self.assertEqual(pause(600, 9), timedelta(minutes=600))
        self.assertEqual(pause(15, 10**6), timedelta(minutes=240))


class QuietHours(TestCase):
    night = Quiet(time(20), time(7), "Europe/Rome")

    def test_only_steps_that_respect_them_wait_until_they_end(self) -> None:
        steps = [Planned(1, ("percent", 100), respects_quiet=True), Planned(2, ("percent", 100))]
        evening = START.replace(hour=20)  # 21:00 in Rome
        clock = Course("resolution", START, "running", evening, {("percent", 100): evening})
        line = Line(steps, EARLY, self.night)
        self.assertEqual([each.pk for each in due(line, clock, evening)], [2])
        morning = datetime(2026, 3, 10, 6, tzinfo=UTC)
        self.assertEqual([(each.pk, each.at) for each in due(line, clock, morning)][-1], (1, morning))

    def test_past_midnight_and_within_a_day(self) -> None:
        self.assertEqual(self.night.after(datetime(2026, 3, 9, 2, tzinfo=UTC)), datetime(2026, 3, 9, 6, tzinfo=UTC))
        noon = Quiet(time(12), time(14), "UTC")
        self.assertEqual(noon.after(START.replace(hour=13)), START.replace(hour=14))
        self.assertEqual(noon.after(START.replace(hour=14)), START.replace(hour=14))

    def test_the_night_in_which_clocks_change(self) -> None:
        self.assertEqual(
            self.night.after(datetime(2026, 3, 29, 0, 30, tzinfo=UTC)), datetime(2026, 3, 29, 5, tzinfo=UTC)
        )
