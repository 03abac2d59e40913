import Hazards
import Replica
import Telemetry

/// What waits for one watcher until it takes it.
///
/// Of a hazard, a model and a vehicle only the latest state waits, of blocks the latest few: so a watcher that is slow sees fewer steps, never
/// an old state after a new one, and cannot make us hold more than the bound. Where even that is reached, everything waiting is dropped
/// and the watcher is started afresh from the present state.
struct Outbox {
    /// What a watcher takes at once.
    struct Batch: Equatable {
        /// Whether the watcher must forget what it knows: the rest is then the whole present state.
        var startsAfresh = false
        /// Hazards that changed, in the order in which they first did.
        var hazards: [Hazard] = []
        /// Models whose training went on, in the order of their numbers.
        var learning: [LearningState] = []
        /// Vehicles that moved, in the order of their sessions.
        var vehicles: [VehicleSighting] = []
        /// Blocks, the oldest first.
        var blocks: [BlockSummary] = []

        /// Whether there is nothing in it.
        var isEmpty: Bool {
            !startsAfresh && hazards.isEmpty && learning.isEmpty && vehicles.isEmpty && blocks.isEmpty
        }
    }

    private var startsAfresh = true
    private var order: [HazardID] = []
    private var hazards: [HazardID: Hazard] = [:]
    private var models: Set<LearnedModel> = []
    private var vehicles: [UInt64: VehicleSighting] = [:]
    private var blocks: [BlockSummary] = []

    /// Lets a notice wait.
    mutating func add(_ notice: Notice) {
        // Whoever starts afresh gets the present state when it takes it, and this notice is in that.
        guard !startsAfresh else { return }
        switch notice {
        case .block(let block):
            blocks.append(block)
            if blocks.count > InspectionLimits.firstBlocks { blocks.removeFirst() }
        case .hazard(let hazard):
            if hazards.updateValue(hazard, forKey: hazard.id) == nil { order.append(hazard.id) }
        case .learning(let learnt):
            if let model = RoundKey(learnt.entry)?.model { models.insert(model) }
        case .sighting(let sighting):
            vehicles[sighting.session] = sighting
        }
        if hazards.count + vehicles.count > InspectionLimits.waitingChanges { startAfresh() }
    }

    /// Takes everything that waits.
    mutating func take(from present: Present) -> Batch {
        let batch = startsAfresh ? whole(present) : changes(present)
        startAfresh()
        startsAfresh = false
        return batch
    }

    private func changes(_ present: Present) -> Batch {
        Batch(
            hazards: order.compactMap { hazards[$0] },
            learning: LearnedModel.allCases.filter(models.contains).compactMap { present.learning[$0] },
            vehicles: sorted(vehicles), blocks: blocks)
    }

    private func whole(_ present: Present) -> Batch {
        Batch(
            startsAfresh: true, hazards: present.hazards.values.sorted { $0.id < $1.id },
            learning: LearnedModel.allCases.compactMap { present.learning[$0] },
            vehicles: sorted(present.vehicles), blocks: present.blocks.suffix(InspectionLimits.firstBlocks))
    }

    private func sorted(_ vehicles: [UInt64: VehicleSighting]) -> [VehicleSighting] {
        vehicles.values.sorted { $0.session < $1.session }
    }

    private mutating func startAfresh() {
        self = Outbox()
    }
}
