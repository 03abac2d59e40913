import Models

/// What one update adds to a group's sums about one subject.
struct GroupShare {
    /// What statistics are kept of.
    enum Subject: Equatable {
        case cell(arc: UInt32, slot: UInt16)
        case roadClass(UInt8)
    }

    /// Arc and slot, or above all of these the class: a subject as a number, so that shares sort fast.
    private var key: UInt64
    private var group: UInt32
    private var count: UInt32
    /// Log-ratios, 10 fraction bits.
    private var sum: Int64
    /// Squared log-ratios, 20 fraction bits.
    private var squares: Int64

    private static let classKeys: UInt64 = 1 << 63

    private init(key: UInt64, group: UInt32, _ cell: TravelTimeStatistics.Cell) {
        self.key = key
        self.group = group
        count = UInt32(cell.count)
        sum = Int64(cell.sum)
        squares = Int64(cell.squares)
    }

    private var subject: Subject {
        key >= GroupShare.classKeys
            ? .roadClass(UInt8(truncatingIfNeeded: key))
            : .cell(arc: UInt32(truncatingIfNeeded: key >> 16), slot: UInt16(truncatingIfNeeded: key))
    }

    /// The shares of these updates by subject and group: a cell counts for its arc in its slot, for its arc at any hour, and for its class.
    static func shares(of dealt: [(group: UInt32, statistics: TravelTimeStatistics)]) -> [GroupShare] {
        var shares: [GroupShare] = []
        shares.reserveCapacity(3 * dealt.reduce(0) { $0 + $1.statistics.cells.count })
        for (group, statistics) in dealt {
            for cell in statistics.cells {
                let arc = UInt64(cell.arc) << 16
                shares.append(GroupShare(key: arc | UInt64(cell.slot), group: group, cell))
                shares.append(GroupShare(key: arc | UInt64(TravelTimeModel.anySlot), group: group, cell))
                shares.append(GroupShare(key: classKeys | UInt64(cell.roadClass), group: group, cell))
            }
        }
        // Shares of one subject and group are summed, so their order among themselves is of no account.
        return shares.sorted { ($0.key, $0.group) < ($1.key, $1.group) }
    }

    /// The evidence about each subject that enough groups saw, in the order of the subjects: arcs and slots, then classes.
    static func estimates(
        of shares: [GroupShare], minimumGroups: Int
    ) -> [(subject: Subject, evidence: TravelTimeEvidence)] {
        var estimates: [(subject: Subject, evidence: TravelTimeEvidence)] = []
        var first = 0
        while first < shares.count {
            let end = shares[first...].firstIndex { $0.key != shares[first].key } ?? shares.count
            let groups = sums(of: shares[first..<end])
            if groups.count >= minimumGroups { estimates.append((shares[first].subject, evidence(of: groups))) }
            first = end
        }
        return estimates
    }

    /// One share a group.
    private static func sums(of shares: ArraySlice<GroupShare>) -> [GroupShare] {
        var sums: [GroupShare] = []
        for share in shares {
            guard let last = sums.indices.last, sums[last].group == share.group else {
                sums.append(share)
                continue
            }
            sums[last].count += share.count
            sums[last].sum += share.sum
            sums[last].squares += share.squares
        }
        return sums
    }

    /// The medians of the groups' means, for as many traversals as all had together.
    private static func evidence(of groups: [GroupShare]) -> TravelTimeEvidence {
        let means = groups.map {
            TravelTimeRounding.halfToEven(Int128($0.sum) << 10, over: Int128($0.count))
        }
        let meanSquares = groups.map { TravelTimeRounding.halfToEven(Int128($0.squares), over: Int128($0.count)) }
        let traversals = groups.reduce(0) { $0 + Int64($1.count) }
        return TravelTimeEvidence(traversals: traversals, mean: median(means), meanSquare: median(meanSquares))
    }

    /// The middle one, or the mean of the two middle ones, rounded half to even; there is one at least.
    private static func median(_ numbers: [Int64]) -> Int64 {
        let sorted = numbers.sorted()
        let middle = sorted.count / 2
        guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
        return TravelTimeRounding.halfToEven(Int128(sorted[middle - 1]) + Int128(sorted[middle]), over: 2)
    }
}
