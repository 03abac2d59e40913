/// What is kept, and how much of it may be.
struct Bound: Sendable {
    let what: String
    let kept: Int
    let limit: Int
}

@_spi(Simulation) extension Consensus {
    /// The first bound that what is kept exceeds, in words; nil where all hold. Whatever others send, a machine keeps no more.
    public var exceededBound: String? {
        bounds.first { $0.kept > $0.limit }.map { "\($0.kept) \($0.what), where \($0.limit) are possible" }
    }

    private var bounds: [Bound] {
        let largestCar = ConsensusLimits.carBytes + 4 * ConsensusLimits.itemsPerCar + 256
        let ofLanes = lanes.map { lane in
            // Cars that ordering needs are kept whatever room there is: as many as are asked for at a time.
            Bound(
                what: "bytes of a lane's cars", kept: lane.bytes,
                limit: ConsensusLimits.laneBytes + ConsensusLimits.requestsInFlight
                    * (ConsensusLimits.answerBytes + largestCar))
        }
        let submission = ConsensusLimits.itemsPerSubmission * ConsensusLimits.itemBytes
        return ofLanes + [
            Bound(
                what: "bytes that wait to be sealed", kept: own.pendingBytes, limit: settings.pendingBytes + submission),
            // After a restart none of those that wait for their order has one.
            Bound(
                what: "own cars without a proof", kept: own.outgoing.count,
                limit: max(Int(settings.laneWindow), Int(ConsensusLimits.ownCarsWaiting)) + 1),
            Bound(what: "blocks above the final one", kept: tree.count, limit: ConsensusLimits.blocksInTree),
            // All views since the last final one are needed to show that they were given up.
            Bound(
                what: "views above the final one", kept: views.count,
                limit: Int(view - min(view, finalizedView) + ConsensusLimits.viewWindow) + 2),
            Bound(what: "requests under way", kept: fetcher.count, limit: ConsensusLimits.requestsInFlight),
            Bound(
                what: "final blocks in memory", kept: chain.count,
                limit: ConsensusLimits.blocksUndelivered + ConsensusLimits.blocksPerHistory
                    + ConsensusLimits.blocksRetained),
        ]
    }
}
