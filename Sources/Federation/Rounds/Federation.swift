import Cryptography
import Telemetry
import Wire

/// What executing a block asks of learning's surroundings, in order.
public enum RoundStep: Hashable, Sendable {
    /// An entry for the log.
    case entry(Entry)
    /// Work that is too long for a step: its result comes back through the log, as validators' claims.
    case compute(RoundJob)
}

/// The rounds in which the fleet trains its models, as they follow from the log.
///
///     resting ──interval──▶ open ──deadline or full──▶ computing ──f + 1 equal claims──▶ decided, resting
///                             └──────too few updates──────────────────────────────────▶ abandoned, resting
///
/// The rules, in log time and integers, so that every validator has the same rounds:
///
///  1. A round names the version that it builds on, and everything else that its result depends on besides the updates.
///  2. An update counts if the round is open, the base is the round's, and the vehicle's nullifier is new in it. The same payload
///     signed again is the same update.
///  3. What the round makes of its updates is a pure function (`RoundJob`) that each validator computes for itself, off the loop. It
///     claims the result on its own lane. The first result that f + 1 validators claim, in log order, is the round's: one of them at
///     least is honest. Who claims another is counted.
///  4. A version is promoted, refused or rolled back by what the result says (`Gate`). The fleet runs the last good one.
///  5. Where validators do not come to agree within a minute or an interval, the round is abandoned.
public struct Federation: Sendable {
    var models: [ModelRounds]
    /// Claims of another result than the round's: each is one validator's fault, or its broken machine.
    public private(set) var divergentClaims: UInt64 = 0

    /// No round has been; each model is at its first version. A result counts when `claimsNeeded` validators claim it.
    public init(terms: LearningTerms, claimsNeeded: Int) {
        models = terms.models.compactMap { model in
            terms[model].map { ModelRounds(model: model, terms: $0, claimsNeeded: claimsNeeded) }
        }
    }

    /// Goes on to the log time of a new block: closes, abandons and opens rounds.
    public mutating func advance(to time: Timestamp) -> [RoundStep] {
        var steps: [RoundStep] = []
        for index in models.indices { steps += models[index].advance(to: time) }
        return steps
    }

    /// What the round would make of an update now.
    public func standing(of update: Update, nullifier: Digest) -> SubmissionStanding {
        guard let rounds = models.first(where: { $0.model == update.model }) else { return .refused(.roundNotOpen) }
        return rounds.standing(of: update, nullifier: nullifier)
    }

    /// Counts an update that stands well, and closes its round where it is the last that has room.
    public mutating func accept(
        _ update: AdmittedUpdate, nullifier: Digest, at time: Timestamp
    ) -> (entry: UpdateAcceptedEntry, steps: [RoundStep]) {
        guard let index = models.firstIndex(where: { $0.model == update.update.model }) else {
            preconditionFailure("an update of a model that is not trained never stands well")
        }
        let input = RoundInput(
            nullifier: nullifier, commitment: update.commitment, payload: update.update.payload)
        let steps = models[index].accept(input, at: time)
        let entry = UpdateAcceptedEntry(
            model: update.update.model, round: update.update.round, nullifier: nullifier,
            commitment: input.commitment)
        return (entry, steps)
    }

    /// Takes what a validator claims to have computed.
    public mutating func take(_ claim: RoundResult, from validator: Int) -> [RoundStep] {
        guard let index = models.firstIndex(where: { $0.model == claim.model }) else { return [] }
        let (steps, divergent) = models[index].take(claim, from: validator)
        divergentClaims += UInt64(divergent)
        return steps
    }

    /// Other validators compute from now on: claims of rounds that are not decided are forgotten, and each will be made anew.
    public mutating func forgetClaims(needing claims: Int) {
        for index in models.indices { models[index].forgetClaims(needing: claims) }
    }

    /// Whether the round still waits for claims.
    public func awaitsClaims(_ model: LearnedModel, round: UInt64) -> Bool {
        models.contains { $0.model == model && $0.round == round && $0.isComputing }
    }

    /// Work whose result has not become part of the state yet.
    public var openJobs: [RoundJob] { models.compactMap(\.job) }

    /// The version that the fleet shall run.
    public func currentVersion(of model: LearnedModel) -> Digest? {
        models.first { $0.model == model }?.current
    }

    /// Digest of everything that anyone can derive from the log's entries.
    public var digest: Digest {
        mutating get {
            var writer = Writer()
            for index in models.indices { models[index].writePublic(to: &writer) }
            return Digest.sha256(writer.bytes)
        }
    }

    /// Claims that have not made a result: they stand in cars and not in the log, so they are private state.
    public func claims(on model: LearnedModel) -> [UInt8] {
        models.first { $0.model == model }?.encodedClaims ?? []
    }
}
