import Telemetry
import Wire

/// An entry where it stands in the log, and when it was written.
public struct Placed<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The entry.
    public var value: Value
    /// Its index in the log.
    public var index: UInt64
    /// Log time of its block.
    public var time: Timestamp

    /// An entry, where it stands and when it was written.
    public init(value: Value, index: UInt64, time: Timestamp) {
        self.value = value
        self.index = index
        self.time = time
    }
}

/// How far a round has come.
public enum RoundPhase: String, Sendable {
    /// Updates count.
    case open
    /// Validators compute what the updates make.
    case computing
    /// It is over.
    case decided
}

/// A round as the log's entries tell it: always of the same size, for its updates are only counted.
public struct RoundRecord: Hashable, Sendable {
    /// Which round it is.
    public let key: RoundKey
    /// Its beginning.
    public private(set) var opened: Placed<RoundOpenedEntry>?
    /// The end of its updates.
    public private(set) var closed: Placed<RoundClosedEntry>?
    /// What its updates made.
    public private(set) var made: Placed<VersionMadeEntry>?
    /// What became of it.
    public private(set) var decided: Placed<VersionDecidedEntry>?
    /// Updates that count so far.
    public private(set) var updates: Int

    /// A round of which so many updates are known and nothing else.
    public init(_ key: RoundKey, updates: Int = 0) {
        self.key = key
        self.updates = updates
    }

    /// Takes in an entry of this round; entries of others are passed over.
    public mutating func take(_ entry: Entry, at index: UInt64, time: Timestamp) {
        guard RoundKey(entry) == key else { return }
        switch entry {
        case .block, .report, .observation, .revocation, .evidence, .committee: break
        case .roundOpened(let entry): opened = Placed(value: entry, index: index, time: time)
        case .updateAccepted: updates += 1
        case .roundClosed(let entry):
            closed = Placed(value: entry, index: index, time: time)
            // The committee's own count: who counts along may have missed one.
            updates = Int(entry.updates)
        case .versionMade(let entry): made = Placed(value: entry, index: index, time: time)
        case .versionDecided(let entry): decided = Placed(value: entry, index: index, time: time)
        }
    }

    /// How far it has come.
    public var phase: RoundPhase {
        if decided != nil { return .decided }
        return closed == nil ? .open : .computing
    }
}
