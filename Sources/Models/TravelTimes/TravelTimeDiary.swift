import Wire

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A vehicle's memory of how long it took along the roads, from one round to the next. It never leaves the vehicle.
///
/// Four of five traversals are trained on; the fifth is held out, to judge the model by: errors are about traversals that the vehicle did
/// not teach. The seed decides which, whatever the traversal. The only floating point of travel times is the logarithm here.
public struct TravelTimeDiary: Sendable {
    /// One way along an arc, from end to end.
    public struct Traversal: Hashable, Sendable {
        /// The arc's index on the map.
        public var arc: UInt32
        /// The arc's class, below 32.
        public var roadClass: UInt8
        /// When the vehicle came onto it.
        public var enteredAt: Timestamp
        /// How long it took, in milliseconds, at least 1.
        public var observedMilliseconds: UInt32
        /// How long it takes at the limit, in milliseconds, at least 1 and below never.
        public var freeFlowMilliseconds: UInt32

        /// One way along an arc.
        public init(
            arc: UInt32, roadClass: UInt8, enteredAt: Timestamp, observedMilliseconds: UInt32,
            freeFlowMilliseconds: UInt32
        ) {
            self.arc = arc
            self.roadClass = roadClass
            self.enteredAt = enteredAt
            self.observedMilliseconds = observedMilliseconds
            self.freeFlowMilliseconds = freeFlowMilliseconds
        }

        /// ln(observed ÷ free flow) with 10 fraction bits, rounded to the nearest, within ±2,129.
        var logRatio: Int32 {
            let x = log(Double(observedMilliseconds) / Double(freeFlowMilliseconds)) * 1024
            let reach = Double(TravelTimeLimits.logRatio)
            return Int32(min(max(x, -reach), reach).rounded())
        }

        var slot: UInt16 { TravelTimeModel.slot(at: enteredAt) }
    }

    private struct Page: Sendable {
        var traversal: Traversal
        var isHeldOut: Bool
    }

    private let seed: UInt64
    private let capacity: Int
    /// Once full, a ring whose oldest page is at `oldest`.
    private var pages: [Page] = []
    private var oldest = 0
    /// How many were ever recorded.
    private var recorded: UInt64 = 0
    /// How many were pushed out before a round asked for them.
    public private(set) var dropped: UInt64 = 0

    /// An empty diary whose `seed` decides which traversals are held out.
    public init(seed: UInt64, capacity: Int = TravelTimeLimits.diaryTraversals) {
        precondition(capacity > 0, "a diary has room")
        self.seed = seed
        self.capacity = capacity
    }

    /// How many traversals the next round would get.
    public var count: Int { pages.count }

    /// Takes a traversal, in place of the oldest where there is no room; whether it makes sense. An arc, class or time out of range does
    /// not.
    @discardableResult
    public mutating func record(_ traversal: Traversal) -> Bool {
        guard traversal.arc < TravelTimeLimits.arcs, traversal.roadClass < TravelTimeLimits.roadClasses,
            traversal.observedMilliseconds > 0,
            (1..<TravelTimeLimits.never).contains(traversal.freeFlowMilliseconds)
        else { return false }
        let page = Page(traversal: traversal, isHeldOut: isHeldOut(recorded))
        recorded += 1
        guard pages.count == capacity else {
            pages.append(page)
            return true
        }
        pages[oldest] = page
        oldest = (oldest + 1) % capacity
        dropped += 1
        return true
    }

    /// What came since the last round, which the diary forgets; nil where nothing came.
    ///
    /// - Parameters:
    ///   - base: the version that the round improves.
    ///   - parent: the version before it; nil where the vehicle has not got it, and so cannot compare the two.
    public mutating func statistics(base: TravelTimeModel, parent: TravelTimeModel?) -> TravelTimeStatistics? {
        guard !pages.isEmpty else { return nil }
        let inOrder = pages[oldest...] + pages[..<oldest]
        let heldOut = inOrder.filter(\.isHeldOut).map(\.traversal)
        let cells = TravelTimeDiary.cells(inOrder.filter { !$0.isHeldOut }.map(\.traversal))
        pages.removeAll()
        oldest = 0
        do {
            let errors = TravelTimeDiary.errors(heldOut, base: base, parent: parent)
            return try TravelTimeStatistics(cells: cells, errors: errors)
        } catch {
            preconditionFailure("recorded traversals are within the bounds of an update: \(error)")
        }
    }

    /// One of five, by the seed and the traversal's number.
    private func isHeldOut(_ number: UInt64) -> Bool { SeededGenerator.number(at: number, seed: seed) % 5 == 0 }

    /// The first eight traversals of each cell; of too many cells the most travelled, and of these the first in order.
    private static func cells(_ traversals: [Traversal]) -> [TravelTimeStatistics.Cell] {
        var cells: [UInt64: TravelTimeStatistics.Cell] = [:]
        for traversal in traversals {
            let key = TravelTimeCell.key(arc: traversal.arc, slot: traversal.slot)
            var cell =
                cells[key]
                ?? TravelTimeStatistics.Cell(
                    arc: traversal.arc, slot: traversal.slot, roadClass: traversal.roadClass, count: 0, sum: 0,
                    squares: 0)
            guard cell.count < TravelTimeLimits.cellTraversals.upperBound else { continue }
            let x = traversal.logRatio
            cell.count += 1
            cell.sum += x
            cell.squares += UInt32(x * x)
            cells[key] = cell
        }
        let mostTravelled = cells.values.sorted { ($1.count, $0.key) < ($0.count, $1.key) }
        return mostTravelled.prefix(TravelTimeLimits.updateCells).sorted { $0.key < $1.key }
    }

    private static func errors(
        _ heldOut: [Traversal], base: TravelTimeModel, parent: TravelTimeModel?
    ) -> TravelTimeStatistics.Errors {
        func error(_ model: TravelTimeModel, _ traversal: Traversal) -> UInt32 {
            let predicted = model.logRatio(arc: traversal.arc, roadClass: traversal.roadClass, slot: traversal.slot)
            return (predicted - traversal.logRatio).magnitude
        }
        var errors = TravelTimeStatistics.Errors(base: 0, parent: parent == nil ? nil : 0, count: 0)
        for traversal in heldOut.prefix(Int(TravelTimeLimits.errorTraversals)) {
            errors.base += error(base, traversal)
            if let parent, let sum = errors.parent { errors.parent = sum + error(parent, traversal) }
            errors.count += 1
        }
        return errors
    }
}
