import Consensus
import Cryptography
import EventLoop
import Hazards
import Logging
import Replica
import Storage
import Telemetry
import Transport
import TransparencyLog
import Wire

/// The one actor that drives a replica and holds its keys.
///
/// Everything happens on one loop, in turns. Between two waits for sockets, callbacks put what came in where it belongs: vehicles' messages and
/// validators' frames go to the work pool to have their signatures checked, and return as events to the inbox. At the end of the iteration the
/// *turn* steps the replica through the inbox, signs what it wants signed, and stages all records; one commit writes and syncs them on the pool.
/// Only when it is back do that turn's messages, blocks and answers leave (`Outbox`). A failed commit ends the process: a
/// validator does not vote on what it may have forgotten.
public actor Server: LoopBound {
    /// The loop that everything happens on.
    public nonisolated let loop: EventLoop
    /// Blocks, entries, hazards and records, to be read from any thread.
    public nonisolated let index: Index
    /// What happens, for those who watch; bounded, the oldest are dropped for a slow watcher.
    public nonisolated let watched: AsyncStream<Notice>
    /// The numbers of the last half second.
    public nonisolated let metrics: Latest<[MetricSample]>
    /// Where it is.
    public nonisolated let status: Latest<ServerStatus>

    /// What ended the epoch, once that is durable; what comes next is its owner's affair.
    public nonisolated let ended: AsyncStream<EpochEnd>

    let configuration: Validator
    let epochEnds: AsyncStream<EpochEnd>.Continuation
    /// Shows the ends of earlier epochs, and of this one once it is over, to those who have not heard of them.
    var closings: [UInt64: HistoryBatch]
    /// When each peer may next be told that its epoch is over, by the loop's monotonic clock.
    var toldAgain: [ValidatorIndex: UInt64] = [:]
    /// Where the journal has the beginning of the next epoch, if the replay led past it.
    let successorMark: JournalPosition?
    let keys: ValidatorKeys
    let logger: Logger
    let notices: AsyncStream<Notice>.Continuation
    let models: ModelWork
    var replica: Replica
    var journal: Journal
    var archive: Archive
    var gateway: Gateway
    var receipts: ReceiptWriter
    var outbox = Outbox()
    var board: LearningBoard
    /// The version of each model whose file vehicles find, and in how many pieces.
    var shownVersions: [LearnedModel: (digest: Digest, chunks: Int)] = [:]
    /// How many decisions on committees vehicles find, and whether they are being read.
    var shownDecisions = (count: 0, areRead: false)
    var inbox: [ReplicaEvent] = []
    var unverified: [PeerArrival] = []
    var waitingFrames: [ValidatorIndex: Int] = [:]
    var enrolments = EnrolmentCache()
    var counters = ServerCounters()
    /// The way to the others' state, when this validator is further behind than their journals reach.
    var takeover: Takeover
    /// A state that was taken over, until the commit that makes it durable.
    var adopting: StoredSnapshot?
    /// What others are offered who are so far behind.
    var offers = OfferBook()
    var transfersUnderWay: [ValidatorIndex: Int] = [:]
    /// Whether the journal had nothing to replay.
    let isBlank: Bool
    var links: Links?
    var isStopping = false
    var connectedPeers: Set<ValidatorIndex> = []
    /// Submissions of earlier blocks that were not in the stores yet when their receipts were asked for.
    var unproven: [EarlierSubmission] = []
    /// When the present write began, and until when the next one waits, by the loop's monotonic clock.
    var writing: (beganAt: UInt64, restsUntil: UInt64) = (0, 0)
    /// Who waits for the job that writes index and files.
    var writersWaiting: [CheckedContinuation<Void, Never>] = []

    /// Opens the journal and replays it: the replica is where it was when the process ended, and stores that lag behind are brought up.
    public init(
        _ configuration: Validator, keys: ValidatorKeys, data: String, loop: EventLoop, logger: Logger
    ) throws {
        let recovered = try Recovery(configuration, logSecret: keys.logSecret, data: data)
        let replayed = recovered.journal.recovery.records
        self.loop = loop
        index = recovered.archive.stores.index
        self.configuration = configuration
        self.keys = keys
        self.logger = logger
        isBlank = recovered.isBlank
        replica = recovered.replica
        archive = recovered.archive
        models = recovered.models
        board = recovered.board
        journal = recovered.journal
        takeover = Takeover(configuration.replica)
        gateway = Gateway(terms: configuration.replica.terms)
        receipts = ReceiptWriter(cosigners: configuration.replica.cosigners, logKey: keys.log)
        closings = EpochFolder(data: data).closings()
        successorMark = recovered.successorMark
        (ended, epochEnds) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (watched, notices) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(ServerLimits.notices))
        for complaint in recovered.complaints { logger.error("\(complaint)") }
        let place = recovered.snapshotHeight.map { "after the snapshot of height \($0)" } ?? "from the first block on"
        logger.info("\(replayed) records replayed \(place)")
        metrics = Latest([])
        status = Latest(ServerStatus(advancedAtMilliseconds: loop.monotonicMilliseconds))
    }

    /// Hazards that are reported or confirmed now.
    public var activeHazards: [Hazard] { replica.activeHazards }
}
