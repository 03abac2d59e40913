import Cryptography
import Foundation
import Schema
import SwiftProtobuf
import Wire

/// The rounds' entries in the log's encoding: protobuf, fields in order, defaults left out.
extension RoundOpenedEntry {
    init(_ message: Waymark_V1_RoundOpenedEntry) throws(Refusal) {
        let terms = RoundTerms(
            intervalMilliseconds: 0, durationMilliseconds: 0, cohortMinimum: message.cohortMinimum,
            cohortLimit: message.cohortLimit, aggregation: try message.aggregation.value(),
            attackersPermille: message.attackersPermille, clipBound: message.clipBound, scaleBits: message.scaleBits,
            noiseMilli: message.noiseMilli, groups: message.groups, groupsMinimum: message.groupsMinimum,
            holdOut: try Field.optionalDigest(message.holdOut, "hold_out"))
        self.init(
            model: try message.model.value(), round: message.round,
            baseVersion: try Field.digest(message.baseVersion, "base_version"),
            deadline: try Field.time(message.deadlineMs, "deadline_ms"), terms: terms)
    }

    var message: Waymark_V1_RoundOpenedEntry {
        .with {
            $0.model = Waymark_V1_LearnedModel(model)
            $0.round = round
            $0.baseVersion = Data(baseVersion.bytes)
            $0.deadlineMs = deadline.milliseconds
            $0.cohortMinimum = terms.cohortMinimum
            $0.cohortLimit = terms.cohortLimit
            $0.aggregation = Waymark_V1_AggregationKind(terms.aggregation)
            $0.attackersPermille = terms.attackersPermille
            $0.clipBound = terms.clipBound
            $0.scaleBits = terms.scaleBits
            $0.noiseMilli = terms.noiseMilli
            $0.groups = terms.groups
            $0.groupsMinimum = terms.groupsMinimum
            $0.holdOut = Data(terms.holdOut?.bytes ?? [])
        }
    }
}

extension UpdateAcceptedEntry {
    init(_ message: Waymark_V1_UpdateAcceptedEntry) throws(Refusal) {
        self.init(
            model: try message.model.value(), round: message.round,
            nullifier: try Field.digest(message.nullifier, "nullifier"),
            commitment: try Field.digest(message.commitment, "commitment"))
    }

    var message: Waymark_V1_UpdateAcceptedEntry {
        .with {
            $0.model = Waymark_V1_LearnedModel(model)
            $0.round = round
            $0.nullifier = Data(nullifier.bytes)
            $0.commitment = Data(commitment.bytes)
        }
    }
}

extension RoundClosedEntry {
    init(_ message: Waymark_V1_RoundClosedEntry) throws(Refusal) {
        self.init(
            model: try message.model.value(), round: message.round, updates: message.updates,
            inputsRoot: try Field.digest(message.inputsRoot, "inputs_root"))
    }

    var message: Waymark_V1_RoundClosedEntry {
        .with {
            $0.model = Waymark_V1_LearnedModel(model)
            $0.round = round
            $0.updates = updates
            $0.inputsRoot = Data(inputsRoot.bytes)
        }
    }
}

extension VersionMadeEntry {
    init(_ message: Waymark_V1_VersionMadeEntry) throws(Refusal) {
        let score = RoundScore(
            parentCorrect: message.parentScore, versionCorrect: message.versionScore, samples: message.scoreTotal,
            parentError: message.parentError, baseError: message.baseError, comparisons: message.comparisons)
        let result = RoundResult(
            model: try message.model.value(), round: message.round,
            version: try Field.optionalDigest(message.version, "version"), score: score)
        self.init(
            result: result, parent: try Field.digest(message.parent, "parent"),
            inputsRoot: try Field.digest(message.inputsRoot, "inputs_root"))
    }

    var message: Waymark_V1_VersionMadeEntry {
        .with {
            $0.model = Waymark_V1_LearnedModel(result.model)
            $0.round = result.round
            $0.version = Data(result.version?.bytes ?? [])
            $0.parent = Data(parent.bytes)
            $0.inputsRoot = Data(inputsRoot.bytes)
            $0.parentScore = result.score.parentCorrect
            $0.versionScore = result.score.versionCorrect
            $0.scoreTotal = result.score.samples
            $0.parentError = result.score.parentError
            $0.baseError = result.score.baseError
            $0.comparisons = result.score.comparisons
        }
    }
}

extension VersionDecidedEntry {
    init(_ message: Waymark_V1_VersionDecidedEntry) throws(Refusal) {
        self.init(
            model: try message.model.value(), round: message.round,
            version: try Field.optionalDigest(message.version, "version"), decision: try message.decision.value(),
            current: try Field.digest(message.current, "current"))
    }

    var message: Waymark_V1_VersionDecidedEntry {
        .with {
            $0.model = Waymark_V1_LearnedModel(model)
            $0.round = round
            $0.version = Data(version?.bytes ?? [])
            $0.decision = Waymark_V1_VersionDecision(decision)
            $0.current = Data(current.bytes)
        }
    }
}

extension Waymark_V1_AggregationKind {
    fileprivate init(_ kind: AggregationKind) {
        switch kind {
        case .mean: self = .mean
        case .trimmedMean: self = .trimmedMean
        case .mixedTrimmedMean: self = .mixedTrimmedMean
        case .medianOfMeans: self = .medianOfMeans
        }
    }

    fileprivate func value() throws(Refusal) -> AggregationKind {
        switch self {
        case .mean: .mean
        case .trimmedMean: .trimmedMean
        case .mixedTrimmedMean: .mixedTrimmedMean
        case .medianOfMeans: .medianOfMeans
        case .unspecified, .UNRECOGNIZED: throw .outOfBounds(field: "aggregation")
        }
    }
}

extension Waymark_V1_VersionDecision {
    fileprivate init(_ decision: VersionDecision) {
        switch decision {
        case .promoted: self = .promoted
        case .refused: self = .refused
        case .rolledBack: self = .rolledBack
        case .abandoned: self = .abandoned
        }
    }

    fileprivate func value() throws(Refusal) -> VersionDecision {
        switch self {
        case .promoted: .promoted
        case .refused: .refused
        case .rolledBack: .rolledBack
        case .abandoned: .abandoned
        case .unspecified, .UNRECOGNIZED: throw .outOfBounds(field: "decision")
        }
    }
}
