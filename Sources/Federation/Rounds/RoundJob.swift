import Cryptography
import Models
import Telemetry
import Wire

/// One vehicle's update as a round counts it.
public struct RoundInput: Hashable, Sendable {
    /// Tells vehicles apart, within the round.
    public var nullifier: Digest
    /// What the log holds of it.
    public var commitment: Digest
    /// What was learnt, in the model's layout; valid, since only what is valid is counted.
    public var payload: [UInt8]

    /// An input.
    public init(nullifier: Digest, commitment: Digest, payload: [UInt8]) {
        self.nullifier = nullifier
        self.commitment = commitment
        self.payload = payload
    }
}

/// What a closed round is made of: with the base's file and the hold-out, all that its result depends on.
public struct RoundJob: Hashable, Sendable {
    /// How the round was opened.
    public let opened: RoundOpenedEntry
    /// The version before the base; nil where there is none to go back to.
    public let parentOfBase: Digest?
    /// The updates that count, in the order of nullifiers: none can choose its place.
    public let inputs: [RoundInput]
    /// RFC 6962 root over `nullifier || commitment` of each.
    public let inputsRoot: Digest

    /// A job; `inputs` are in the order of nullifiers.
    public init(opened: RoundOpenedEntry, parentOfBase: Digest?, inputs: [RoundInput]) {
        self.opened = opened
        self.parentOfBase = parentOfBase
        self.inputs = inputs
        inputsRoot = RoundJob.root(of: inputs)
    }

    static func root(of inputs: [RoundInput]) -> Digest {
        Merkle.root(of: inputs.map { $0.nullifier.bytes + $0.commitment.bytes })
    }
}

/// Why a validator cannot compute a round: it says so in its own log and claims nothing.
public enum RoundFault: Error, Hashable, Sendable {
    /// The base's file is not here, or is damaged.
    case base(Digest)
    /// The hold-out's file is not here, or is another.
    case holdOut(Digest?)
    /// An input that was counted is not valid: this cannot come from the log.
    case input(index: Int, reason: String)
    /// Too few updates for what the rule leaves out.
    case tooFew(updates: Int)
}

/// What computing a round gives: the claim, and the new version's file where there is one.
public struct RoundOutcome: Hashable, Sendable {
    /// What is claimed.
    public let result: RoundResult
    /// The version's bytes; their SHA-256 is the result's version.
    public let file: [UInt8]?
}

extension RoundJob {
    /// Computes the round: exact integers, the same on every machine and for any order in which updates came. For the work pool.
    ///
    /// - Parameters:
    ///   - base: the file of the version that the round builds on.
    ///   - holdOut: the file that perception is judged by.
    public func run(base: [UInt8], holdOut: [UInt8]?) throws(RoundFault) -> RoundOutcome {
        guard Digest.sha256(base) == opened.baseVersion else { throw .base(opened.baseVersion) }
        switch opened.model {
        case .perception: return try runPerception(base: base, holdOut: try judge(holdOut))
        case .travelTimes: return try runTravelTimes(base: base)
        }
    }

    func judge(_ file: [UInt8]?) throws(RoundFault) -> HoldOut {
        guard let file, Digest.sha256(file) == opened.terms.holdOut else { throw .holdOut(opened.terms.holdOut) }
        do {
            return try HoldOut(decoding: file)
        } catch {
            throw .holdOut(opened.terms.holdOut)
        }
    }

    func outcome(file: [UInt8]?, score: RoundScore) -> RoundOutcome {
        let result = RoundResult(
            model: opened.model, round: opened.round, version: file.map { Digest.sha256($0) }, score: score)
        return RoundOutcome(result: result, file: file)
    }

    /// How many of the inputs are assumed to lie: the rule's share, rounded up, as long as more than as many are left.
    var assumedAttackers: Int {
        min((inputs.count * Int(opened.terms.attackersPermille) + 999) / 1000, max(inputs.count - 1, 0) / 2)
    }
}
