import Consensus
import Cryptography
import Telemetry

/// The end of an epoch. With this a validator goes on in the next one, or learns that it has no part in it. It is large and rare, so it is not
/// part of every replica and effect that is moved about.
public final class EpochEnd: Sendable {
    /// Who the next validators are.
    public let decision: SignedCommitteeChange
    /// The state that they begin with.
    public let beginning: Snapshot
    /// Shows to who has not heard it that the epoch's last block is final; nil where the others' state was taken over.
    public let closing: HistoryBatch?

    init(decision: SignedCommitteeChange, beginning: Snapshot, closing: HistoryBatch?) {
        self.decision = decision
        self.beginning = beginning
        self.closing = closing
    }
}

/// Why a committee does not become what a change says.
public enum ChangeFault: Error, Hashable, Sendable {
    /// The change is for another epoch than the next one.
    case notNext(epoch: UInt64, present: UInt64)
    /// More validators than a committee has.
    case tooLarge(members: Int)
    /// Two validators share a name, a key or a pin.
    case shared(String)
    /// More keys come or go at once than may.
    case tooManyAtOnce(come: Int, go: Int, limit: Int)
    /// A signature is not its key's, or its key has no say.
    case wrongSignature(PublicKey)
    /// Too few of the present validators have signed.
    case noQuorum(signed: Int, needed: Int)
    /// A new key has not shown that its secret is at hand.
    case unsignedNewcomer(String)
}

extension ChangeFault: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .notNext(let epoch, let present):
            "it begins epoch \(epoch), but the committee is in epoch \(present)"
        case .tooLarge(let members):
            "\(members) validators: a committee has at most \(ConsensusLimits.validators)"
        case .shared(let what): "two validators have the same \(what)"
        case .tooManyAtOnce(let come, let go, let limit):
            "\(come) consensus keys come and \(go) go: at most \(limit) may at once, so that the others can go on alone"
        case .wrongSignature(let key): "the signature of key \(Hex.encode(key.bytes)) is not one, or not a validator's"
        case .noQuorum(let signed, let needed): "\(signed) of the present validators have signed, \(needed) are needed"
        case .unsignedNewcomer(let name): "\(name) has a new consensus key that has not signed"
        }
    }
}

extension Committee {
    /// The committee that a change makes of this one.
    public func succeeded(by change: CommitteeChange) -> Committee {
        succeeded(by: change.members.map(\.consensusKey), in: change.epoch)
    }

    /// Whether this committee becomes what the change says: a pure function of both.
    ///
    /// Those who stay are always enough to decide in the next epoch without the new ones, so a newcomer that never starts is one of the f that
    /// may fail; only in committees too small to lose anybody is it waited for.
    public func check(_ signed: SignedCommitteeChange) throws(ChangeFault) {
        try checkMembers(of: signed.change)
        try checkApprovals(of: signed)
    }

    private func checkMembers(of change: CommitteeChange) throws(ChangeFault) {
        guard change.epoch == epoch + 1 else { throw .notNext(epoch: change.epoch, present: epoch) }
        let members = change.members
        guard members.count <= ConsensusLimits.validators else { throw .tooLarge(members: members.count) }
        let unique: [(String, Int)] = [
            ("name", Set(members.map(\.name)).count), ("consensus_key", Set(members.map(\.consensusKey)).count),
            ("log_key", Set(members.map(\.logKey)).count), ("cosigning_key", Set(members.map(\.cosigningKey)).count),
            ("tls_pin", Set(members.map(\.tlsPin)).count),
        ]
        for (what, count) in unique where count < members.count { throw .shared(what) }
        let next = Set(members.map(\.consensusKey))
        let (come, go) = (next.subtracting(keys).count, Set(keys).subtracting(next).count)
        let limit = max(1, (members.count - 1) / 3)
        guard come <= limit, go <= limit else { throw .tooManyAtOnce(come: come, go: go, limit: limit) }
    }

    private func checkApprovals(of signed: SignedCommitteeChange) throws(ChangeFault) {
        let message = signed.change.signingMessage(chain: chainID)
        let newcomers = signed.change.members.filter { !keys.contains($0.consensusKey) }
        let voices = Set(keys).union(newcomers.map(\.consensusKey))
        for approval in signed.approvals {
            guard voices.contains(approval.key), scheme.verifies(approval.signature, over: message, by: approval.key)
            else { throw .wrongSignature(approval.key) }
        }
        let approving = Set(signed.approvals.map(\.key))
        for newcomer in newcomers where !approving.contains(newcomer.consensusKey) {
            throw .unsignedNewcomer(newcomer.name)
        }
        let agreed = keys.count(where: approving.contains)
        guard agreed >= quorum else { throw .noQuorum(signed: agreed, needed: quorum) }
    }

    /// The same as an answer.
    public func accepts(_ signed: SignedCommitteeChange) -> Bool {
        do throws(ChangeFault) {
            try check(signed)
            return true
        } catch {
            return false
        }
    }
}
