import Consensus
import Cryptography
import Replica
import Wire

/// One process of a validator: a replica, its disk, its clock, and what its turns hold back until they are durable. A twin is two
/// processes of one validator.
struct Process: Sendable {
    enum State: Sendable {
        case down, up
        /// Stopped by a signal: what arrives waits for it.
        case paused
    }

    /// The validator's number, the same in all epochs.
    let validator: Int
    /// The epoch that its configuration names: what it begins in, without a disk.
    var firstEpoch: UInt64
    /// The epoch that it is in.
    var epoch: UInt64
    /// Nobody has decided yet that it takes part.
    var isWaiting: Bool
    /// Shows the ends of epochs to those who have not heard of them: durable.
    var closings: [UInt64: HistoryBatch] = [:]
    /// When it may next tell each validator that its epoch is over.
    var toldAgain: [Int: UInt64] = [:]
    /// What it does to what leaves it; nil for an honest one.
    var attack: (any Attack)?
    /// Processes that hear it and that it hears; a twin's two lives have different ones.
    var reaches: Set<Int>

    var replica: Replica
    var disk = Disk()
    /// The state of others that it gathers.
    var transfer: StateTransfer
    var clock = ProcessClock()
    var state = State.down
    /// Rises with every start and stop, so that what an earlier life left on the agenda is told apart.
    var life = 0
    /// What the next turn steps through.
    var inbox: [ReplicaEvent] = []
    /// Whether it has an appointment for a turn in this millisecond.
    var hasTurn = false
    /// What the turns since the last commit hold back.
    var gathered: [Release] = []
    /// What waits for the commit that is under way.
    var inFlight: [Release] = []
    /// How long a sync takes beyond what it takes on a good disk, in milliseconds.
    var syncDelay: UInt64 = 0
    /// It stops in the middle of its next commit.
    var isDoomed = false
    /// A sync ended while it was paused.
    var hasMissedSync = false
    /// What arrived while it was paused.
    var mailbox: [(envelope: Envelope, sender: ValidatorIndex)] = []
    /// When it has an appointment to be woken, in the world's time.
    var wakeAt: UInt64?
    /// Snapshots that are being written.
    var snapshots: [Snapshot] = []
    /// The height of the head that its log is shown at.
    var shown: UInt64 = 0
    /// What its stores have, for those who catch up; made again at each start from what the journal has beyond the snapshot.
    var blocks: [FinalizedBlock] = []

    /// Whether its journal, as it was started from, says nothing.
    var isBlank = true

    /// Whether the replay led past its epoch's end to the mark of the next one.
    var isSuccessorMarked = false

    /// All that was durable is lost; its operator gives it the committee's present file.
    mutating func wipe() {
        firstEpoch = epoch
        disk.wipe()
        closings = [:]
        shown = 0
    }

    var isHonest: Bool { attack == nil }
    var isUp: Bool { state != .down }
}

/// What leaves a process once its turn is durable.
enum Release: Sendable {
    /// An own statement: to its recipients, and back to the replica.
    case statement(SignedStatement)
    /// Anything else.
    case effect(ReplicaEffect)
}

/// A validator's keys.
struct ProcessKeys: Sendable {
    let consensus: SigningKey
    let cosigning: SigningKey
}

/// A process's two clocks, as functions of the world's time in milliseconds.
struct ProcessClock: Sendable {
    /// When the world begins, on the wall.
    static let epoch: UInt64 = 1_764_000_000_000

    /// What the wall clock is off by.
    var skew: Int64 = 0
    /// How fast the monotonic clock goes, in thousandths.
    var rate: UInt64 = 1000

    func moment(at now: UInt64) -> Moment {
        Moment(
            instant: Instant(milliseconds: now * rate / 1000),
            timestamp: Timestamp(milliseconds: UInt64(Int64(Self.epoch + now) + skew)))
    }

    /// The world's time at which the monotonic clock shows `instant`.
    func time(of instant: Instant) -> UInt64 { (instant.milliseconds * 1000 + rate - 1) / rate }
}
