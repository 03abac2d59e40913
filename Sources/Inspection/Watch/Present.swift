import Cryptography
import Hazards
import Replica
import Telemetry
import Wire

/// What a newly opened page must know first: the hazards that stand, how training stands, the vehicles seen lately, the latest blocks. Bounded, and a value:
/// time comes as an argument, in milliseconds of a monotonic clock. A block's hazards come before the block, so that the hazards are those
/// of the last block's height.
struct Present {
    /// Hazards by their identity; a cleared one stays for a minute, so that people see what became of it.
    private(set) var hazards: [HazardID: Hazard] = [:]
    /// The latest sighting of a vehicle by its session.
    private(set) var vehicles: [UInt64: VehicleSighting] = [:]
    /// The latest blocks, the oldest first.
    private(set) var blocks: [BlockSummary] = []
    /// How each model's training stands.
    private(set) var learning: [LearnedModel: LearningState] = [:]
    /// Whether every hazard that stands is here: false once the bound made us leave one out, or a block was missed.
    private(set) var isComplete = true

    private var seenAt: [UInt64: UInt64] = [:]
    private var clearedAt: [HazardID: UInt64] = [:]

    /// The state before any notice: hazards that stood, and how training stood, when the validator started.
    init(hazards standing: [Hazard] = [], learning states: [LearningState] = []) {
        for hazard in standing { admit(hazard, now: 0) }
        for state in states where state.newest != nil { learning[state.model] = state }
    }

    /// Takes a notice in.
    mutating func apply(_ notice: Notice, now: UInt64) {
        switch notice {
        case .block(let block): append(block)
        case .hazard(let hazard): admit(hazard, now: now)
        case .learning(let learnt): admit(learnt)
        case .sighting(let sighting): admit(sighting, now: now)
        }
    }

    /// Drops sightings and cleared hazards whose time is over.
    mutating func forget(now: UInt64) {
        for (session, time) in seenAt where time + InspectionLimits.sightingMilliseconds <= now {
            seenAt[session] = nil
            vehicles[session] = nil
        }
        for (id, time) in clearedAt where time + InspectionLimits.clearedMilliseconds <= now {
            clearedAt[id] = nil
            hazards[id] = nil
        }
    }

    private mutating func append(_ block: BlockSummary) {
        // A notice that was missed may have been a hazard's.
        if let last = blocks.last, block.height != last.height + 1 { isComplete = false }
        blocks.append(block)
        if blocks.count > InspectionLimits.blocks { blocks.removeFirst() }
    }

    private mutating func admit(_ hazard: Hazard, now: UInt64) {
        guard hazards[hazard.id] != nil || hazards.count < InspectionLimits.hazards else {
            isComplete = false
            return
        }
        hazards[hazard.id] = hazard
        clearedAt[hazard.id] = hazard.state == .cleared ? now : nil
    }

    private mutating func admit(_ learnt: LearningNotice) {
        guard let model = RoundKey(learnt.entry)?.model else { return }
        learning[model, default: LearningState(model: model)].take(learnt.entry, at: learnt.index, time: learnt.time)
    }

    private mutating func admit(_ sighting: VehicleSighting, now: UInt64) {
        let isKnown = vehicles[sighting.session] != nil
        guard isKnown || vehicles.count < InspectionLimits.vehicles else { return }
        vehicles[sighting.session] = sighting
        seenAt[sighting.session] = now
    }
}
