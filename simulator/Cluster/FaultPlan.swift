import Consensus
import Models

/// What goes wrong in a run, drawn from its seed before anything else: how intense each fault is, and who lies how.
public struct FaultPlan: Sendable {
    /// Thousandths of each fault's greatest intensity; what is not here does not happen.
    public private(set) var intensities: [Fault: UInt64]
    /// Validators that lie, and how.
    public private(set) var liars: [ValidatorIndex: AttackKind]

    /// Honest validators whose disks lose what was durable. While one has not recovered it is no better than a liar, so it takes the
    /// place of one.
    public private(set) var forgetful: [ValidatorIndex: Lapse] = [:]

    /// What becomes of a disk.
    public enum Lapse: String, CaseIterable, Sendable {
        /// All of it is lost.
        case lostDisk = "lost-disk"
        /// An old image is put back.
        case oldDisk = "old-disk"
        /// A record of the journal can no longer be read: a bit has flipped in it, or a write has gone to its place.
        case rottenDisk = "rotten-disk"
    }

    /// The plan of a seed. Each fault is in half of all plans, so that most pairs of faults meet and some runs have but one.
    init(validators: Int, liars count: Int, random: inout SeededGenerator) {
        intensities = [:]
        for fault in Fault.allCases {
            let intensity = 1 + random.below(1000)
            if random.happens(permille: 500) { intensities[fault] = intensity }
        }
        liars = [:]
        while liars.count < count {
            let validator = Int(random.below(UInt64(validators)))
            let kind = AttackKind.allCases[Int(random.below(UInt64(AttackKind.allCases.count)))]
            if liars[validator] == nil { liars[validator] = kind }
        }
        for validator in liars.keys.sorted() where random.happens(permille: 200) {
            liars[validator] = nil
            forgetful[validator] = Lapse.allCases[Int(random.below(UInt64(Lapse.allCases.count)))]
        }
    }

    /// The same plan without what is named: a fault, an attack or a lapse. Nil where nothing is called that.
    public func without(_ name: String) -> FaultPlan? {
        var plan = self
        if let fault = Fault(rawValue: name) {
            plan.intensities[fault] = nil
        } else if let kind = AttackKind(rawValue: name) {
            plan.liars = liars.filter { $0.value != kind }
        } else if let lapse = Lapse(rawValue: name) {
            plan.forgetful = forgetful.filter { $0.value != lapse }
        } else {
            return nil
        }
        return plan
    }

    /// The same plan with all liars of one kind, and nobody who forgets instead.
    func lying(_ kind: AttackKind) -> FaultPlan {
        var plan = self
        for validator in Set(liars.keys).union(forgetful.keys) { plan.liars[validator] = kind }
        plan.forgetful = [:]
        return plan
    }

    /// Names of all that is in it, in a fixed order.
    public var names: [String] {
        Fault.allCases.filter { intensities[$0] != nil }.map(\.rawValue)
            + AttackKind.allCases.filter(liars.values.contains).map(\.rawValue)
            + Lapse.allCases.filter(forgetful.values.contains).map(\.rawValue)
    }

    /// How much of a fault there is, in its own unit; 0 where it is not in the plan.
    func amount(_ fault: Fault) -> UInt64 {
        guard let intensity = intensities[fault], let greatest = fault.greatest else { return 0 }
        return max(1, greatest.amount * intensity / 1000)
    }

    /// Milliseconds between two strikes of a fault in the mean; nil where it is not in the plan.
    func meanInterval(_ fault: Fault) -> UInt64? {
        guard let intensity = intensities[fault], let interval = fault.interval else { return nil }
        return interval.rarely - (interval.rarely - interval.often) * intensity / 1000
    }
}

extension FaultPlan: CustomStringConvertible {
    /// What goes wrong and how much of it, in a line.
    public var description: String {
        let faults = Fault.allCases.compactMap { fault -> String? in
            if let mean = meanInterval(fault) { return "\(fault.rawValue) every \(mean / 1000).\(mean / 100 % 10) s" }
            guard let greatest = fault.greatest, intensities[fault] != nil else { return nil }
            return "\(fault.rawValue) \(amount(fault)) \(greatest.unit)"
        }
        let lies = liars.sorted { $0.key < $1.key }.map { "validator \($0.key) lies: \($0.value.rawValue)" }
        let lapses = forgetful.sorted { $0.key < $1.key }.map { "validator \($0.key) has a \($0.value.rawValue)" }
        let all = faults + lies + lapses
        return all.isEmpty ? "nothing goes wrong" : all.joined(separator: ", ")
    }
}

extension SeededGenerator {
    /// A number below `bound`, which is above 0.
    mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }

    /// A number of a range.
    mutating func within(_ range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + next() % (range.upperBound - range.lowerBound + 1)
    }

    /// True in `permille` of 1,000 cases.
    mutating func happens(permille: UInt64) -> Bool { permille > 0 && next() % 1000 < permille }
}
