import Cryptography

/// Inclusion and consistency proofs of RFC 6962, built from the roots of complete subtrees wherever those are kept (in
/// memory, in tiles), and verified from nothing but heads.
///
/// The RFC splits n leaves at the largest power of two below n and goes into one half. Building and verifying walk the
/// same splits, at most 64 of them, so there is no recursion and no second reading of the rules.
public enum MerkleProof {
    /// The longest proof that a tree of 64-bit size can need.
    public static let limit = 65

    /// Whether `proof` leads from the leaf hash `leaf` at `index` to `root`, the root of a tree of `size` leaves.
    public static func verifyInclusion(
        of leaf: Digest, at index: UInt64, in size: UInt64, root: Digest, proof: [Digest]
    ) -> Bool {
        guard index < size else { return false }
        let steps = steps(to: index, in: size)
        guard steps.count == proof.count else { return false }
        var hash = leaf
        for (step, other) in zip(steps.reversed(), proof) {
            hash = step.goesLeft ? Merkle.node(hash, other) : Merkle.node(other, hash)
        }
        return hash == root
    }

    /// Whether `proof` shows that the tree of `newSize` leaves under `newRoot` begins with the leaves of the tree of
    /// `oldSize` under `oldRoot`.
    public static func verifyConsistency(
        from oldSize: UInt64, root oldRoot: Digest, to newSize: UInt64, root newRoot: Digest, proof: [Digest]
    ) -> Bool {
        guard oldSize <= newSize else { return false }
        if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }
        if oldSize == 0 { return proof.isEmpty && oldRoot == Digest.sha256([]) }
        let steps = steps(throughEnd: oldSize, in: newSize)
        var rest = proof[...]
        // Where the old tree is a complete subtree of the new one, its root is known and not in the proof.
        guard let seed = steps.allSatisfy(\.goesLeft) ? oldRoot : rest.popFirst(), steps.count == rest.count else {
            return false
        }
        var (old, new) = (seed, seed)
        for (step, other) in zip(steps.reversed(), rest) {
            if !step.goesLeft { old = Merkle.node(other, old) }
            new = step.goesLeft ? Merkle.node(new, other) : Merkle.node(other, new)
        }
        return old == oldRoot && new == newRoot
    }

    /// Gives the root of the complete subtree of 2^`level` leaves whose first leaf is `index` × 2^`level`; nil where it
    /// is not known.
    typealias Lookup<Failure: Error> = (_ level: Int, _ index: UInt64) throws(Failure) -> Digest?

    /// The root over the leaves `start..<end`, where the range is one that the RFC's splits lead to.
    static func root<Failure>(
        from start: UInt64, to end: UInt64, node: Lookup<Failure>
    ) throws(Failure) -> Digest? {
        var peaks: [Digest] = []
        var position = start
        while position < end {
            let level = UInt64.bitWidth - 1 - (end - position).leadingZeroBitCount
            guard let peak = try node(level, position >> level) else { return nil }
            peaks.append(peak)
            position += 1 << level
        }
        return join(peaks)
    }

    static func inclusion<Failure>(
        of index: UInt64, in size: UInt64, node: Lookup<Failure>
    ) throws(Failure) -> [Digest]? {
        try siblings(of: steps(to: index, in: size), node: node)
    }

    static func consistency<Failure>(
        from oldSize: UInt64, to newSize: UInt64, node: Lookup<Failure>
    ) throws(Failure) -> [Digest]? {
        guard oldSize > 0, oldSize < newSize else { return [] }
        let steps = steps(throughEnd: oldSize, in: newSize)
        guard let siblings = try siblings(of: steps, node: node) else { return nil }
        if steps.allSatisfy(\.goesLeft) { return siblings }
        guard let seed = try root(from: steps.last?.inner.lowerBound ?? 0, to: oldSize, node: node) else { return nil }
        return [seed] + siblings
    }

    /// One root over the roots of complete subtrees that grow smaller from left to right.
    static func join(_ peaks: [Digest]) -> Digest {
        guard var root = peaks.last else { return Digest.sha256([]) }
        for peak in peaks.dropLast().reversed() { root = Merkle.node(peak, root) }
        return root
    }

    /// One split: the leaves that the walk goes on with, and those of the other half.
    private struct Step {
        var inner: Range<UInt64>
        var outer: Range<UInt64>
        var goesLeft: Bool { inner.lowerBound < outer.lowerBound }
    }

    /// The splits from the whole tree down to the leaf at `index`, the outermost first.
    private static func steps(to index: UInt64, in size: UInt64) -> [Step] {
        steps(in: size, until: { $0.upperBound - $0.lowerBound == 1 }, goesLeft: { index < $0 })
    }

    /// The splits from the whole tree down to the subtree that ends where a tree of `oldSize` leaves does.
    private static func steps(throughEnd oldSize: UInt64, in newSize: UInt64) -> [Step] {
        steps(in: newSize, until: { $0.upperBound == oldSize }, goesLeft: { oldSize <= $0 })
    }

    private static func steps(
        in size: UInt64, until isDone: (Range<UInt64>) -> Bool, goesLeft: (UInt64) -> Bool
    ) -> [Step] {
        var steps: [Step] = []
        var range = 0..<size
        while !isDone(range) {
            let middle = range.lowerBound + largestPowerOfTwo(below: range.upperBound - range.lowerBound)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            steps.append(goesLeft(middle) ? Step(inner: left, outer: right) : Step(inner: right, outer: left))
            range = steps[steps.count - 1].inner
        }
        return steps
    }

    private static func siblings<Failure>(
        of steps: [Step], node: Lookup<Failure>
    ) throws(Failure) -> [Digest]? {
        var siblings: [Digest] = []
        for step in steps.reversed() {
            guard let hash = try root(from: step.outer.lowerBound, to: step.outer.upperBound, node: node) else {
                return nil
            }
            siblings.append(hash)
        }
        return siblings
    }

    private static func largestPowerOfTwo(below count: UInt64) -> UInt64 {
        precondition(count > 1, "a single leaf is never split")
        return 1 << (UInt64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
