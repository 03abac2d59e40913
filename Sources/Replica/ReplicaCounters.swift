import Telemetry

/// What a replica did, in numbers that only rise.
public struct ReplicaCounters: Sendable {
    /// Blocks executed.
    public var blocks: UInt64 = 0
    /// Entries added to the log.
    public var entries: UInt64 = 0
    /// Reports accepted by execution.
    public var reports: UInt64 = 0
    /// Updates counted in rounds.
    public var updates: UInt64 = 0
    /// Observations added to the log.
    public var observations: UInt64 = 0
    /// Observations on the own lane that others vouched for.
    public var attestedObservations: UInt64 = 0
    /// Warnings of hazards before they were final.
    public var warnings: UInt64 = 0
    /// Heads that found a quorum.
    public var publishedHeads: UInt64 = 0
    /// Cosignatures of another head under a height that was executed here.
    public var divergences: UInt64 = 0
    /// Pieces of evidence against validators.
    public var evidence: UInt64 = 0
    /// Reports and updates refused by execution, by reason.
    public var refused: [Refusal: UInt64] = [:]

    mutating func count(_ block: ExecutedBlock, _ refusals: [Refused]) {
        blocks += 1
        entries += UInt64(block.entries.count)
        reports += UInt64(block.summary.reports)
        updates += UInt64(block.submissions.count) - UInt64(block.summary.reports)
        observations += UInt64(block.summary.observations)
        for refusal in refusals { refused[refusal.refusal, default: 0] += 1 }
    }
}
