"""What needs what: loops are found and named, and an order is one."""

from random import Random
from unittest import TestCase

from olmo.fulfilment import order


class FindingALoop(TestCase):
    def test_it_is_named_from_its_first_key_to_the_same(self) -> None:
        self.assertEqual(order.loop({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}), ["a", "b", "c", "a"])

    def test_what_needs_itself_is_one(self) -> None:
        self.assertEqual(order.loop({1: [], 2: [2]}), [2, 2])

    def test_two_ways_to_the_same_are_none(self) -> None:
        self.assertEqual(order.loop({"d": ["b", "c"], "b": ["a"], "c": ["a"], "a": []}), [])

    def test_a_thousand_in_a_row_are_no_matter(self) -> None:
        self.assertEqual(order.loop({n: [n + 1] for n in range(1000)}), [])
        self.assertEqual(len(order.loop({n: [(n + 1) % 1000] for n in range(1000)})), 1001)


class PuttingInOrder(TestCase):
    def test_each_stands_behind_what_it_needs(self) -> None:
        chance = Random(7)
        for _round in range(50):
            needs = {n: chance.sample(range(n), min(n, chance.randrange(4))) for n in range(20)}
            shuffled = dict(chance.sample(list(needs.items()), len(needs)))
            found = order.in_order(shuffled)
            self.assertEqual(sorted(found), sorted(needs))
            for key in found:
                self.assertTrue(all(found.index(need) < found.index(key) for need in needs[key]))

    def test_everything_behind_some_is_found_through_others(self) -> None:
        self.assertEqual(order.behind({"a": [], "b": ["a"], "c": ["b"], "d": []}, ["a"]), {"b", "c"})
