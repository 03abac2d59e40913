import Hazards
import Telemetry
import TransparencyLog

/// The observations that a hazard is made of, read from the log's end back to the block in which it began.
///
/// The log needs no index for this: a hazard's observations name its place and kind, none of them was committed before it began, and block
/// entries carry log time. It is an actor so that there is one such reading at a time: it is the longest work that a request can ask for.
actor HazardTrail {
    private let files: LogFiles

    init(_ files: LogFiles) {
        self.files = files
    }

    /// What was read.
    struct Found {
        /// The observations, the latest first.
        var entries: [EntryAnswer]
        /// Whether these are all: false where a bound ended the reading.
        var isComplete: Bool
        /// How many entries the log had.
        var size: UInt64
    }

    /// A hazard's latest observations, about `limit` of them.
    func entries(of hazard: Hazard, limit: Int) throws(Rejection) -> Found {
        let view = try LogView(files)
        var trail = Trail(of: hazard, limit: limit)
        let bundles = (view.size + UInt64(LogPath.fullWidth) - 1) / UInt64(LogPath.fullWidth)
        for bundle in (0..<bundles).reversed().prefix(InspectionLimits.bundlesPerTrail) {
            for leaf in try view.leaves(inBundle: bundle).reversed() {
                trail.take(leaf)
                guard trail.isOpen else {
                    return Found(entries: trail.entries, isComplete: trail.isWhole, size: view.size)
                }
            }
        }
        let isComplete = bundles <= InspectionLimits.bundlesPerTrail
        return Found(entries: trail.entries, isComplete: isComplete, size: view.size)
    }
}

/// A hazard's observations as they are met going back through the log.
private struct Trail {
    private(set) var entries: [EntryAnswer] = []
    /// Whether an earlier entry may still matter.
    private(set) var isOpen = true
    /// Whether the reading ended where the hazard began.
    private(set) var isWhole = false

    private let hazard: Hazard
    private let limit: Int
    /// Observations of a block stand behind its entry: until that is met, the block they belong to is not known.
    private var waiting: [EntryAnswer] = []

    init(of hazard: Hazard, limit: Int) {
        self.hazard = hazard
        self.limit = limit
    }

    mutating func take(_ leaf: LogView.Leaf) {
        switch leaf.entry {
        case .observation(let entry):
            if entry.place == hazard.place, entry.kind == hazard.kind { waiting.append(leaf.answer) }
        case .block(let block):
            close(block)
        case .report, .revocation, .roundOpened, .updateAccepted, .roundClosed, .versionMade, .versionDecided,
            .evidence, .committee:
            break
        }
    }

    private mutating func close(_ block: BlockEntry) {
        isWhole = block.time < hazard.firstSeen
        // What follows after a hazard was cleared is about another one.
        let isAfterItsEnd = hazard.state == .cleared && block.height > hazard.height
        if !isWhole, !isAfterItsEnd { entries += waiting }
        waiting = []
        isOpen = !isWhole && entries.count < limit
    }
}
