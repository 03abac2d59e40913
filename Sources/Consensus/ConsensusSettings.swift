/// What a validator may choose for itself, but for the bounds of the delay, which all must share (log time rests on them).
/// Times in milliseconds.
public struct ConsensusSettings: Hashable, Sendable {
    /// Waiting bytes at which a car is sealed at once.
    public var carSealBytes = 64 << 10
    /// Bytes of items in a car, at most `ConsensusLimits.carBytes`.
    public var carLimitBytes = ConsensusLimits.carBytes
    /// How long the first item waits for others while an earlier car is on its way.
    public var carDelay: UInt64 = 2
    /// How long items wait for a car when the lane is full. The shell admits only items that stay valid for so long.
    public var submissionPatience: UInt64 = 4000
    /// W: own cars beyond the last proof of availability.
    public var laneWindow: UInt64 = 8
    /// Bytes of items that wait to be sealed, beyond which `canAccept` is false.
    public var pendingBytes = 1 << 20
    /// How far a car's sealing time may stand in the own clock's future before its acknowledgement waits.
    public var carClockTolerance: UInt64 = 1000
    /// Items a second in others' cars up to which every validator looks into every car; beyond, f of the others do. Zero: always f.
    public var itemsReadByAll = 1000
    /// How long f of the others are waited for before the next f look into a car.
    public var attestPatience: UInt64 = 200
    /// Of 65,536 cars that were left to others, how many are looked into when they are proven.
    public var auditsPer65536 = 655
    /// What that sample depends on: the validator's secret.
    public var auditKey: UInt64 = 0
    /// Whether this validator's blocks may order cars whose proof is still on its way: see `Consensus+Optimism`.
    public var takesOptimisticTips = true
    /// Least time between two lives of a lane: the unit in which they are counted. Others acknowledge no more of them, so that an owner who
    /// begins anew again and again costs them little.
    public var laneRest: UInt64 = 1000

    /// The least D: the unit of all time-outs.
    public var minimumDelay: UInt64 = 150
    /// D at the start, and the most it is after a finalization.
    public var startDelay: UInt64 = 500
    /// The greatest D.
    public var maximumDelay: UInt64 = 5000
    /// What a nullified view adds to D.
    public var delayGrowth: UInt64 = 250
    /// What a finalized block takes from D.
    public var delayDecay: UInt64 = 10

    /// Age of the last block at which an idle committee makes an empty one.
    public var heartbeat: UInt64 = 5000
    /// Least time between the times of two blocks under load, which gathers cars: each block costs every validator some ten verifications.
    public var blockSpacing: UInt64 = 5
    /// The most that it grows to where votes take long: see `Pacemaker`.
    public var blockSpacingLimit: UInt64 = 30
    /// Bytes of cars that wait to be ordered from which on that holds; with fewer, blocks follow each other in proportion sooner.
    public var blockSpacingBytes = 32 << 10
    /// How long something missing may still be on its way before it is asked for.
    public var fetchPatience: UInt64 = 30

    /// Blocks from one snapshot to the next; the same for all, so that they take the same ones.
    public var snapshotBlocks: UInt64 = 1024
    /// Bytes of cars in those blocks after which the next is taken sooner: what a start has to execute again. The same for all too.
    public var snapshotBytes = 8 << 20

    /// See `PlantedBug`.
    var planted: PlantedBug?

    /// The settings that MEASUREMENTS were taken with.
    public init() {}
}
