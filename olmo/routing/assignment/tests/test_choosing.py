import json
from itertools import permutations
from typing import Any
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from olmo.routing.assignment.choosing import Candidate, Choice, History, Task, Way, choose
from olmo.staffing.availability import Reason, Verdict

HERE = Verdict(True, Reason.HERE)
GONE = Verdict(False, Reason.ABSENT, None, 9)


def agent(person: int, **more: Any) -> Candidate:
    return Candidate(**{"person": person, "verdict": HERE, **more})


def left(choice: Choice) -> dict[int, str]:
    return {person: reason for person, reason, _facts in choice.why["left"]}


class Choosing(TestCase):
    def test_in_turn_whoever_waited_longest_is_next(self) -> None:
        history = History(turns={1: 7, 2: 5, 3: 6})
        choice = choose(Task(), [agent(1), agent(2), agent(3)], Way(), history)
        self.assertEqual((choice.person, choice.why["by"]), (2, "turn"))
        new_here = choose(Task(), [agent(1), agent(2), agent(4)], Way(), history)
        self.assertEqual(new_here.person, 4)

    def test_least_work_is_measured_by_what_each_takes(self) -> None:
        half, full = agent(1, load=5, capacity=10), agent(2, load=6, capacity=20)
        self.assertEqual(choose(Task(), [half, full], Way(method="load"), History()).person, 2)

    def test_who_knows_best_is_told_by_the_levels_then_by_work(self) -> None:
        task = Task(needs={1: 1, 2: 1})
        people = [agent(1, skills={1: 3}), agent(2, skills={1: 2, 2: 2}, load=4), agent(3, skills={1: 1, 2: 3}, load=2)]
        self.assertEqual(choose(task, people, Way(method="skill"), History()).person, 3)

    def test_the_last_solver_goes_first_if_they_can_take_it(self) -> None:
        history = History(turns={1: 1, 2: 9}, solver=2)
        self.assertEqual(choose(Task(), [agent(1), agent(2)], Way(), history).why["by"], "sticky")
        away = choose(Task(), [agent(1), agent(2, verdict=GONE)], Way(), history)
        self.assertEqual((away.person, away.why["by"]), (1, "only"))

    def test_while_the_last_solver_is_absent_their_deputy_goes_first(self) -> None:
        history = History(turns={1: 1, 9: 8}, solver=2)
        people = [agent(1), agent(2, verdict=GONE), agent(9)]
        found = choose(Task(), people, Way(), history)
        self.assertEqual((found.person, found.why["by"]), (9, "deputy"))
        further = [*people[:2], agent(9, verdict=Verdict(False, Reason.ABSENT, None, 1))]
        self.assertEqual(choose(Task(), further, Way(), history).person, 1)  # who stands in for the deputy
        round_again = [agent(2, verdict=GONE), agent(9, verdict=Verdict(False, Reason.ABSENT, None, 2))]
        self.assertIsNone(choose(Task(), round_again, Way(), history).person)

    def test_filters_come_before_everything_and_each_says_why(self) -> None:
        people = [
            agent(1, may_see=False), agent(2), agent(3, verdict=GONE), agent(4, load=18), agent(5, skills={7: 1}),
            agent(6, skills={7: 2}), agent(8, skills={7: 3}, languages=frozenset({"it"})),
        ]  # fmt: skip
        way = Way(needs_skills=True, needs_language=True)
        task, history = Task(weight=4, needs={7: 2}, language="it"), History(gave_back=2, solver=3)
        choice = choose(task, people, way, history)
        self.assertEqual(choice.person, 8)
        self.assertEqual(
            left(choice), {1: "elsewhere", 2: "gave_back", 3: "absent", 4: "full", 5: "skill", 6: "language"}
        )

    def test_whoever_has_nothing_can_take_a_ticket_heavier_than_they_are_strong(self) -> None:
        self.assertEqual(choose(Task(weight=4), [agent(1, capacity=2)], Way(), History()).person, 1)
        self.assertIsNone(choose(Task(weight=4), [agent(1, capacity=2, load=1)], Way(), History()).person)

    def test_without_the_measure_more_than_fits_is_given(self) -> None:
        self.assertEqual(choose(Task(), [agent(1, load=99)], Way(needs_room=False), History()).person, 1)

    def test_nobody_is_an_answer_too(self) -> None:
        choice = choose(Task(), [agent(1, verdict=GONE)], Way(), History())
        self.assertEqual((choice.person, choice.why["by"], left(choice)), (None, "nobody", {1: "absent"}))
        self.assertIsNone(choose(Task(), [], Way(), History()).person)

    def test_the_order_of_the_candidates_changes_nothing(self) -> None:
        people = [agent(1, load=3), agent(2, load=3), agent(3, load=3, verdict=GONE), agent(4, load=4)]
        for method in ("turn", "load", "skill"):
            answers = {
                json.dumps(choose(Task(), order, Way(method=method), History()).why) for order in permutations(people)
            }
            self.assertEqual(len(answers), 1)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.sets(st.integers(1, 5), min_size=1), min_size=1, max_size=60))
    def test_turns_are_fair_to_all_who_are_there(self, there: list[set[int]]) -> None:
        """Whoever gets one waited at least as long as everybody else who was there."""
        turns: dict[int, int] = {}
        for number, here in enumerate(there, 1):
            people = [agent(n, verdict=HERE if n in here else GONE) for n in range(1, 6)]
            chosen = choose(Task(), people, Way(), History(turns=dict(turns))).person
            assert chosen is not None
            self.assertIn(chosen, here)
            self.assertEqual(turns.get(chosen, 0), min(turns.get(n, 0) for n in here))
            turns[chosen] = number
