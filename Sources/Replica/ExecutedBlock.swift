import Consensus
import Cryptography
import Federation
import Hazards
import Telemetry
import TransparencyLog
import Wire

/// What a finalized block did: the entries that it added to the log and everything that follows from them.
public struct ExecutedBlock: Sendable {
    /// Number of the block, from 1.
    public var height: UInt64
    /// The view it was proposed in.
    public var view: UInt64
    /// Log time.
    public var time: Timestamp
    /// The block's hash.
    public var hash: Digest
    /// Index of its first entry in the log.
    public var firstIndex: UInt64
    /// Its entries in log order, as they stand in the log; the first is the block's own.
    public var entries: [Entry]
    /// The same entries' bytes.
    public var leaves: [[UInt8]]
    /// The reports and updates that it accepted, with the leaf of each.
    public var submissions: [AcceptedSubmission]
    /// Work that it asks for: a round that it closed.
    public var jobs: [RoundJob]
    /// Hazards that appeared, changed or ended, in the order in which they did.
    public var hazards: [Hazard]
    /// What was executed.
    public var finalized: FinalizedBlock
    /// The log's head after it.
    public var head: Head

    /// The block in numbers.
    public var summary: BlockSummary {
        BlockSummary(
            height: height, view: view, time: time, entries: entries.count,
            reports: entries.count { if case .report = $0 { true } else { false } },
            observations: entries.count { if case .observation = $0 { true } else { false } }, size: head.size,
            root: head.root)
    }
}

/// What execution accepted, as it goes to the vehicles' records off the log.
public struct AcceptedSubmission: Sendable {
    /// The report or update with its bytes, signature and certificate.
    public var submission: Submission
    /// Its `ReportEntry` or `UpdateAcceptedEntry`.
    public var entry: Entry
    /// Where that stands in the log.
    public var leaf: UInt64
}

/// The log after a block: what the validators cosign.
public struct Head: Hashable, Sendable {
    /// The block's height.
    public var height: UInt64
    /// Log time of the block.
    public var time: Timestamp
    /// Entries in the log.
    public var size: UInt64
    /// Root over them (RFC 6962).
    public var root: Digest
}
