"""What suggestions spare: a pure calculation, against figures that were published and against chance itself."""

import random
from unittest import TestCase

from olmo.kernel.intervals import wilson
from olmo.selfservice.effect import LEAST, Group, compare


class Comparing(TestCase):
    def test_it_agrees_with_the_published_example(self) -> None:
        """Newcombe 1998, table II, example (a): 56/70 against 48/80 gives 0.2000 (0.0524 to 0.3339)."""
        effect = compare(suggested=Group(80, 48), held_out=Group(70, 56))
        self.assertAlmostEqual(effect.difference, 0.2, 4)
        self.assertAlmostEqual(effect.low, 0.0524, 4)
        self.assertAlmostEqual(effect.high, 0.3339, 4)
        self.assertTrue(effect.is_shown)

    def test_none_at_all_is_no_certainty(self) -> None:
        effect = compare(suggested=Group(100, 0), held_out=Group(100, 0))
        self.assertEqual(effect.difference, 0)
        self.assertLess(effect.low, 0)
        self.assertGreater(effect.high, 0)
        self.assertFalse(effect.is_shown)

    def test_few_visits_say_nothing_however_far_apart(self) -> None:
        self.assertFalse(compare(Group(LEAST - 1, 0), Group(LEAST, LEAST)).is_shown)
        self.assertTrue(compare(Group(LEAST, 0), Group(LEAST, LEAST)).is_shown)
        self.assertFalse(compare(Group(0, 0), Group(500, 20)).is_enough)

    def test_more_tickets_with_suggestions_is_said_as_such(self) -> None:
        effect = compare(suggested=Group(500, 300), held_out=Group(500, 200))
        self.assertLess(effect.high, 0)
        self.assertTrue(effect.is_shown)

    def test_its_interval_holds_what_is_true_nineteen_times_of_twenty(self) -> None:
        rng = random.Random(7)
        held, truth = 0, 0.35 - 0.25
        for _trial in range(400):
            suggested = Group(190, sum(rng.random() < 0.25 for _visit in range(190)))
            held_out = Group(60, sum(rng.random() < 0.35 for _visit in range(60)))
            effect = compare(suggested, held_out)
            held += effect.low <= truth <= effect.high
        self.assertGreaterEqual(held / 400, 0.92)
        self.assertLessEqual(held / 400, 0.99)

    def test_one_share_stays_between_none_and_all(self) -> None:
        for hits, of in ((0, 5), (5, 5), (1, 1)):
            low, high = wilson(hits, of)
            self.assertGreaterEqual(low, 0)
            self.assertLessEqual(high, 1)
            self.assertLess(low, high)
