import Cryptography
import Telemetry

/// What identifies a report for the whole system: a vehicle signs a sequence number once, though it may re-sign the same items later.
public struct ReportKey: Hashable, Sendable {
    /// The vehicle's key.
    public var vehicle: PublicKey
    /// The vehicle's own count of its reports.
    public var sequence: UInt64

    /// The key of a report.
    public init(vehicle: PublicKey, sequence: UInt64) {
        self.vehicle = vehicle
        self.sequence = sequence
    }
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

/// What became of a submitted report.
public enum Answer: Sendable {
    /// It stands in the log at `leaf`, below the published head; `proof` leads from the leaf to the head's root.
    case committed(leaf: UInt64, proof: [Digest], PublishedHead, mapIsKnown: Bool)
    /// It stood in the log before it was submitted: the shell knows the leaf by its key.
    case alreadyCommitted(ReportKey)
    /// It stands in the log at `leaf`, too far back for the tree in memory to prove: the shell reads the proof from the tiles.
    case committedEarlier(leaf: UInt64, mapIsKnown: Bool)
    /// It adds no entry, and why.
    case refused(Refusal)
}

/// Sessions that wait for their reports, from submission to the published head that covers them.
struct Receipts: Sendable {
    private struct Waiting {
        var token: SubmissionToken
        var digest: Digest
    }

    private struct Accepted {
        var key: ReportKey
        var leaf: UInt64
        var mapIsKnown: Bool
        var tokens: [SubmissionToken]
    }

    private var waiting: [ReportKey: [Waiting]] = [:]
    /// Accepted reports above the published head, by height, lowest first.
    private var accepted: [(height: UInt64, reports: [Accepted])] = []
    private(set) var count = 0

    /// Whether another submission finds room.
    var hasRoom: Bool { count < ReplicaLimits.waitingSubmissions }

    /// Whether this very report is on its way already.
    func holds(_ key: ReportKey, digest: Digest) -> Bool {
        waiting[key]?.contains { $0.digest == digest } ?? false
    }

    /// Lets a session wait; false where too many wait for the same report.
    mutating func wait(_ token: SubmissionToken, for key: ReportKey, digest: Digest) -> Bool {
        guard waiting[key, default: []].count < ReplicaLimits.sessionsPerReport else { return false }
        waiting[key, default: []].append(Waiting(token: token, digest: digest))
        count += 1
        return true
    }

    /// Lets a session wait for a report that was executed and is not yet below the published head; false where there is none.
    mutating func wait(_ token: SubmissionToken, forExecuted key: ReportKey) -> Bool {
        for block in accepted.indices {
            guard let index = accepted[block].reports.firstIndex(where: { $0.key == key }) else { continue }
            guard accepted[block].reports[index].tokens.count < ReplicaLimits.sessionsPerReport else { return false }
            accepted[block].reports[index].tokens.append(token)
            count += 1
            return true
        }
        return false
    }

    /// Moves those who wait for the block's reports to those who wait for its head.
    mutating func execute(_ block: ExecutedBlock) {
        let reports = block.reports.map { report in
            let tokens = waiting.removeValue(forKey: report.admitted.key)?.map(\.token) ?? []
            return Accepted(
                key: report.admitted.key, leaf: report.leaf, mapIsKnown: report.mapIsKnown, tokens: tokens)
        }
        if !reports.isEmpty { accepted.append((block.height, reports)) }
    }

    /// Those who wait for exactly this refused report. A re-signed version of it is still on its way.
    mutating func refuse(_ key: ReportKey, digest: Digest) -> [SubmissionToken] {
        guard let all = waiting[key] else { return [] }
        let refused = all.filter { $0.digest == digest }
        let others = all.filter { $0.digest != digest }
        waiting[key] = others.isEmpty ? nil : others
        count -= refused.count
        return refused.map(\.token)
    }

    /// Everyone whose report stands below the published head, in log order.
    mutating func publish(_ published: PublishedHead, tree proofs: (UInt64) -> [Digest]?) -> [(SubmissionToken, Answer)]
    {
        var answers: [(SubmissionToken, Answer)] = []
        let split = accepted.firstIndex { $0.height > published.head.height } ?? accepted.endIndex
        for report in accepted[..<split].flatMap(\.reports) where !report.tokens.isEmpty {
            let answer: Answer =
                if let proof = proofs(report.leaf) {
                    .committed(leaf: report.leaf, proof: proof, published, mapIsKnown: report.mapIsKnown)
                } else {
                    .committedEarlier(leaf: report.leaf, mapIsKnown: report.mapIsKnown)
                }
            for token in report.tokens { answers.append((token, answer)) }
            count -= report.tokens.count
        }
        accepted.removeSubrange(..<split)
        return answers
    }
}

extension AdmittedReport {
    /// What identifies the report for the whole system.
    public var key: ReportKey { ReportKey(vehicle: certificate.vehicleKey, sequence: report.sequence) }
}
