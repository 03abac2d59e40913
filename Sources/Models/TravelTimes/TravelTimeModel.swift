import Wire

/// How long each road takes at each hour of the week, as the fleet has learned it.
///
/// The model is statistics, not weights: for an arc of the map in an hour of the week the number of traversals and the sum of their
/// log-ratios ln(observed ÷ free flow). What is known of few traversals is shrunk towards what is known of more, step by step:
///
///     free flow ← all roads ← the road's class ← the arc at any hour ← the arc in this hour
///
/// and each arrow is (τ · wider mean + sum) ÷ (τ + count), which never jumps and never divides by nothing. All of this is integer
/// arithmetic, so the same model gives the same travel times on every machine. A travel time lies within [free flow ÷ 1.3, 20 × free flow]:
/// closures come from hazards alone, and no update can make a road vanish or a journey take no time.
public struct TravelTimeModel: Hashable, Sendable {
    /// By arc and then slot, each once, at most `TravelTimeLimits.modelCells`.
    public let cells: [TravelTimeCell]
    /// By road class: `TravelTimeLimits.roadClasses` of them.
    public let classes: [TravelTimeEvidence]
    /// Mean log-ratio of each class, already shrunk, with 20 fraction bits.
    private let classMeans: [Int64]

    /// The slot of what is known of an arc whatever the hour.
    public static let anySlot: UInt16 = 0xFFFF

    /// Version 0: nothing is known, so every road takes its free-flow time.
    public init() {
        self.init(
            cells: [], classes: Array(repeating: .none, count: Int(TravelTimeLimits.roadClasses)))
    }

    /// The model of these statistics, which must be in order.
    public init(cells: [TravelTimeCell], classes: [TravelTimeEvidence]) {
        precondition(cells.count <= TravelTimeLimits.modelCells, "a model has a bound")
        precondition(classes.count == Int(TravelTimeLimits.roadClasses), "there is an evidence for each class")
        precondition(zip(cells, cells.dropFirst()).allSatisfy { $0.key < $1.key }, "cells are in order, each once")
        self.cells = cells
        self.classes = classes
        let all = classes.reduce(.none, +).mean(shrunkTowards: 0)
        classMeans = classes.map { $0.mean(shrunkTowards: all) }
    }

    /// The hour of the week in UTC: 0 is Monday 00:00 to 01:00, 167 the last hour of Sunday.
    public static func slot(at time: Timestamp) -> UInt16 {
        // 1970 began on a Thursday: 72 hours into a week.
        UInt16((time.milliseconds / 3_600_000 + 72) % UInt64(TravelTimeLimits.slots))
    }

    /// The log-ratio that the model expects, with 10 fraction bits, within −ln 1.3…ln 8: for colours and for errors.
    public func logRatio(arc: UInt32, roadClass: UInt8, slot: UInt16) -> Int32 {
        let mean = mean(arc: arc, roadClass: roadClass, slot: slot)
        let rounded = TravelTimeRounding.halfToEven(Int128(mean), over: 1 << 10)
        return min(max(Int32(rounded), TravelTimeLimits.leastLogRatio), TravelTimeLimits.logRatio)
    }

    /// Milliseconds to drive an arc whose free-flow time is `freeFlow`; `TravelTimeLimits.never` stays.
    public func milliseconds(arc: UInt32, roadClass: UInt8, freeFlow: UInt32, slot: UInt16) -> UInt32 {
        TravelTimeModel.milliseconds(freeFlow, mean: mean(arc: arc, roadClass: roadClass, slot: slot))
    }

    /// Milliseconds to drive each arc in a slot, by arc index, as are the free-flow times and the classes. One walk along arcs and cells.
    public func travelTimes(freeFlow: [UInt32], classes: [UInt8], slot: UInt16) -> [UInt32] {
        precondition(freeFlow.count == classes.count, "each arc has a free-flow time and a class")
        var next = 0
        return freeFlow.indices.map { arc in
            while next < cells.count, cells[next].arc < arc { next += 1 }
            var mean = classMeans[Int(classes[arc])]
            guard next < cells.count, cells[next].arc == arc else {
                return TravelTimeModel.milliseconds(freeFlow[arc], mean: mean)
            }
            mean = shrink(mean, arc: UInt32(arc), slot: slot, from: next)
            return TravelTimeModel.milliseconds(freeFlow[arc], mean: mean)
        }
    }

    // MARK: Shrinkage

    /// The mean log-ratio with 20 fraction bits.
    private func mean(arc: UInt32, roadClass: UInt8, slot: UInt16) -> Int64 {
        precondition(roadClass < TravelTimeLimits.roadClasses, "a map's classes are below 32")
        let mean = classMeans[Int(roadClass)]
        let first = firstIndex(from: TravelTimeCell.key(arc: arc, slot: 0))
        return shrink(mean, arc: arc, slot: slot, from: first)
    }

    /// The mean of an arc's slot, of whose cells the first is at `first`: from its class's mean over any hour to the hour.
    private func shrink(_ classMean: Int64, arc: UInt32, slot: UInt16, from first: Int) -> Int64 {
        var (any, here) = (TravelTimeEvidence.none, TravelTimeEvidence.none)
        for cell in cells[first...].prefix(while: { $0.arc == arc }) {
            if cell.slot == TravelTimeModel.anySlot {
                any = cell.evidence
            } else if cell.slot == slot {
                here = cell.evidence
            }
        }
        return here.mean(shrunkTowards: any.mean(shrunkTowards: classMean))
    }

    /// The first cell whose key is at least `key`.
    private func firstIndex(from key: UInt64) -> Int {
        var (low, high) = (0, cells.count)
        while low < high {
            let middle = (low + high) / 2
            if cells[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Within [free flow ÷ 1.3 rounded up, 20 × free flow], at least 1 and below never.
    private static func milliseconds(_ freeFlow: UInt32, mean: Int64) -> UInt32 {
        guard freeFlow < TravelTimeLimits.never else { return TravelTimeLimits.never }
        let (numerator, denominator) = TravelTimeLimits.leastShare
        let least = max(1, (UInt64(freeFlow) * numerator + denominator - 1) / denominator)
        let greatest = max(least, UInt64(freeFlow) * TravelTimeLimits.greatestShare)
        let scaled = FixedExponential.scale(freeFlow, exponent: mean)
        return UInt32(min(max(scaled, least), greatest, UInt64(TravelTimeLimits.never) - 1))
    }
}
