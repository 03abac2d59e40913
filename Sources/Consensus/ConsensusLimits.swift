/// The bound of everything that is fed from outside. What a layout may hold is the same for all validators and changes only with the
/// format; what a validator keeps of it is its own affair, and stands in the second part.
public enum ConsensusLimits {
    // MARK: What a layout may hold

    /// Members of a committee: as many as a set of signers has bits.
    public static let validators = 128
    /// Items in a car.
    public static let itemsPerCar = 4096
    /// Items that are submitted together, to stand in one car.
    public static let itemsPerSubmission = 8
    /// Bytes of one item, and of those that are submitted together.
    public static let itemBytes = 128 << 10
    /// Bytes of all items of a car.
    public static let carBytes = 256 << 10
    /// Cars in one answer.
    public static let carsPerBatch = 256
    /// Blocks in one answer about the past.
    public static let blocksPerHistory = 256
    /// Headers that lead from the last of those blocks to a finalized one.
    public static let linksPerHistory = 8192
    /// Views in one request for certificates.
    public static let viewsPerRequest = 32
    /// Bytes of an encoded message: what a link may refuse beyond.
    public static let messageBytes = 4 << 20

    // MARK: What a validator keeps and does

    /// Bytes at which an answer of several cars or blocks is closed; its last element may pass it.
    static let answerBytes = 1 << 20
    /// Certificates that are kept for those who may be without them.
    static let certificatesOwed = 64
    /// Views ahead of the own one whose votes are kept.
    static let viewWindow: UInt64 = 32
    /// Views ahead of the own one whose proposals are kept.
    static let proposalWindow: UInt64 = 8
    /// Views after a vote of a member in which it counts as present.
    static let viewsPresent: UInt64 = 16
    /// How long few look into each car after a second of many items.
    static let rotationMilliseconds: UInt64 = 2000
    /// Cars above the proven one of its own lane that a leader may order; of others' lanes one.
    static let ownOptimisticCars: UInt64 = 2
    /// Views of a leader in which a lane that cost it a voter is ordered by proofs only.
    static let demotionViews: UInt64 = 64
    /// Proven cars that are looked into at a time.
    static let auditsUnderWay = 16
    /// Cars for one position of a lane: a second one is evidence, a third adds nothing.
    static let carsPerSlot = 2
    /// Bytes of cars of one lane that wait for execution.
    static let laneBytes = 16 << 20
    /// Own cars, and their bytes, that wait for finalization before vehicles are held back.
    static let ownCarsWaiting: UInt64 = 64
    /// See `ownCarsWaiting`.
    static let ownBytesWaiting = 8 << 20
    /// How often `laneRest` doubles from one life of a process to the next: up to an hour and more.
    static let laneRestDoublings = 12
    /// Blocks above the last one that is known to be final. A journal's replay has all in it that were final and waited for their cars.
    static let blocksInTree = 2048
    /// Notarized blocks in a row, none final, after which a leader orders nothing more.
    static let blocksUnfinal: UInt64 = 128
    /// Final blocks whose cars have not arrived.
    static let blocksUndelivered = 1024
    /// Of those, how many have their cars fetched ahead.
    static let blocksFetchedAhead = 32
    /// Blocks delivered in one step.
    static let deliveriesPerStep = 64
    /// Executed blocks in memory, for those who lag behind …
    static let blocksRetained = 256
    /// … and the bytes of their cars.
    static let bytesRetained = 32 << 20
    /// Views between the last final block and a certified one, up to which single blocks are fetched and not history.
    static let viewsFetchedSingly: UInt64 = 16
    /// Requests under way at a time.
    static let requestsInFlight = 16
    /// Requests of one peer answered in one period of `ConsensusSettings.startDelay`.
    static let answersPerPeriod = 64
    /// Bytes sent to one peer in answers in such a period.
    static let answeredBytesPerPeriod = 8 << 20
    /// Bytes of own cars sent again at a time.
    static let resentBytes = 512 << 10
    /// Pieces of evidence that are handed on against one validator: more adds nothing.
    static let evidencePerValidator = 16
}
