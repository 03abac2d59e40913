import Cryptography
import Wire

/// What this validator cannot go on without, as long as that is so.
struct Need: Equatable, Sendable {
    /// Tells needs apart: as long as one lasts, it is one pursuit, whatever its request says at the time.
    enum Goal: Hashable, Sendable {
        case block(Digest)
        case cars(Digest)
        case certificates(view: UInt64)
        case history(height: UInt64)
    }

    let goal: Goal
    let request: PeerMessage
    /// Who is asked first, in order.
    var sources: [ValidatorIndex] = []
    /// Whether nobody else is asked.
    var isExclusive = false
    /// How long it may still be on its way before anybody is asked, in milliseconds.
    var patience: UInt64 = 0
}

/// Asks for what is missing: one peer at a time for each thing, the likeliest first, the next after a while, and not too much at once.
///
/// It is told after every step what is needed, and forgets what no longer is. So there is nothing to cancel, and nothing leaks.
struct Fetcher: Sendable {
    private struct Pursuit: Sendable {
        let goal: Need.Goal
        var attempts = 0
        var nextAttempt: Instant
    }

    private let me: ValidatorIndex
    private let n: Int
    private var pursuits: [Pursuit] = []

    init(me: ValidatorIndex, of n: Int) {
        self.me = me
        self.n = n
    }

    /// Takes the needs of now, and returns the requests that are due.
    mutating func pursue(
        _ needs: [Need], at now: Instant, retryAfter period: UInt64
    ) -> [(request: PeerMessage, to: ValidatorIndex)] {
        var requests: [(request: PeerMessage, to: ValidatorIndex)] = []
        var next: [Pursuit] = []
        for need in needs where next.count < ConsensusLimits.requestsInFlight {
            guard !next.contains(where: { $0.goal == need.goal }) else { continue }
            var pursuit =
                pursuits.first { $0.goal == need.goal } ?? Pursuit(goal: need.goal, nextAttempt: now + need.patience)
            if pursuit.nextAttempt <= now, let peer = peer(for: need, attempt: pursuit.attempts) {
                requests.append((need.request, peer))
                pursuit.attempts += 1
                pursuit.nextAttempt = now + period
            }
            next.append(pursuit)
        }
        pursuits = next
        return requests
    }

    /// Whether something was missing when it was last told.
    var isPursuing: Bool { !pursuits.isEmpty }

    /// How many things are pursued.
    var count: Int { pursuits.count }

    /// When the next request is due.
    var nextDeadline: Instant? {
        n == 1 ? nil : pursuits.map(\.nextAttempt).min()
    }

    /// Whether an answer to `goal` was asked for.
    func expects(_ goal: Need.Goal) -> Bool {
        pursuits.contains { $0.goal == goal && $0.attempts > 0 }
    }

    /// Whether `goal` is missing, be it that nobody was asked yet.
    func lacks(_ goal: Need.Goal) -> Bool {
        pursuits.contains { $0.goal == goal }
    }

    private func peer(for need: Need, attempt: Int) -> ValidatorIndex? {
        var candidates = need.sources.filter { $0 != me }
        if !need.isExclusive {
            let others = (1..<max(n, 1)).map { (me + $0) % n }
            candidates.append(contentsOf: others.filter { [candidates] in !candidates.contains($0) })
        }
        return candidates.isEmpty ? nil : candidates[attempt % candidates.count]
    }
}

/// What one peer may still get in answers, so that it cannot make this validator work or send without end.
struct AnswerBudget: Sendable {
    private var periodStart: Instant?
    private var answers = 0
    private var bytes = 0
    private var lastHint: Instant?

    /// Whether another request is answered now.
    mutating func takeAnswer(at now: Instant, period: UInt64) -> Bool {
        if periodStart.map({ now >= $0 + period }) ?? true {
            periodStart = now
            (answers, bytes) = (0, 0)
        }
        guard answers < ConsensusLimits.answersPerPeriod, bytes < ConsensusLimits.answeredBytesPerPeriod else {
            return false
        }
        answers += 1
        return true
    }

    mutating func spend(_ count: Int) { bytes += count }

    /// Whether a peer that seems to be behind is told so now: not for each of the votes that crossed a certificate on its way.
    mutating func takeHint(at now: Instant, period: UInt64) -> Bool {
        guard lastHint.map({ now >= $0 + period }) ?? true else { return false }
        lastHint = now
        return true
    }
}
