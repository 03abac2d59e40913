import Cryptography
import Testing

@testable import TransparencyLog

@Test(arguments: [
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (1, "773885a613489e24ce2cf76199d6a423f042e4bbf12d7eecee912ef276c65701"),
    (2, "5a47662fd8a317d96049a3f9f47c55dc67ca66051baa3683dbb19b2fe09a07b0"),
    (3, "94fbd0dd836f50301692e6d0eade728ee19ec52bfff1606ed807c8575d5aaa19"),
    (7, "98c97f0ba3175cd08b031dd084b9dc4e649b64d1a28e6ea694646503173ab587"),
    (8, "b69732ce5c914162ca9accfaf4e95d3f9874d68805437088aaff184a4db96773"),
    (255, "cf66793e6329dff242eb3cee0a6f36ad3e3a196dcc573a1ec775e102be863f1c"),
    (256, "da6596d95369f5fef322ab8e4e0da3b0b50236aa9c8a3b1d246f7411c9e2e32e"),
    (300, "ca393d0296bec5e0b8dcab983bd1fb7d1461f512e7267cb89631ad26fd66d848"),
])
func rootsAreThoseThatPythonComputed(size: Int, root: String) throws {
    #expect(tree(size).root == (try hex(root)))
}

/// All sizes up to 80, and those around a full tile.
private let sizes = Array(1...80) + [127, 128, 129, 255, 256, 257, 300]

@Test func everyProofIsTheOneOfTheRFC() {
    let tree = tree(300)
    var rfc = RFC6962(leaves(300))
    for size in sizes {
        #expect(tree.root(at: UInt64(size)) == rfc.root(0..<size))
        let inclusion = (0..<size).allSatisfy {
            tree.inclusionProof(of: UInt64($0), at: UInt64(size)) == rfc.path($0, 0..<size)
        }
        #expect(inclusion, "a proof of inclusion in \(size) leaves")
        let consistency = (1...size).allSatisfy {
            tree.consistencyProof(from: UInt64($0), to: UInt64(size)) == rfc.proof($0, 0..<size)
        }
        #expect(consistency, "a proof of consistency with \(size) leaves")
    }
}

@Test func everyProofVerifies() {
    let leaves = leaves(300)
    let tree = tree(300)
    var rfc = RFC6962(leaves)
    for size in sizes {
        let root = rfc.root(0..<size)
        for index in stride(from: 0, to: size, by: size > 40 ? 13 : 1) {
            #expect(
                MerkleProof.verifyInclusion(
                    of: leaves[index], at: UInt64(index), in: UInt64(size), root: root,
                    proof: tree.inclusionProof(of: UInt64(index), at: UInt64(size)) ?? []))
            #expect(
                MerkleProof.verifyConsistency(
                    from: UInt64(index + 1), root: rfc.root(0..<index + 1), to: UInt64(size), root: root,
                    proof: tree.consistencyProof(from: UInt64(index + 1), to: UInt64(size)) ?? []))
        }
    }
}

@Test func aProofIsOfOneLeafAtOneIndexInOneTree() {
    let leaves = leaves(64)
    let tree = tree(64)
    var dice = Dice(state: 1)
    for _ in 0..<100 {
        let size = UInt64.random(in: 2...64, using: &dice)
        let index = UInt64.random(in: 0..<size, using: &dice)
        guard let proof = tree.inclusionProof(of: index, at: size), let root = tree.root(at: size) else {
            Issue.record("no proof of \(index) in \(size)")
            return
        }
        func verifies(_ leaf: UInt64, _ index: UInt64, _ size: UInt64, _ root: Digest, _ proof: [Digest]) -> Bool {
            MerkleProof.verifyInclusion(of: leaves[Int(leaf)], at: index, in: size, root: root, proof: proof)
        }
        #expect(verifies(index, index, size, root, proof))
        #expect(!verifies((index + 1) % size, index, size, root, proof))
        #expect(!verifies(index, (index + 1) % size, size, root, proof))
        #expect(!verifies(index, index, size, Digest.sha256([]), proof))
        #expect(!verifies(index, index, size, root, proof + [root]))
        #expect(!verifies(index, index, size, root, Array(proof.dropLast())))
        #expect(!verifies(index, index, size, root, [Digest.zero] + proof.dropFirst()))
        #expect(!verifies(index, size + index, size, root, proof))
    }
}

@Test func aConsistencyProofIsOfTwoTrees() {
    let tree = tree(64)
    var dice = Dice(state: 2)
    for _ in 0..<100 {
        let new = UInt64.random(in: 2...64, using: &dice)
        let old = UInt64.random(in: 1..<new, using: &dice)
        guard let proof = tree.consistencyProof(from: old, to: new), let oldRoot = tree.root(at: old),
            let newRoot = tree.root(at: new)
        else {
            Issue.record("no proof from \(old) to \(new)")
            return
        }
        func verifies(_ oldRoot: Digest, _ newRoot: Digest, _ proof: [Digest]) -> Bool {
            MerkleProof.verifyConsistency(from: old, root: oldRoot, to: new, root: newRoot, proof: proof)
        }
        #expect(verifies(oldRoot, newRoot, proof))
        #expect(!verifies(Digest.zero, newRoot, proof))
        #expect(!verifies(oldRoot, Digest.zero, proof))
        #expect(!verifies(oldRoot, newRoot, proof + [Digest.zero]))
        #expect(!verifies(oldRoot, newRoot, Array(proof.dropLast())))
        #expect(!verifies(oldRoot, newRoot, [Digest.zero] + proof.dropFirst()))
    }
}

@Test func anEmptyTreeIsTheBeginningOfEveryOther() {
    let root = tree(5).root
    let empty = Digest.sha256([])
    #expect(Tree().root == empty)
    #expect(tree(5).consistencyProof(from: 0, to: 5) == [])
    #expect(MerkleProof.verifyConsistency(from: 0, root: empty, to: 5, root: root, proof: []))
    #expect(!MerkleProof.verifyConsistency(from: 0, root: Digest.zero, to: 5, root: root, proof: []))
    #expect(!MerkleProof.verifyConsistency(from: 0, root: empty, to: 5, root: root, proof: [empty]))
    #expect(!MerkleProof.verifyConsistency(from: 5, root: root, to: 0, root: empty, proof: []))
}

@Test func theLargestSizesAreReadWithoutOverflow() {
    let leaf = Digest.zero
    #expect(!MerkleProof.verifyInclusion(of: leaf, at: .max - 1, in: .max, root: leaf, proof: []))
    #expect(!MerkleProof.verifyInclusion(of: leaf, at: .max, in: .max, root: leaf, proof: []))
    #expect(!MerkleProof.verifyConsistency(from: .max - 1, root: leaf, to: .max, root: leaf, proof: []))
}

@Test func aTreeForgetsOldHashesAndStaysTheSameTree() {
    let whole = tree(1500)
    let windowed = tree(1500, window: 256)
    #expect(windowed.root == whole.root)
    #expect(windowed.frontier == whole.frontier)
    #expect(windowed.firstKept >= 1500 - 256 - 256 / 4 - 256 - 256 && windowed.firstKept <= 1500 - 256)
    for index in stride(from: UInt64(0), to: 1500, by: 7) {
        let proof = windowed.inclusionProof(of: index)
        #expect(proof == (index >= windowed.firstKept ? whole.inclusionProof(of: index) : nil))
    }
    for size in stride(from: windowed.firstKept, through: 1500, by: 11) {
        #expect(windowed.root(at: size) == whole.root(at: size))
        #expect(windowed.consistencyProof(from: size, to: 1500) == whole.consistencyProof(from: size, to: 1500))
    }
}

@Test func aTreeGoesOnFromItsFrontier() throws {
    for size in [0, 1, 2, 7, 255, 256, 300] {
        var resumed = try #require(Tree(size: UInt64(size), frontier: tree(size).frontier))
        for leaf in leaves(400)[size...] { resumed.append(leaf: leaf) }
        #expect(resumed.root == tree(400).root)
        #expect(resumed.inclusionProof(of: UInt64(size)) == tree(400).inclusionProof(of: UInt64(size)))
    }
    #expect(Tree(size: 3, frontier: [Digest.zero]) == nil)
}

@Test func whatATreeNeverHadItDoesNotProve() {
    let tree = tree(10)
    #expect(tree.inclusionProof(of: 10) == nil)
    #expect(tree.inclusionProof(of: 3, at: 11) == nil)
    #expect(tree.root(at: 11) == nil)
    #expect(tree.consistencyProof(from: 5, to: 11) == nil)
    #expect(tree.consistencyProof(from: 6, to: 5) == nil)
}
