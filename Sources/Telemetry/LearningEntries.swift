import Cryptography
import Wire

/// A round begins: what vehicles need in order to take part, and what its result depends on besides their updates. Constants of the
/// program (`Gate`, `TravelTimeRule`) are the same for all rounds and stand in docs/PROTOCOL/learning.md.
public struct RoundOpenedEntry: Hashable, Sendable {
    /// The model.
    public var model: LearnedModel
    /// The model's own count, from 1.
    public var round: UInt64
    /// SHA-256 of the version that is trained further.
    public var baseVersion: Digest
    /// Log time: updates that are ordered later are refused.
    public var deadline: Timestamp
    /// The committee's terms as they hold for this round.
    public var terms: RoundTerms

    /// A round's beginning. The interval of `terms` is the committee's affair and not part of the entry.
    public init(
        model: LearnedModel, round: UInt64, baseVersion: Digest, deadline: Timestamp, terms: RoundTerms
    ) {
        self.model = model
        self.round = round
        self.baseVersion = baseVersion
        self.deadline = deadline
        self.terms = terms
        self.terms.intervalMilliseconds = 0
        self.terms.durationMilliseconds = 0
    }
}

/// An update counts.
public struct UpdateAcceptedEntry: Hashable, Sendable {
    /// The model.
    public var model: LearnedModel
    /// The round.
    public var round: UInt64
    /// One vehicle's in one round: it tells vehicles apart and links nothing else.
    public var nullifier: Digest
    /// HMAC-SHA256(salt, update bytes).
    public var commitment: Digest

    /// An update's entry.
    public init(model: LearnedModel, round: UInt64, nullifier: Digest, commitment: Digest) {
        self.model = model
        self.round = round
        self.nullifier = nullifier
        self.commitment = commitment
    }
}

/// No more updates count.
public struct RoundClosedEntry: Hashable, Sendable {
    /// The model.
    public var model: LearnedModel
    /// The round.
    public var round: UInt64
    /// How many updates count.
    public var updates: UInt32
    /// RFC 6962 root over `nullifier || commitment` of each, in the order of nullifiers.
    public var inputsRoot: Digest

    /// A round's end.
    public init(model: LearnedModel, round: UInt64, updates: UInt32, inputsRoot: Digest) {
        self.model = model
        self.round = round
        self.updates = updates
        self.inputsRoot = inputsRoot
    }
}

/// f + 1 validators computed the same from the round's updates.
public struct VersionMadeEntry: Hashable, Sendable {
    /// What was computed.
    public var result: RoundResult
    /// SHA-256 of the version that was trained further.
    public var parent: Digest
    /// As in the round's end.
    public var inputsRoot: Digest

    /// A version's entry.
    public init(result: RoundResult, parent: Digest, inputsRoot: Digest) {
        self.result = result
        self.parent = parent
        self.inputsRoot = inputsRoot
    }
}

/// What became of a round. Every change of the version that the fleet runs is one of these.
public struct VersionDecidedEntry: Hashable, Sendable {
    /// The model.
    public var model: LearnedModel
    /// The round.
    public var round: UInt64
    /// What was decided about; nil where the round made no version.
    public var version: Digest?
    /// The decision.
    public var decision: VersionDecision
    /// The version that the fleet shall run from now on.
    public var current: Digest

    /// A decision.
    public init(model: LearnedModel, round: UInt64, version: Digest?, decision: VersionDecision, current: Digest) {
        self.model = model
        self.round = round
        self.version = version
        self.decision = decision
        self.current = current
    }
}

/// What a validator computes from a round's updates: equal on all that are honest.
public struct RoundResult: Hashable, Sendable {
    /// The model.
    public var model: LearnedModel
    /// The round.
    public var round: UInt64
    /// SHA-256 of the new version's file; nil where vehicles did worse by the base than by its parent, so that nothing is built on it.
    public var version: Digest?
    /// How it did.
    public var score: RoundScore

    /// A result.
    public init(model: LearnedModel, round: UInt64, version: Digest?, score: RoundScore) {
        self.model = model
        self.round = round
        self.version = version
        self.score = score
    }
}

/// What a round's versions were judged by. What a model has no use for is zero.
public struct RoundScore: Hashable, Sendable {
    /// Perception: samples of the hold-out that the parent tells right.
    public var parentCorrect: UInt64
    /// Perception: samples that the version tells right.
    public var versionCorrect: UInt64
    /// Perception: samples of the hold-out.
    public var samples: UInt64
    /// Travel times: the vehicles' median error by the base's parent, a log ratio in 2^−20.
    public var parentError: UInt64
    /// Travel times: the same by the base; of all vehicles that drove by it, where too few compared it with its parent.
    public var baseError: UInt64
    /// Travel times: vehicles that compared both, where they were enough; else 0.
    public var comparisons: UInt32

    /// A score.
    public init(
        parentCorrect: UInt64 = 0, versionCorrect: UInt64 = 0, samples: UInt64 = 0, parentError: UInt64 = 0,
        baseError: UInt64 = 0, comparisons: UInt32 = 0
    ) {
        self.parentCorrect = parentCorrect
        self.versionCorrect = versionCorrect
        self.samples = samples
        self.parentError = parentError
        self.baseError = baseError
        self.comparisons = comparisons
    }
}

extension RoundScore {
    /// Perception: the share of the hold-out that the version tells right, 0…1; nil without one.
    public var accuracy: Double? { Self.share(versionCorrect, of: samples) }

    /// Perception: the share that the parent tells right, 0…1; nil without a hold-out.
    public var parentAccuracy: Double? { Self.share(parentCorrect, of: samples) }

    /// Travel times: the median error by the base, a log ratio; nil where no vehicle told it.
    public var baseLogRatio: Double? { baseError > 0 ? Self.logRatio(baseError) : nil }

    /// Travel times: the median error by the base's parent, a log ratio; nil where too few vehicles compared both.
    public var parentLogRatio: Double? { comparisons > 0 ? Self.logRatio(parentError) : nil }

    private static func share(_ part: UInt64, of whole: UInt64) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }

    private static func logRatio(_ error: UInt64) -> Double { Double(error) / Double(1 << 20) }
}
