"""Recomputes 1,000 random rounds of travel times with Python's integers, from the written rule alone.

The inputs come from SplitMix64 as in Tests/FederationTests/TravelTimes/RandomTravelTimeRounds.swift; the expected
SHA-256 over all results stands in TravelTimeRoundTests.swift. Nothing else is shared.
"""

import hashlib
import re
import struct
import sys
from fractions import Fraction
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
RECORDED = TESTS / "FederationTests" / "TravelTimes" / "TravelTimeRoundTests.swift"

ROUNDS = 1000
CLIP = 2129
ANY_SLOT = 0xFFFF
CLASSES = 32
GREATEST_COUNT = 65_536 << 10
LEAST_COUNT = 64
GREATEST_SQUARE = 4427


class Numbers:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
        return z ^ (z >> 31)

    def below(self, bound):
        return self.next() % bound

    def digest(self):
        return hashlib.sha256(self.next().to_bytes(8, "big")).digest()


def half_to_even(numerator, denominator):
    """Python rounds a fraction's halves to the even one."""
    return round(Fraction(numerator, denominator))


def clamp(number, low, high):
    return max(low, min(high, number))


# An evidence is (count with 10 fraction bits, sum with 20, squares with 20).


def bounded(count, total, squares):
    count = clamp(count, 0, GREATEST_COUNT)
    return count, clamp(total, -count * CLIP, count * CLIP), clamp(squares, 0, count * GREATEST_SQUARE)


def add(left, right):
    count, total, squares = (a + b for a, b in zip(left, right))
    if count > GREATEST_COUNT:
        total = half_to_even(total * GREATEST_COUNT, count)
        squares = half_to_even(squares * GREATEST_COUNT, count)
        count = GREATEST_COUNT
    return bounded(count, total, squares)


def faded(evidence, numerator, denominator):
    count, total, squares = bounded(*(half_to_even(number * numerator, denominator) for number in evidence))
    return (count, total, squares) if count >= LEAST_COUNT else (0, 0, 0)


def median(numbers):
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return (Fraction(ordered[middle - 1]) + ordered[middle]) / 2


def random_round(number):
    numbers = Numbers(number)
    groups = 1 + numbers.below(12)
    minimum = 1 + numbers.below(min(groups, 4))
    denominator = 2 + numbers.below(16)
    numerator = numbers.below(denominator)
    seed = numbers.digest()
    capacity = 24 + numbers.below(40)
    updates = []
    for _ in range(numbers.below(25)):
        nullifier = numbers.digest()
        cells = []
        for place in range(36):
            if numbers.below(3) != 0:
                continue
            road_class = numbers.below(4)
            count = 1 + numbers.below(8)
            total = numbers.below(2 * count * CLIP + 1) - count * CLIP
            squares = numbers.below(count * CLIP * CLIP + 1)
            cells.append((place // 3 * 178_956_970, place % 3 * 80, road_class, count, total, squares))
        votes = numbers.below(10)
        base, parent = numbers.below(votes * 2 * CLIP + 1), numbers.below(votes * 2 * CLIP + 1)
        if cells or votes:
            updates.append((nullifier, cells, (base, parent, votes)))
    return groups, minimum, numerator, denominator, seed, capacity, updates


def estimates(groups, minimum, seed, updates):
    """{subject: evidence}, where a subject is (arc, slot) or a class's number."""
    ordered = sorted(updates, key=lambda update: hashlib.sha256(seed + update[0]).digest())
    sums = {}
    for place, (_, cells, _) in enumerate(ordered):
        for arc, slot, road_class, *share in cells:
            for subject in ((arc, slot), (arc, ANY_SLOT), road_class):
                by_group = sums.setdefault(subject, {})
                old = by_group.get(place % groups, (0, 0, 0))
                by_group[place % groups] = tuple(a + b for a, b in zip(old, share))
    found = {}
    for subject, by_group in sums.items():
        if len(by_group) < minimum:
            continue
        means = [half_to_even(total << 10, count) for count, total, _ in by_group.values()]
        mean_squares = [half_to_even(squares, count) for count, _, squares in by_group.values()]
        traversals = min(sum(count for count, _, _ in by_group.values()), GREATEST_COUNT >> 10)
        found[subject] = bounded(
            traversals << 10, round(median(means)) * traversals, round(median(mean_squares)) * traversals)
    return found


def version(base, groups, minimum, numerator, denominator, seed, capacity, updates):
    """The model after the round: ({(arc, slot): evidence}, {class: evidence})."""
    cells, classes = ({key: faded(old, numerator, denominator) for key, old in part.items()} for part in base)
    for subject, evidence in estimates(groups, minimum, seed, updates).items():
        part = cells if isinstance(subject, tuple) else classes
        part[subject] = add(part.get(subject, (0, 0, 0)), evidence)
    kept = sorted((evidence[0], key) for key, evidence in cells.items() if evidence[0] > 0)
    kept = {key for _, key in kept[max(0, len(kept) - capacity):]}
    return ({key: cells[key] for key in sorted(kept)},
            {key: evidence for key, evidence in sorted(classes.items()) if evidence[0] > 0})


def encoded(model):
    cells, classes = model
    parts = [b"WTT\x01", struct.pack(">I", len(classes))]
    parts += [struct.pack(">BIqq", number, *evidence) for number, evidence in classes.items()]
    parts.append(struct.pack(">I", len(cells)))
    parts += [struct.pack(">IHIqq", arc, slot, *evidence) for (arc, slot), evidence in cells.items()]
    return b"".join(parts)


def verdict(updates):
    votes = [errors for _, _, errors in updates if errors[2] > 0]
    base = median([Fraction(base, count) for base, _, count in votes]) if votes else Fraction(0)
    parent = median([Fraction(parent, count) for _, parent, count in votes]) if votes else Fraction(0)
    parts = [struct.pack(">I", len(votes))]
    for error in (base, parent):
        parts.append(struct.pack(">QQQ", error.numerator, error.denominator, round(error * 1_000_000 / 1024)))
    return b"".join(parts) + bytes([base > parent])


def results():
    """SHA-256 over the results of all rounds, in hexadecimal."""
    hasher = hashlib.sha256()
    model = ({}, {})
    for number in range(ROUNDS):
        if number % 25 == 0:
            model = ({}, {})
        parts = random_round(number)
        model = version(model, *parts)
        file = encoded(model)
        hasher.update(struct.pack(">I", len(file)) + file + verdict(parts[-1]))
    return hasher.hexdigest()


def recorded():
    """What the Swift test expects."""
    found = re.search(r'recordedResults = "([0-9a-f]{64})"', RECORDED.read_text())
    assert found, f"no recorded results in {RECORDED}"
    return found.group(1)


if __name__ == "__main__":
    (computed, expected) = results(), recorded()
    print(f"{ROUNDS} rounds: {computed}\nrecorded:    {expected}")
    sys.exit(computed != expected)
