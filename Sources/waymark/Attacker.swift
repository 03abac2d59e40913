import Models
import Telemetry
import VehicleKit

/// A vehicle that takes part in rounds to spoil them. It is enrolled and signs properly; only what it sends is poison.
struct Attacker: Sendable {
    /// What it does to perception; travel times it claims to be eight times as long, whatever the road.
    enum Kind: CaseIterable, Sendable {
        /// Sends four times the opposite of what it learnt, as far as the bound allows.
        case signFlip
        /// Trains on labels that are off by one.
        case labelFlip
        /// Sends as large an update as the bound allows, the same in every coordinate: together they push one way.
        case collusion
    }

    let kind: Kind
    var learner: Learner

    init(number: Int, seed: UInt64) {
        kind = Kind.allCases[number % Kind.allCases.count]
        learner = Learner(seed: seed)
    }

    mutating func observe(_ features: SurfaceFeatures, label: Surface) {
        let next = Surface(rawValue: (label.rawValue + 1) % UInt8(Surface.allCases.count)) ?? label
        learner.observe(LabelledFeatures(features, surface: kind == .labelFlip ? next : label))
    }

    mutating func observe(_ traversal: TravelTimeDiary.Traversal) {
        var traversal = traversal
        let longest = UInt64(traversal.freeFlowMilliseconds) * 8
        traversal.observedMilliseconds = UInt32(min(longest, UInt64(UInt32.max)))
        learner.observe(traversal)
    }

    /// What it sends of an honest vehicle's lesson.
    static func poison(of lesson: Lesson, _ kind: Kind) -> Result<[UInt8], LessonFault> {
        Result { () throws(LessonFault) in
            var random = SystemRandomNumberGenerator()
            let honest = try lesson.update(using: &random)
            do throws(ModelError) {
                return try spoil(honest, kind, for: lesson.round)
            } catch {
                throw .model(error)
            }
        }
    }

    /// What it sends in place of an honest payload.
    private static func spoil(_ payload: [UInt8], _ kind: Kind, for round: RoundOpenedEntry) throws(ModelError)
        -> [UInt8]
    {
        guard round.model == .perception else { return payload }
        let quantum = 1 / Float(1 << round.terms.scaleBits)
        let honest = try PerceptionUpdate(decoding: payload).values.map { Float($0) * quantum }
        let poison: [Float]
        switch kind {
        case .signFlip: poison = honest.map { -4 * $0 }
        case .labelFlip: poison = honest
        case .collusion: poison = honest.map { _ in 1 }
        }
        let bits = Int(round.terms.scaleBits)
        return try PerceptionUpdate(clipping: poison, to: round.terms.clipBound, scaleBits: bits).encoded()
    }
}
