"""Recomputes the 1,000 random rounds of the aggregation tests with plain Python integers.

    python3 Tests/integration/aggregation_rounds.py

Says which digest it got and whether Tests/FederationTests/Aggregation/RandomRoundsTests.swift holds the same one.
Needs nothing but Python.
"""

import hashlib
import pathlib
import re
import sys

ROUNDS = 1000
SEED = 1
RECORD = pathlib.Path(__file__).resolve().parents[1] / "FederationTests/Aggregation/RandomRoundsTests.swift"
MASK = (1 << 64) - 1
MEAN, TRIMMED_MEAN, MIXED_TRIMMED_MEAN = range(1, 4)


class SplitMix64:
    """Numbers that a seed decides (Steele, Lea, Flood)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        return (z ^ (z >> 31)) % bound


def draw(random):
    """One round: its vectors, rule, assumed attackers and scale, in the order in which the Swift tests draw them."""
    n = 3 + random.below(38)
    d = 1 + random.below(64)
    f = random.below((n - 1) // 2 + 1)
    kind = 1 + random.below(3)
    scale_bits = 10 + random.below(5)
    spread = (1, 100, 5000)[random.below(3)]
    vectors = [[random.below(2 * spread + 1) - spread for _ in range(d)] for _ in range(n)]
    return vectors, kind, f, scale_bits


def mix(vectors, k):
    """Each vector's sum with its nearest, k in all; Python's sort is stable, so that ties go to the lower index."""
    mixed = []
    for x in vectors:
        by_distance = sorted(vectors, key=lambda y: sum((a - b) ** 2 for a, b in zip(x, y)))
        mixed.append([sum(column) for column in zip(*by_distance[:k])])
    return mixed


def round_half_even(numerator, denominator):
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        quotient += 1
    return quotient


def aggregate(vectors, kind, f, scale_bits):
    """The rule's result, with 16 fraction bits."""
    n, k = len(vectors), 1
    trim = 0 if kind == MEAN else f
    if kind == MIXED_TRIMMED_MEAN:
        k = n - f
        vectors = mix(vectors, k)
    kept = [sorted(column)[trim : n - trim] for column in zip(*vectors)]
    return [round_half_even(sum(values) << (16 - scale_bits), k * len(values)) for values in kept]


def digest():
    """SHA-256 of all results as big-endian 32-bit integers, in hexadecimal."""
    random, sha = SplitMix64(SEED), hashlib.sha256()
    for _ in range(ROUNDS):
        for value in aggregate(*draw(random)):
            sha.update(value.to_bytes(4, "big", signed=True))
    return sha.hexdigest()


def recorded():
    """The digest that the Swift tests are held to."""
    return re.search(r'recordedDigest = "([0-9a-f]{64})"', RECORD.read_text()).group(1)


if __name__ == "__main__":
    got, expected = digest(), recorded()
    print(f"computed {got}\nrecorded {expected}")
    sys.exit(0 if got == expected else 1)
