import Foundation
import Storage
import Telemetry
import TransparencyLog

/// What a demo's fleet learnt, from the log of its first validator and from every validator's own recomputation.
struct DemoLessons {
    /// One version that a round made.
    struct Version: Encodable {
        var model: String
        var round: UInt64
        var version: String?
        var decision: String
        var updates: UInt32
        var accuracy: Double?
        var base_error: Double?
    }

    var versions: [Version] = []
    var accuracyFirst: Double?
    var accuracyLast: Double?
    /// What the plain mean of the last round's updates would have come to.
    var accuracyPlainMean: Double?
    /// Whether every validator's journal gives every version again, bit for bit.
    var areVerified = true
    var complaints: [String] = []

    /// Reads the log and has each validator's versions computed again.
    init(_ committee: DemoCommittee) throws {
        let source = DirectorySource("\(committee.folder.validatorPath(0))/log")
        let signed = try SignedCheckpoint(parsing: source.read(.checkpoint))
        try committee.file.policy().evaluate(signed)
        let history = try LearningHistory(EntryReader(source, head: signed.checkpoint))
        for model in history.models { try take(history.rounds(of: model), of: model) }
        for index in committee.validators.indices { try verify(committee, index) }
    }

    private var holdOutSamples: UInt64 = 0

    private mutating func take(_ rounds: [LearningHistory.Round], of model: LearnedModel) {
        for round in rounds {
            guard let decided = round.record.decided?.value else { continue }
            let score = round.record.made?.value.result.score
            if model == .perception, let score, let before = score.parentAccuracy {
                accuracyFirst = accuracyFirst ?? before
                holdOutSamples = score.samples
                accuracyLast = decided.decision == .promoted ? score.accuracy : before
            }
            versions.append(
                Version(
                    model: model.name, round: round.number, version: decided.version.map { "\($0)" },
                    decision: decided.decision.name, updates: round.record.closed?.value.updates ?? 0,
                    accuracy: score?.accuracy, base_error: score?.baseLogRatio))
        }
    }

    private mutating func verify(_ committee: DemoCommittee, _ index: Int) throws {
        let verification = try ModelVerification(validator: committee.folder.validatorPath(index))
        if let correct = verification.plain_mean_correct, holdOutSamples > 0 {
            accuracyPlainMean = Double(correct) / Double(holdOutSamples)
        }
        guard !verification.passed else { return }
        areVerified = false
        complaints += verification.lines.map { "validator-\(index + 1): \($0)" }
    }
}
