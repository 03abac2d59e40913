import Replica
import Testing

@testable import Server

/// A release that can be told from others.
private func release(_ number: UInt64) -> Release { .answer(SubmissionToken(number: number), .refused(.busy)) }

private func numbers(_ releases: [Release]) -> [UInt64] {
    releases.compactMap { if case .answer(let token, _) = $0 { token.number } else { nil } }
}

@Test func whatNeedsNoRecordLeavesAtOnceInOrder() {
    var outbox = Outbox()
    for number in UInt64(1)...3 { outbox.add(release(number)) }
    let first = numbers(outbox.releaseUndelayed(hasStaged: false))
    let second = numbers(outbox.releaseUndelayed(hasStaged: false))
    #expect(first == [1, 2, 3] && second.isEmpty)
}

@Test func nothingLeavesBeforeItsRecords() {
    var outbox = Outbox()
    outbox.add(release(1))
    let staged = numbers(outbox.releaseUndelayed(hasStaged: true))
    outbox.beginCommit()
    outbox.add(release(2))
    // The second came after the records that are being written, which it must not overtake.
    let meanwhile = numbers(outbox.releaseUndelayed(hasStaged: false))
    #expect(staged.isEmpty && meanwhile.isEmpty && outbox.isCommitting)
    let durable = numbers(outbox.endCommit())
    let rest = numbers(outbox.releaseUndelayed(hasStaged: false))
    #expect(durable == [1] && rest == [2] && !outbox.isCommitting)
}

@Test func turnsThatGatherShareTheNextCommit() {
    var outbox = Outbox()
    outbox.add(release(1))
    outbox.beginCommit()
    for number in UInt64(2)...4 { outbox.add(release(number)) }
    let first = numbers(outbox.endCommit())
    outbox.beginCommit()
    outbox.add(release(5))
    let second = numbers(outbox.endCommit())
    #expect(first == [1] && second == [2, 3, 4])
}

@Test(arguments: UInt64(1)...20) func everythingLeavesOnceInOrderAndDurable(seed: UInt64) {
    var (outbox, random) = (Outbox(), Dice(seed: seed))
    var (next, hasStaged) = (UInt64(0), false)
    var left: [UInt64] = []
    // For each release the number of the commit that must have ended before it may leave; 0 where none.
    var needs: [UInt64] = []
    var (begun, ended) = (UInt64(0), UInt64(0))
    func expectDurable(_ numbers: [UInt64]) {
        for number in numbers { #expect(needs[Int(number)] <= ended, "seed \(seed)") }
    }
    for _ in 0..<500 {
        switch random.next() % 4 {
        case 0:
            // A turn: perhaps a record, and what rests on it.
            if random.next() % 2 == 0 { hasStaged = true }
            needs.append(hasStaged ? begun + 1 : outbox.isCommitting ? begun : 0)
            outbox.add(release(next))
            next += 1
        case 1:
            let now = numbers(outbox.releaseUndelayed(hasStaged: hasStaged))
            expectDurable(now)
            left += now
        case 2 where !outbox.isCommitting && hasStaged:
            outbox.beginCommit()
            begun += 1
            hasStaged = false
        case 3 where outbox.isCommitting:
            ended += 1
            let now = numbers(outbox.endCommit())
            expectDurable(now)
            left += now
        default: break
        }
    }
    #expect(left == Array(0..<UInt64(left.count)), "seed \(seed)")
    #expect(left.count > 20, "seed \(seed)")
}

/// SplitMix64.
private struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
