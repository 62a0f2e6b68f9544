"""The engine equals a naive minute-by-minute oracle on ten thousand random histories."""

import unittest
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .comparing import in_parallel

pytestmark = pytest.mark.long
HISTORIES = 10_000
BATCHES, SIZE = 16, 125  # of one example


class TheEngine(unittest.TestCase):
    @settings(
        max_examples=HISTORIES // (BATCHES * SIZE),
        deadline=timedelta(minutes=10),
        suppress_health_check=list(HealthCheck),
        database=None,
        report_multiple_bugs=False,
    )
    @given(st.integers(0, 2**40))
    def test_agrees_with_the_oracle(self, first: int) -> None:
        seeds = [[first + batch * SIZE + i for i in range(SIZE)] for batch in range(BATCHES)]
        wrong, tally = in_parallel(seeds)
        self.assertEqual(wrong, [])
        self.assertEqual(tally["histories"], BATCHES * SIZE)
        for trait in (
            "zone Asia/Beirut",
            "amended terms",
            "several events at one instant",
            "clocks breached",
            "reopened",
        ):
            self.assertGreater(tally[trait], SIZE, trait)
