"""Contrast and the nearest colour that can be read."""

import random
from unittest import TestCase

from olmo.kernel.contrast import TEXT, is_colour, judged, nearest, ratio


class Colours(TestCase):
    def test_ratios_are_those_of_the_standard(self) -> None:
        self.assertAlmostEqual(ratio("#000000", "#ffffff"), 21, 3)
        self.assertAlmostEqual(ratio("#777777", "#ffffff"), 4.48, 2)
        self.assertAlmostEqual(ratio("#ffffff", "#ffffff"), 1, 3)

    def test_a_colour_that_passes_is_left_alone(self) -> None:
        self.assertEqual(nearest("#2d5f3f", "light"), "#2d5f3f")
        self.assertEqual(nearest("#8fd3a7", "dark"), "#8fd3a7")

    def test_the_nearest_passes_and_none_nearer_does(self) -> None:
        rng = random.Random(3)
        for _try in range(200):
            colour = f"#{rng.randrange(2**24):06x}"
            for theme in ("light", "dark"):
                found = nearest(colour, theme)
                self.assertTrue(judged(found, theme).passes, (colour, theme, found))
                if found != colour:
                    self.assertFalse(judged(colour, theme).passes)
                    seen = judged(found, theme)
                    self.assertLess(min(seen.on_paper, seen.beneath), TEXT + 0.9, (colour, theme, found))

    def test_only_six_digits_are_a_colour(self) -> None:
        self.assertTrue(is_colour("#0a1b2c"))
        for text in ("red", "#fff", "#12345g", "#0a1b2c;", "#0a1b2c\n", ""):
            self.assertFalse(is_colour(text), text)
