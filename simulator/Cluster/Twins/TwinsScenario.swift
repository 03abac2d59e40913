import Consensus
import Models

/// One way in which the first views of a committee with a twin may go: who leads each of them, and which processes hear which while it lasts.
///
/// Four validators, the first of which runs twice: processes 0 to 3 are those validators, process 4 is the second life of validator 0. After
/// the scheduled views everybody hears everybody, and leaders take turns. (Bano et al., "Twins: BFT Systems Made Robust", 2021.)
public struct TwinsScenario: Sendable, Hashable {
    /// A view's leader, and the links that carry what is said in it.
    struct Round: Sendable, Hashable {
        var leader: ValidatorIndex
        /// Bit 5 · sender + recipient of each process that hears another.
        var links: UInt32

        func carries(from sender: Int, to recipient: Int) -> Bool { links >> UInt32(5 * sender + recipient) & 1 == 1 }
    }

    static let validators = 4
    static let processes = 5
    /// Four leaders, and sixteen ways to divide five processes into at most two sets.
    static let kinds: UInt64 = 64

    let rounds: [Round]

    /// Scenarios of `views` views, each with one of four leaders and one of sixteen partitions.
    public static func count(views: Int) -> UInt64 { (0..<views).reduce(1) { count, _ in count * kinds } }

    /// The scenario of a number below `count(views:)`.
    public init(number: UInt64, views: Int) {
        var rest = number
        rounds = (0..<views).map { _ in
            defer { rest /= Self.kinds }
            return Round(leader: Int(rest % 4), links: Self.partition(UInt32(rest / 4 % 16)))
        }
    }

    /// A scenario that a seed draws: partitions, or with `masks` links that are cut one by one, each in one direction.
    public init(seed: UInt64, views: Int, masks: Bool) {
        var random = SeededGenerator(seed: seed)
        rounds = (0..<views).map { _ in
            let leader = Int(random.below(4))
            guard masks else { return Round(leader: leader, links: Self.partition(UInt32(random.below(16)))) }
            // From almost none to half of the links.
            let lost = random.within(50...500)
            let links = (0..<25).reduce(UInt32(0)) { links, bit in
                random.happens(permille: lost) ? links : links | 1 << UInt32(bit)
            }
            return Round(leader: leader, links: links)
        }
    }

    /// The last process is in the first set, and each other one where its bit says.
    private static func partition(_ bits: UInt32) -> UInt32 {
        var links: UInt32 = 0
        for sender in 0..<UInt32(processes) {
            for recipient in 0..<UInt32(processes) where bits >> sender & 1 == bits >> recipient & 1 {
                links |= 1 << (5 * sender + recipient)
            }
        }
        return links
    }
}

extension TwinsScenario: CustomStringConvertible {
    /// The rounds in words: the leader, and whom each process hears.
    public var description: String {
        rounds.enumerated().map { index, round in
            let heard = (0..<Self.processes).map { sender in
                (0..<Self.processes).map { round.carries(from: sender, to: $0) ? "\($0)" : "-" }.joined()
            }
            return "view \(index + 1): led by \(round.leader), heard by \(heard.joined(separator: " "))"
        }.joined(separator: "; ")
    }
}
