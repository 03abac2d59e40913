import Cryptography
import Wire

/// What happens to a validator.
public enum ConsensusEvent: Sendable {
    /// The journal has been restored; from here on it votes. The first event, and only once.
    case start
    /// The same where the journal is empty: either nothing was ever said, or it is lost, which the others know.
    case startWithoutJournal
    /// Items for the own lane, which stand in one car, in this order; one that the car already carries is not repeated. At most
    /// `ConsensusLimits.itemsPerSubmission`, of `ConsensusLimits.itemBytes` together. The shell asks `canAccept` first.
    case submit([[UInt8]])
    /// A peer said something that was found good.
    case message(VerifiedMessage, from: ValidatorIndex)
    /// A peer said something that `wants` turned down. It changes nothing, but may be answered: with a certificate of a view that the
    /// peer has missed, or with the acknowledgement that it has not received. A shell that leaves it out is slower to heal.
    case unwanted(PeerMessage, from: ValidatorIndex)
    /// A link to a peer was opened: whatever was sent to it before may be lost.
    case connected(ValidatorIndex)
    /// The state after this point is held and proven, although the blocks up to it are not: go on after it.
    case adopt(ChainPoint)
    /// An own statement is durable: now it counts.
    case signed(SignedStatement)
    /// Time has passed; see `nextDeadline`.
    case tick
}

/// What a validator does. Records and signed statements are appended in the order of the effects, and all of a turn's are durable before
/// any of its messages leaves or its statements count.
public enum ConsensusEffect: Hashable, Sendable {
    /// Append to the journal.
    case persist(Record)
    /// Append these, and behind them once more whatever was signed before and has not come back as `.signed`. With the snapshot of the mark that
    /// they begin with, nothing before them is needed again.
    case summarize([Record])
    /// Sign, append as `Record.signed`, and once durable both deliver (`SignedStatement.delivery`) and give back as `.signed`.
    case sign(Statement)
    /// Deliver once the turn is durable.
    case send(PeerMessage, to: Audience)
    /// An own car has its proof: it will be ordered, unless this lane is cut off for good.
    case attested(AttestedCar)
    /// Submitted items waited too long for a car and will not be in one: submit them anew.
    case expired([[UInt8]])
    /// The next block is final, and here are its cars. In the order of heights, none left out.
    indirect case finalized(FinalizedBlock)
    /// A peer asks for blocks that are no longer in memory; the shell may answer with a `HistoryBatch`.
    case serveHistory(HistoryRequest, to: ValidatorIndex)
    /// A peer asks for cars that are no longer in memory; the shell may answer with a `CarBatch`.
    case serveCars(CarRequest, to: ValidatorIndex)
    /// Look into a car whose items were left to others, and give it back as its owner's message, verified whole.
    case inspect(SignedCar)
    /// Somebody misbehaved, provably.
    indirect case evidence(Evidence)
    /// The rules of this machine rest on something that is not so: it says nothing more, and its shell stops the process once what was
    /// persisted before is durable, for that shows who lied.
    case halt(HaltReason)
}

/// Why a validator cannot go on.
public enum HaltReason: Hashable, Sendable {
    /// Two final blocks exclude each other, the one of `view` and one at or below `height`: more than f validators lied.
    case forked(view: UInt64, height: UInt64)
}

extension HaltReason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .forked(let view, let height):
            "the block of view \(view) is final and excludes the final block \(height): more than f validators lied"
        }
    }
}

/// An own car that f + 1 validators hold and found valid.
public struct AttestedCar: Hashable, Sendable {
    /// Its place on the own lane.
    public let position: UInt64
    /// Its hash.
    public let hash: Digest
    /// How many items it carries.
    public let itemCount: Int
}

/// A block that will never be undone, with everything that it orders.
public struct FinalizedBlock: Hashable, Sendable {
    /// The block.
    public let block: Block
    /// What it orders, in the order of execution.
    public let cars: [SignedCar]
    /// Cars of forked lanes that it passes and nobody executes; who lags behind needs them to see that.
    public let voidCars: [SignedCar]
    /// Its own finalization, where one was seen. A block may be final through a later one.
    public let certificate: Certificate?

    /// Blocks up to this one.
    public var height: UInt64 { block.height }
    /// The block's hash.
    public var hash: Digest { block.hash }
}
