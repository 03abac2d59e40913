#!/usr/bin/env python3
"""Makes the examples of docs/PROTOCOL/learning.md: names, payloads, and one small round of each model, in plain integers."""
import hashlib, hmac, struct

def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()

def rounded(numerator, denominator):
    """Rounded half to even."""
    quotient, rest = divmod(numerator, denominator)
    return quotient + (2 * rest > denominator or (2 * rest == denominator and quotient & 1))

def nullifier(log_secret, enrolment, model, round):
    name = b"waymark.v1.nullifier" + b"\0" + enrolment + struct.pack(">BQ", model, round)
    return hmac.new(log_secret, name, "sha256").digest()

def first_perception(seed=1):
    """The file of the version that every fleet starts from: SplitMix64, four uniform numbers a weight, biases 0."""
    def weight(factor):
        nonlocal seed
        seed = seed + 0x9E3779B97F4A7C15 & 2**64 - 1
        z = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 & 2**64 - 1
        z = (z ^ z >> 27) * 0x94D049BB133111EB & 2**64 - 1
        z ^= z >> 31
        return (sum(z >> shift & 0xFFFF for shift in (0, 16, 32, 48)) - 131_070) * factor >> 16
    weights = [weight(26_041) for _ in range(32 * 38)] + [0] * 32 + [weight(20_066) for _ in range(5 * 32)] + [0] * 5
    return b"WPM\1" + struct.pack(">3H1413i", 38, 32, 5, *weights)

def mixed(vectors, f):
    """Each vector as the sum of its n - f nearest, itself included."""
    def distance(x, y): return sum((a - b) ** 2 for a, b in zip(x, y))
    def near(x): return sorted(range(len(vectors)), key=lambda j: (distance(x, vectors[j]), j))[:len(vectors) - f]
    return [[sum(vectors[j][c] for j in near(x)) for c in range(len(x))] for x in vectors]

def trimmed_mean(vectors, f, scale_bits, mixed_from=1):
    """With 16 fraction bits, rounded once."""
    n = len(vectors)
    kept = [sorted(column)[f:n - f] for column in zip(*vectors)]
    return [rounded(sum(values) << 16 - scale_bits, mixed_from * (n - 2 * f)) for values in kept]

def evidence(groups):
    """(count, sum, squares) of each group -> what a model keeps of a cell: an odd number of groups, fewer than 65,536 traversals."""
    middle = len(groups) // 2
    weight = sum(count for count, _, _ in groups)
    mean = sorted(rounded(total << 10, count) for count, total, _ in groups)[middle]
    square = sorted(rounded(squares, count) for count, _, squares in groups)[middle]
    return weight << 10, mean * weight, square * weight

if __name__ == "__main__":
    print("nullifier      ", nullifier(b"\7" * 32, b"\1" * 32, 1, 7).hex())
    leaves = [sha256(b"\0", b"\3" * 32, b"\4" * 32), sha256(b"\0", b"\5" * 32, b"\6" * 32)]
    print("inputs root    ", sha256(b"\1", *leaves).hex())
    print("perception     ", first_perception()[:22].hex(), sha256(first_perception()).hex())
    print("travel times   ", (b"WTT\1" + bytes(8)).hex(), sha256(b"WTT\1", bytes(8)).hex())
    print("perception update ", struct.pack(">3h", 12, -3, 0).hex(), "…")
    cell = struct.pack(">IHBBiI", 2 * 12 + 1, 30, 3, 2, 100 + 20, 100**2 + 20**2)
    print("travel-time update", (b"\1" + struct.pack(">I", 1) + cell + struct.pack(">3I", 90, 130, 1)).hex())
    print("claim          ", struct.pack(">BBQB32s5QI", 5, 2, 258, 1, b"\6" * 32, 0, 0, 0, 3, 4, 5).hex())
    updates = [[4, 0], [5, 2], [6, 1], [5, 1], [400, -400]]
    print("mean           ", trimmed_mean(updates, 0, 14))
    print("trimmed mean   ", trimmed_mean(updates, 1, 14))
    print("mixed          ", mixed(updates, 1), trimmed_mean(mixed(updates, 1), 1, 14, mixed_from=4))
    print("evidence       ", evidence([(2, 120, 10_400), (1, 200, 40_000), (4, 0, 800)]))
