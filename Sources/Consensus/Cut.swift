import Cryptography
import Wire

/// A car's place on its lane and its hash.
struct Tip: Hashable, Sendable {
    var position: UInt64
    var hash: Digest

    /// Where a lane begins: before its first car.
    static let origin = Tip(position: 0, hash: .zero)
}

/// How far every lane is ordered.
struct Cut: Hashable, Sendable {
    private var tips: [Tip]

    /// Nothing ordered on any of `lanes` lanes.
    init(lanes: Int) {
        tips = Array(repeating: .origin, count: lanes)
    }

    subscript(lane: ValidatorIndex) -> Tip { tips[lane] }

    /// How many lanes there are.
    var lanes: Int { tips.count }

    /// The cut after a block's changes, or nil where those are not higher tips of lanes in ascending order.
    func advanced(by changes: [TipChange]) -> Cut? {
        var next = self
        var lowest = 0
        for change in changes {
            guard change.lane >= lowest, change.lane < tips.count, change.position > tips[change.lane].position else {
                return nil
            }
            next.tips[change.lane] = change.tip
            lowest = change.lane + 1
        }
        return next
    }
}

extension Tip: Layout {
    init(reading reader: inout Reader) throws(WireError) {
        position = try reader.read(UInt64.self)
        hash = try reader.readDigest()
    }

    func write(into writer: inout Writer) {
        writer.write(position)
        writer.write(hash)
    }
}

extension Cut: Layout {
    init(reading reader: inout Reader) throws(WireError) {
        tips = try reader.readLayouts(Tip.self, atMost: ConsensusLimits.validators)
    }

    func write(into writer: inout Writer) { writer.write(layouts: tips) }
}

/// What a block adds to one lane: the cars between the parent's cut and its own, the first first.
struct Segment: Equatable, Sendable {
    var cars: [SignedCar]
    /// The lane forked, and these cars do not continue what was ordered before: nobody executes them.
    var isVoid = false

    /// One car of each lane in turn, the lanes ascending: no lane can push the others back within a block.
    static func executionOrder(_ segments: [Segment]) -> [SignedCar] {
        let sound = segments.filter { !$0.isVoid }
        let longest = sound.map(\.cars.count).max() ?? 0
        return (0..<longest).flatMap { offset in
            sound.compactMap { offset < $0.cars.count ? $0.cars[offset] : nil }
        }
    }
}
