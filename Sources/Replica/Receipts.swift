import Cryptography
import Telemetry

/// What identifies a submission for the whole system: a vehicle may sign the same again later, and one of its signings counts.
public enum SubmissionKey: Hashable, Sendable {
    /// A report, by the vehicle's own count.
    case report(vehicle: PublicKey, sequence: UInt64)
    /// An update: one an enrolment, model and round, as nullifiers count.
    case update(enrolment: Digest, LearnedModel, round: UInt64)
}

/// A session's wish to be told what became of an item. The number is the shell's and means nothing here.
public struct SubmissionToken: Hashable, Sendable {
    /// The shell's number.
    public var number: UInt64

    /// The token of that number.
    public init(number: UInt64) {
        self.number = number
    }
}

/// What became of a submission.
public enum Answer: Sendable {
    /// It stands in the log at `leaf`, below the published head; `proof` leads from the leaf to the head's root.
    case committed(Entry, leaf: UInt64, proof: [Digest], PublishedHead)
    /// It stood in the log before it was submitted: the shell knows the leaf by its key.
    case alreadyCommitted(SubmissionKey)
    /// It stands in the log at `leaf`, too far back for the tree in memory to prove: the shell reads the proof from the tiles.
    case committedEarlier(leaf: UInt64)
    /// It adds no entry, and why.
    case refused(Refusal)
}

/// Sessions that wait for their reports and updates, from submission to the published head that covers them.
struct Receipts: Sendable {
    private struct Waiting {
        var token: SubmissionToken
        var digest: Digest
        var content: Digest?
    }

    private struct Accepted {
        var key: SubmissionKey
        var entry: Entry
        var leaf: UInt64
        var tokens: [SubmissionToken]
    }

    private var waiting: [SubmissionKey: [Waiting]] = [:]
    /// What was accepted above the published head, by height, lowest first.
    private var accepted: [(height: UInt64, submissions: [Accepted])] = []
    private(set) var count = 0

    /// Whether another submission finds room.
    var hasRoom: Bool { count < ReplicaLimits.waitingSubmissions }

    /// Whether these very bytes are on their way already.
    func holds(_ key: SubmissionKey, digest: Digest) -> Bool {
        waiting[key]?.contains { $0.digest == digest } ?? false
    }

    /// Lets a session wait; false where too many wait for the same.
    mutating func wait(_ token: SubmissionToken, for submission: Submission) -> Bool {
        let key = submission.key
        guard waiting[key, default: []].count < ReplicaLimits.sessionsPerSubmission else { return false }
        waiting[key, default: []].append(
            Waiting(token: token, digest: submission.digest, content: submission.content))
        count += 1
        return true
    }

    /// Lets a session wait for what was executed and is not yet below the published head; false where there is none.
    mutating func wait(_ token: SubmissionToken, forExecuted key: SubmissionKey) -> Bool {
        for block in accepted.indices {
            guard let index = accepted[block].submissions.firstIndex(where: { $0.key == key }) else { continue }
            guard accepted[block].submissions[index].tokens.count < ReplicaLimits.sessionsPerSubmission else {
                return false
            }
            accepted[block].submissions[index].tokens.append(token)
            count += 1
            return true
        }
        return false
    }

    /// Moves those who wait for what the block accepted to those who wait for its head.
    mutating func execute(_ block: ExecutedBlock) {
        let submissions = block.submissions.map { accepted in
            Accepted(
                key: accepted.submission.key, entry: accepted.entry, leaf: accepted.leaf,
                tokens: takeWaiting(for: accepted.submission))
        }
        if !submissions.isEmpty { accepted.append((block.height, submissions)) }
    }

    /// Those who wait for what was accepted, in whichever signing. Another update of the same vehicle is still on its way to its refusal.
    private mutating func takeWaiting(for submission: Submission) -> [SubmissionToken] {
        let all = waiting.removeValue(forKey: submission.key) ?? []
        let others = all.filter { $0.content != submission.content }
        if !others.isEmpty { waiting[submission.key] = others }
        return all.filter { $0.content == submission.content }.map(\.token)
    }

    /// Those who wait for exactly this refused submission. A re-signed version of it is still on its way.
    mutating func refuse(_ key: SubmissionKey, digest: Digest) -> [SubmissionToken] {
        guard let all = waiting[key] else { return [] }
        let refused = all.filter { $0.digest == digest }
        let others = all.filter { $0.digest != digest }
        waiting[key] = others.isEmpty ? nil : others
        count -= refused.count
        return refused.map(\.token)
    }

    /// Everyone who waits for a block: where blocks are passed over, nobody can say which of them brought what.
    mutating func refuseWaiting() -> [SubmissionToken] {
        let tokens = waiting.values.flatMap { $0.map(\.token) }.sorted { $0.number < $1.number }
        count -= tokens.count
        waiting = [:]
        return tokens
    }

    /// Everyone whose submission stands below the published head, in log order.
    mutating func publish(_ published: PublishedHead, tree proofs: (UInt64) -> [Digest]?) -> [(SubmissionToken, Answer)]
    {
        var answers: [(SubmissionToken, Answer)] = []
        let split = accepted.firstIndex { $0.height > published.head.height } ?? accepted.endIndex
        for one in accepted[..<split].flatMap(\.submissions) where !one.tokens.isEmpty {
            let answer: Answer =
                if let proof = proofs(one.leaf) {
                    .committed(one.entry, leaf: one.leaf, proof: proof, published)
                } else {
                    .committedEarlier(leaf: one.leaf)
                }
            for token in one.tokens { answers.append((token, answer)) }
            count -= one.tokens.count
        }
        accepted.removeSubrange(..<split)
        return answers
    }
}

extension Submission {
    /// What identifies it for the whole system.
    public var key: SubmissionKey {
        switch self {
        case .report(let report):
            .report(vehicle: enrolment.certificate.vehicleKey, sequence: report.report.sequence)
        case .update(let update):
            .update(enrolment: enrolment.digest, update.update.model, round: update.update.round)
        }
    }
}
