import Replica
import Storage

/// A block as `/api/v1/blocks` and `/events` tell it. What it brought is counted while this process remembers it.
struct BlockAnswer: Encodable, Equatable {
    var height: UInt64
    var view: UInt64
    var timeMs: UInt64
    var entries: Int?
    var reports: Int?
    var observations: Int?
    var size: UInt64
    var root: String

    init(_ block: BlockSummary) {
        height = block.height
        view = block.view
        timeMs = block.time.milliseconds
        entries = block.entries
        reports = block.reports
        observations = block.observations
        size = block.size
        root = block.root.description
    }

    init(_ block: IndexedBlock) {
        height = block.height
        view = block.view
        timeMs = block.time.milliseconds
        size = block.size
        root = block.root.description
    }
}
