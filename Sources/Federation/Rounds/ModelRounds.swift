import Cryptography
import Telemetry
import Wire

/// The rounds of one model.
struct ModelRounds: Sendable {
    enum Phase: Sendable {
        case resting
        case open(OpenRound)
        case computing(ClosedRound)
    }

    struct OpenRound: Sendable {
        let opened: RoundOpenedEntry
        var inputs: [Digest: RoundInput] = [:]
        /// The root over the inputs, made when it is asked for after a change: a digest is wanted with every block.
        var root: Digest?
    }

    struct ClosedRound: Sendable {
        let job: RoundJob
        let closedAt: Timestamp
        var claims: [Int: RoundResult] = [:]
    }

    let model: LearnedModel
    private let terms: RoundTerms
    private var claimsNeeded: Int
    var phase = Phase.resting
    /// The newest round that was opened; 0 before the first.
    var round: UInt64 = 0
    var openedAt: Timestamp?
    /// The version that the fleet shall run, and the one before it.
    var current: Digest
    var parent: Digest?
    /// Perception: samples that the best promoted version tells right.
    var bestCorrect: UInt64 = 0
    /// What the newest decided round made, to tell late claims by.
    var decided: RoundResult?

    /// A round whose validators do not agree is given up after a minute at least.
    private static let leastPatienceMilliseconds: UInt64 = 60_000

    init(model: LearnedModel, terms: RoundTerms, claimsNeeded: Int) {
        self.model = model
        self.terms = terms
        self.claimsNeeded = claimsNeeded
        current = InitialVersion.digest(of: model)
    }

    // MARK: Time

    mutating func advance(to time: Timestamp) -> [RoundStep] {
        switch phase {
        case .resting:
            return isDue(at: time) ? open(at: time) : []
        case .open(let open):
            return time > open.opened.deadline ? close(open, at: time) : []
        case .computing(let closed):
            let patience = max(terms.intervalMilliseconds, Self.leastPatienceMilliseconds)
            return time > closed.closedAt + patience ? [abandon()] : []
        }
    }

    private func isDue(at time: Timestamp) -> Bool {
        openedAt.map { $0 + terms.intervalMilliseconds <= time } ?? true
    }

    private mutating func open(at time: Timestamp) -> [RoundStep] {
        round += 1
        openedAt = time
        let opened = RoundOpenedEntry(
            model: model, round: round, baseVersion: current, deadline: time + terms.durationMilliseconds, terms: terms)
        phase = .open(OpenRound(opened: opened))
        return [.entry(.roundOpened(opened))]
    }

    private mutating func close(_ open: OpenRound, at time: Timestamp) -> [RoundStep] {
        let inputs = open.inputs.values.sorted { $0.nullifier < $1.nullifier }
        let job = RoundJob(opened: open.opened, parentOfBase: parent, inputs: inputs)
        let closed = RoundClosedEntry(
            model: model, round: round, updates: UInt32(inputs.count), inputsRoot: job.inputsRoot)
        guard inputs.count >= Int(terms.cohortMinimum) else {
            return [.entry(.roundClosed(closed)), abandon()]
        }
        phase = .computing(ClosedRound(job: job, closedAt: time))
        return [.entry(.roundClosed(closed)), .compute(job)]
    }

    private mutating func abandon() -> RoundStep {
        phase = .resting
        decided = nil
        return .entry(
            .versionDecided(
                VersionDecidedEntry(
                    model: model, round: round, version: nil, decision: .abandoned, current: current)))
    }

    // MARK: Updates

    func standing(of update: Update, nullifier: Digest) -> SubmissionStanding {
        guard update.round == round else { return .refused(.roundNotOpen) }
        switch phase {
        case .open(let open):
            if let input = open.inputs[nullifier] {
                return input.payload == update.payload ? .repeated : .refused(.secondUpdate)
            }
            return update.baseVersion == open.opened.baseVersion ? .fresh : .refused(.wrongBase)
        case .computing(let closed):
            let isIn = closed.job.inputs.contains { $0.nullifier == nullifier && $0.payload == update.payload }
            return isIn ? .repeated : .refused(.roundNotOpen)
        case .resting:
            return .refused(.roundNotOpen)
        }
    }

    mutating func accept(_ input: RoundInput, at time: Timestamp) -> [RoundStep] {
        guard case .open(var open) = phase, open.inputs[input.nullifier] == nil else {
            preconditionFailure("only an update that stands well is counted")
        }
        open.inputs[input.nullifier] = input
        open.root = nil
        phase = .open(open)
        return open.inputs.count == Int(terms.cohortLimit) ? close(open, at: time) : []
    }

    // MARK: Claims

    mutating func take(_ claim: RoundResult, from validator: Int) -> (steps: [RoundStep], divergent: Int) {
        guard claim.round == round else { return ([], 0) }
        guard case .computing(var closed) = phase else {
            return ([], decided.map { $0 == claim ? 0 : 1 } ?? 0)
        }
        // A validator's first word counts.
        guard closed.claims[validator] == nil else { return ([], 0) }
        closed.claims[validator] = claim
        phase = .computing(closed)
        guard closed.claims.values.count(where: { $0 == claim }) >= claimsNeeded else { return ([], 0) }
        let divergent = closed.claims.values.count { $0 != claim }
        return (decide(claim, closed.job), divergent)
    }

    /// Other validators compute from now on: what those before claimed of a round that is not decided counts no more.
    mutating func forgetClaims(needing claims: Int) {
        claimsNeeded = claims
        guard case .computing(var closed) = phase else { return }
        closed.claims = [:]
        phase = .computing(closed)
    }

    private mutating func decide(_ result: RoundResult, _ job: RoundJob) -> [RoundStep] {
        let base = job.opened.baseVersion
        let made = VersionMadeEntry(result: result, parent: base, inputsRoot: job.inputsRoot)
        let decision = Gate.decide(result, best: bestCorrect, hasParent: parent != nil)
        switch decision {
        case .promoted:
            parent = base
            current = result.version ?? base
            bestCorrect = max(bestCorrect, result.score.versionCorrect)
        case .rolledBack:
            current = parent ?? base
            parent = nil
        case .refused, .abandoned:
            break
        }
        phase = .resting
        decided = result
        let about = decision == .rolledBack ? base : result.version
        let entry = VersionDecidedEntry(
            model: model, round: round, version: about, decision: decision, current: current)
        return [.entry(.versionMade(made)), .entry(.versionDecided(entry))]
    }
}

/// How it is asked and kept.
extension ModelRounds {
    var isComputing: Bool { job != nil }

    /// Work whose result the round waits for.
    var job: RoundJob? {
        if case .computing(let closed) = phase { closed.job } else { nil }
    }

    /// Validators' claims in their order.
    var encodedClaims: [UInt8] {
        guard case .computing(let closed) = phase else { return [] }
        var writer = Writer()
        for (validator, claim) in closed.claims.sorted(by: { $0.key < $1.key }) {
            writer.write(UInt16(validator))
            writer.write(counted: claim.encoded())
        }
        return writer.bytes
    }

    /// What the log's entries say of the model so far.
    mutating func writePublic(to writer: inout Writer) {
        writer.write(model.rawValue)
        writer.write(round)
        writer.write(openedAt?.milliseconds ?? 0)
        writer.write(fixed: current.bytes)
        writer.write(fixed: (parent ?? .zero).bytes)
        writer.write(bestCorrect)
        switch phase {
        case .resting: writer.write(UInt8(0))
        case .open(var open):
            let root = open.root ?? RoundJob.root(of: open.inputs.values.sorted { $0.nullifier < $1.nullifier })
            open.root = root
            phase = .open(open)
            writer.write(UInt8(1))
            writer.write(counted: Entry.roundOpened(open.opened).encoded())
            writer.write(fixed: root.bytes)
        case .computing(let closed):
            writer.write(UInt8(2))
            writer.write(counted: Entry.roundOpened(closed.job.opened).encoded())
            writer.write(fixed: closed.job.inputsRoot.bytes)
            writer.write(closed.closedAt.milliseconds)
        }
    }
}
