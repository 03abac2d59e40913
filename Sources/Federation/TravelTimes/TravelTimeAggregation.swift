import Cryptography
import Models

/// Makes a version of the travel times from a round's updates, in exact integers: the same on every validator, in whatever order the
/// updates came.
///
/// 1. Vehicles are put into the order of SHA-256(round seed ‖ nullifier) and dealt into g groups in turns: nobody chooses a group, and
///    the groups are of equal size, give or take one.
/// 2. For each arc and slot, each arc at any hour and each road class, every group's mean log-ratio is its sum ÷ its count. The estimate
///    is the **median of the groups' means** over the groups present: with an even number the mean of the two middle ones. It stands for
///    as many traversals as all groups had together.
/// 3. What fewer than `minimumGroups` groups saw is left out; it has counted for the wider groups.
/// 4. New statistics = what is left of the base's (`keepNumerator` ÷ `keepDenominator`) + these.
///
/// Means have 20 fraction bits. Every quotient is rounded half to even, once. With 20 % of liars the plain mean follows them; a median of
/// small groups moves by what separates its middle from the 62nd percentile of honest ones (see `TravelTimeRule.groups`).
public struct TravelTimeAggregation: Sendable {
    /// An update that the round accepted.
    public struct Update: Sendable {
        /// Who sent it, for this round only.
        public var nullifier: Digest
        /// What it says.
        public var statistics: TravelTimeStatistics

        /// An update of the vehicle with this nullifier.
        public init(nullifier: Digest, statistics: TravelTimeStatistics) {
            self.nullifier = nullifier
            self.statistics = statistics
        }
    }

    private let rule: TravelTimeRule
    private let seed: Digest
    private let capacity: Int

    /// A round's aggregation. The seed must be nothing that a vehicle can choose: `RoundJob` makes it of the nullifiers.
    ///
    /// `capacity` is the greatest number of cells, for tests: all validators have the same.
    public init(rule: TravelTimeRule, seed: Digest, capacity: Int = TravelTimeLimits.modelCells) {
        precondition(rule.isValid, "the rule was checked with the configuration")
        precondition(capacity <= TravelTimeLimits.modelCells, "a model has a bound")
        self.rule = rule
        self.seed = seed
        self.capacity = capacity
    }

    /// The version that the updates, one a nullifier, make of `base`. Costs a sort of three shares for each cell of each update.
    public func version(of base: TravelTimeModel, updates: [Update]) -> TravelTimeModel {
        let shares = GroupShare.shares(of: dealt(updates))
        let found = GroupShare.estimates(of: shares, minimumGroups: Int(rule.minimumGroups))
        var classes = base.classes.map(faded)
        var cells: [TravelTimeCell] = []
        for (subject, evidence) in found {
            switch subject {
            case .roadClass(let number): classes[Int(number)] = classes[Int(number)] + evidence
            case .cell(let arc, let slot): cells.append(TravelTimeCell(arc: arc, slot: slot, evidence: evidence))
            }
        }
        let kept = base.cells.map {
            TravelTimeCell(arc: $0.arc, slot: $0.slot, evidence: faded($0.evidence))
        }
        return TravelTimeModel(cells: bounded(merged(kept, cells)), classes: classes)
    }

    /// Each group's number with each update's statistics.
    private func dealt(_ updates: [Update]) -> [(group: UInt32, statistics: TravelTimeStatistics)] {
        let ordered = updates.map { update in
            (place: Digest.sha256(parts: [seed.bytes, update.nullifier.bytes]), statistics: update.statistics)
        }.sorted { $0.place < $1.place }
        precondition(
            zip(ordered, ordered.dropFirst()).allSatisfy { $0.place < $1.place }, "a round has one update a nullifier")
        return ordered.enumerated().map { (UInt32($0.offset) % rule.groups, $0.element.statistics) }
    }

    /// What is left of an evidence, or nothing where that is too little.
    private func faded(_ evidence: TravelTimeEvidence) -> TravelTimeEvidence {
        let faded = evidence.faded(to: rule.keepNumerator, over: rule.keepDenominator)
        return faded.isForgotten ? .none : faded
    }

    /// Both lists in order; where both have a cell, its evidences together. Cells of which nothing is left are left out.
    private func merged(_ old: [TravelTimeCell], _ new: [TravelTimeCell]) -> [TravelTimeCell] {
        var merged: [TravelTimeCell] = []
        merged.reserveCapacity(old.count + new.count)
        var next = 0
        for cell in old {
            while next < new.count, new[next].isBefore(cell) {
                merged.append(new[next])
                next += 1
            }
            if next < new.count, !cell.isBefore(new[next]) {
                let evidence = cell.evidence + new[next].evidence
                merged.append(TravelTimeCell(arc: cell.arc, slot: cell.slot, evidence: evidence))
                next += 1
            } else if cell.evidence.count > 0 {
                merged.append(cell)
            }
        }
        return merged + new[next...]
    }

    /// No more cells than there is room for: the least travelled are left out, of equal ones the first.
    private func bounded(_ cells: [TravelTimeCell]) -> [TravelTimeCell] {
        guard cells.count > capacity else { return cells }
        let leastTravelled = cells.indices.sorted {
            (cells[$0].evidence.count, $0) < (cells[$1].evidence.count, $1)
        }
        return leastTravelled.dropFirst(cells.count - capacity).sorted().map { cells[$0] }
    }
}

extension TravelTimeCell {
    fileprivate func isBefore(_ other: TravelTimeCell) -> Bool { (arc, slot) < (other.arc, other.slot) }
}
