import Cryptography
import Telemetry
import TransparencyLog

/// The validators that a vehicle believes, and how it comes to believe others: each decision on the next committee is signed by a quorum of those before
/// it. So a vehicle that knows one committee needs nobody's word for the present one.
public struct CommitteeTrust: Sendable {
    /// Why a decision is not believed.
    public enum Fault: Error, Hashable, Sendable {
        /// The bytes are no decision.
        case unreadable
        /// Fewer than a quorum of those believed have signed.
        case noQuorum(signed: Int, needed: Int)
        /// Its validators' names or keys make no policy.
        case noPolicy(LogError)
    }

    /// The committee's chain.
    public let chain: Digest
    /// The log's name.
    public let origin: String
    /// The epoch of the validators that are believed.
    public private(set) var epoch: UInt64
    /// Whose signatures make a checkpoint of the log.
    public private(set) var policy: Policy
    private var keys: [PublicKey]
    /// Decisions on later epochs than the next: they may come in any order.
    private var ahead: [UInt64: SignedCommitteeChange] = [:]

    /// Trust in the committee of that log and epoch.
    public init(origin: String, chain: Digest, committee: CommitteeChange) throws(Fault) {
        self.origin = origin
        self.chain = chain
        epoch = committee.epoch
        keys = committee.members.map(\.consensusKey)
        policy = try Self.policy(origin, committee)
    }

    /// How many of the present validators must have signed.
    private var quorum: Int { Self.quorum(of: keys.count) }

    private static func quorum(of n: Int) -> Int { (n + (n - 1) / 3) / 2 + 1 }

    /// Takes a decision; whether other validators are believed now. One of the past says nothing, and one of the future waits for those between.
    public mutating func take(_ bytes: [UInt8]) throws(Fault) -> Bool {
        guard bytes.count <= TelemetryLimits.committeeChangeBytes,
            let decision = try? SignedCommitteeChange(decoding: bytes)
        else { throw .unreadable }
        guard decision.change.epoch > epoch else { return false }
        guard decision.change.epoch == epoch + 1 else {
            if ahead.count < VehicleLimits.decisionsAhead { ahead[decision.change.epoch] = decision }
            return false
        }
        try follow(decision)
        while let next = ahead.removeValue(forKey: epoch + 1) { try follow(next) }
        ahead = ahead.filter { $0.key > epoch }
        return true
    }

    private mutating func follow(_ decision: SignedCommitteeChange) throws(Fault) {
        let message = decision.change.signingMessage(chain: chain)
        let signed = decision.approvals.count { keys.contains($0.key) && $0.key.verifies($0.signature, over: message) }
        guard signed >= quorum else { throw .noQuorum(signed: signed, needed: quorum) }
        policy = try Self.policy(origin, decision.change)
        keys = decision.change.members.map(\.consensusKey)
        epoch = decision.change.epoch
    }

    private static func policy(_ origin: String, _ committee: CommitteeChange) throws(Fault) -> Policy {
        let members = committee.members.compactMap { member -> Policy.Member? in
            guard let logKey = VerifierKey(name: origin, kind: .log, publicKey: member.logKey),
                let cosigningKey = VerifierKey(
                    name: "\(origin)/\(member.name)", kind: .cosigner, publicKey: member.cosigningKey)
            else { return nil }
            return Policy.Member(name: member.name, logKey: logKey, cosigningKey: cosigningKey)
        }
        do throws(LogError) {
            return try Policy(committee: members, quorum: quorum(of: committee.members.count))
        } catch {
            throw .noPolicy(error)
        }
    }
}

extension CommitteeTrust.Fault: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .unreadable: "no decision on a committee"
        case .noQuorum(let signed, let needed):
            "a decision that \(signed) of the validators have signed, of which \(needed) must"
        case .noPolicy(let error): "a committee whose keys make no policy: \(error)"
        }
    }
}
