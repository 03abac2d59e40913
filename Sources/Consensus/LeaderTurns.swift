/// Which leaders missed their last turns, so that the committee does not wait for each of them anew.
///
/// A validator that is gone costs 2 D once, and nothing after that: the others nullify its view as they enter it, until they have heard a vote of it
/// again. One that votes and proposes nothing costs D at its first, second, fourth, … turn, and nothing at those between. As soon as as many views
/// in a row were nullified as there are members, nobody's turn is cut short any more: then it is not the leaders but the network, and time-outs
/// must find out how slow that is.
struct LeaderTurns: Sendable {
    /// Turns in a row without a block, by leader.
    private var missed: [Int]
    private var nullifiedInARow = 0

    init(members: Int) {
        missed = Array(repeating: 0, count: members)
    }

    mutating func made(by leader: ValidatorIndex) { missed[leader] = 0 }

    mutating func missed(by leader: ValidatorIndex) {
        missed[leader] += 1
        nullifiedInARow += 1
    }

    mutating func blockWasFinalized() { nullifiedInARow = 0 }

    /// How long a proposal of `leader` is waited for, where D is `delay`. It `isHeard` where it voted lately.
    func patience(with leader: ValidatorIndex, isHeard: Bool, delay: UInt64) -> UInt64 {
        let turns = missed[leader]
        guard turns > 0, nullifiedInARow < missed.count else { return 2 * delay }
        guard isHeard else { return 0 }
        return turns.nonzeroBitCount == 1 || turns % 128 == 0 ? delay : 0
    }
}
