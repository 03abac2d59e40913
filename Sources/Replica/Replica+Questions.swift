import Consensus
import Cryptography
import Federation
import Hazards
import Telemetry
import TransparencyLog

/// What a shell asks a replica between its steps: nothing here changes it.
extension Replica {
    /// Whether a message is worth checking its signatures: what is held already or too far away is not.
    public func wants(_ message: PeerMessage) -> Bool { consensus.wants(message) }

    /// What of a message need not be verified again.
    public func alreadyVerified(in message: PeerMessage) -> AlreadyVerified { consensus.alreadyVerified(in: message) }

    /// Whether a cosignature is worth checking.
    public func wants(_ cosignature: Cosignature) -> Bool {
        cosignature.head.height > heads.publishedHeight || cosignature.asksForReturn
    }

    /// Whether it votes.
    public var isVoting: Bool { end == nil && consensus.isVoting }

    /// The consensus view that it is in.
    public var view: UInt64 { consensus.view }

    /// What consensus did since the process started.
    public var consensusCounters: ConsensusCounters { consensus.counters }

    /// The newest head that a quorum cosigned.
    public var published: PublishedHead? { heads.published }

    /// Hazards that are reported or confirmed now, in a fixed order.
    public var activeHazards: [Hazard] { ledger.hazards.active }

    /// The epoch that it takes part in.
    public var committeeEpoch: UInt64 { configuration.committee.epoch }

    /// What began the epoch; nil in the first.
    public var decision: SignedCommitteeChange? { ledger.decision }

    /// Blocks executed.
    public var height: UInt64 { ledger.height }

    /// The log's tree: its root and, of the newest entries, their proofs.
    public var tree: Tree { ledger.tree }

    /// The hazards' whole state.
    public var hazards: Hazards { ledger.hazards }

    /// Whether the own lane takes more now.
    public var canAccept: Bool { consensus.canAccept }

    /// Whether the certificate was ended by an entry of the log.
    public func isRevoked(_ certificate: Digest) -> Bool { ledger.isRevoked(certificate) }

    /// Whether the log has it already, as far as its window tells.
    public func hasCommitted(_ submission: Submission) -> Bool { ledger.standing(of: submission) == .repeated }

    /// Rounds that are being computed.
    public var openJobs: [RoundJob] { ledger.federation.openJobs }

    /// The version of a model that the fleet shall run; nil where the committee does not train it.
    public func currentVersion(of model: LearnedModel) -> Digest? { ledger.federation.currentVersion(of: model) }

    /// What leads from an entry to the head's root; nil where the tree in memory is past it.
    public func inclusionProof(of leaf: UInt64, below head: PublishedHead) -> [Digest]? {
        ledger.tree.inclusionProof(of: leaf, at: head.head.size)
    }

    /// Claims of another result than the round's.
    public var divergentClaims: UInt64 { ledger.federation.divergentClaims }
}
