@_spi(Simulation) import Consensus

@_spi(Simulation) extension Replica {
    /// The first bound that what is kept exceeds, in words; nil where all hold.
    public var exceededBound: String? {
        if let exceeded = consensus.exceededBound { return exceeded }
        if receipts.count > ReplicaLimits.waitingSubmissions { return "\(receipts.count) sessions that wait" }
        return heads.openCount > ReplicaLimits.openHeads ? "\(heads.openCount) heads without a quorum" : nil
    }
}
