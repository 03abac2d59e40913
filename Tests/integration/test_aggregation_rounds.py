"""Python's unbounded integers get the same 1,000 aggregations as the validators' kernels, bit for bit."""

import aggregation_rounds


def test_a_thousand_random_rounds_have_the_recorded_digest():
    assert aggregation_rounds.digest() == aggregation_rounds.recorded()


def test_half_is_rounded_to_even():
    halves = [aggregation_rounds.round_half_even(n, 2) for n in (-3, -1, 1, 3, 5)]
    assert halves == [-2, 0, 0, 2, 2]
