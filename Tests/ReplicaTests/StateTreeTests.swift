import Cryptography
import Testing

@testable import Replica

@Test func theStatesRootDoesNotDependOnTheOrderOfWrites() {
    let keys = (UInt8(0)..<200).map { Digest.sha256([$0]) }
    var (forward, backward) = (StateTree(), StateTree())
    for key in keys { forward.set(key, to: key.bytes) }
    for key in keys.reversed() { backward.set(key, to: key.bytes) }
    #expect(forward.root() == backward.root())
}

@Test func aRootTakenOnTheWayChangesNothing() {
    let keys = (UInt8(0)..<50).map { Digest.sha256([$0]) }
    var (stepwise, atOnce) = (StateTree(), StateTree())
    for key in keys {
        stepwise.set(key, to: [1])
        _ = stepwise.root()
        atOnce.set(key, to: [1])
    }
    #expect(stepwise.root() == atOnce.root())
}

@Test func everyValueIsInTheRoot() {
    var tree = StateTree()
    var roots: Set<Digest> = [tree.root()]
    for value in UInt8(0)..<20 {
        tree.set(Digest.sha256([7]), to: [value])
        roots.insert(tree.root())
    }
    #expect(roots.count == 21)
}

/// A validator that read the state from a snapshot never wrote what was taken away before.
@Test func whatWasTakenAwayLeavesNoTrace() {
    var (lived, fresh) = (StateTree(), StateTree())
    let (kept, gone) = (Digest.sha256([1]), Digest.sha256([2]))
    for key in [kept, gone] { lived.set(key, to: [9]) }
    #expect(lived.root() != fresh.root())
    lived.set(gone, to: [])
    fresh.set(kept, to: [9])
    #expect(lived.root() == fresh.root())
}
