import Wire

/// What has happened since the process started, for metrics.
public struct ConsensusCounters: Hashable, Sendable {
    /// Own cars sealed.
    public var carsSealed: UInt64 = 0
    /// Cars acknowledged, own ones included.
    public var carsAcknowledged: UInt64 = 0
    /// Tips of own proposals that were still without a proof.
    public var optimisticTips: UInt64 = 0
    /// How often a lane was demoted to proofs only, because such a tip cost a voter a fetch or everybody the view.
    public var lanesDemoted: UInt64 = 0
    /// Cars that others were to look into and did not in time.
    public var carsInspectedLate: UInt64 = 0
    /// Proven cars that were looked into all the same.
    public var carsAudited: UInt64 = 0
    /// Own blocks proposed.
    public var proposals: UInt64 = 0
    /// Proposals refused as invalid.
    public var proposalsRefused: UInt64 = 0
    /// Proposals whose time stood outside the own clock's window: if this rises with every leader, the own clock is wrong.
    public var proposalsOutsideClock: UInt64 = 0
    /// Views that a nullification ended.
    public var viewsNullified: UInt64 = 0
    /// Own votes to nullify.
    public var nullifiesCast: UInt64 = 0
    /// Blocks delivered.
    public var blocksDelivered: UInt64 = 0
    /// Cars delivered.
    public var carsDelivered: UInt64 = 0
    /// Requests sent for something that was missing.
    public var requestsSent: UInt64 = 0
    /// Requests of others answered.
    public var requestsAnswered: UInt64 = 0
    /// Requests of others above their budget.
    public var requestsIgnored: UInt64 = 0
    /// Provable misbehaviour seen.
    public var evidence: UInt64 = 0
    /// Starts at which others knew more of this validator than its journal.
    public var memoriesLost: UInt64 = 0
    /// States of others that it went on from.
    public var statesAdopted: UInt64 = 0
}

extension Consensus {
    /// Whether it votes: it has started, knows what it said before, and is past the views in which it may have forgotten something.
    public var isVoting: Bool { hasStarted && maySpeak(in: view) }

    /// The view's leader.
    public var leader: ValidatorIndex { committee.leader(of: view) }

    /// Height of the last block that is known to be final.
    public var finalizedHeight: UInt64 { chain.tip.height }

    /// Height of the last block that was delivered.
    public var deliveredHeight: UInt64 { chain.delivered.height }

    /// Log time of the last block that was delivered.
    public var deliveredTime: Timestamp { chain.delivered.timestamp }

    /// The highest view that is known to be final, 0 at the start.
    public var finalizedView: UInt64 { newestFinalization?.view ?? 0 }

    /// D, the unit of all time-outs, in milliseconds.
    public var delay: UInt64 { pacemaker.delay }

    /// Whether the own lane takes more items now.
    public var canAccept: Bool { room > 0 }

    /// Bytes of items that the own lane takes now. Nothing while W cars wait for their proof and as much again waits to be sealed.
    public var room: Int { max(0, settings.pendingBytes - own.pendingBytes) }

    /// Own cars that wait for their proof.
    public var carsInFlight: Int { own.outgoing.count }
}
