import Telemetry

/// The entries of models' rounds with their fields, as `/api/v1/entries` tells them.
extension EntryAnswer {
    struct RoundOpened: Encodable {
        var model: String
        var round: UInt64
        var baseVersion: String
        var deadlineMs: UInt64
        var terms: TermsAnswer

        init(_ entry: RoundOpenedEntry) {
            model = entry.model.name
            round = entry.round
            baseVersion = entry.baseVersion.description
            deadlineMs = entry.deadline.milliseconds
            terms = TermsAnswer(entry.terms)
        }
    }

    struct UpdateAccepted: Encodable {
        var model: String
        var round: UInt64
        var nullifier: String
        var commitment: String

        init(_ entry: UpdateAcceptedEntry) {
            model = entry.model.name
            round = entry.round
            nullifier = entry.nullifier.description
            commitment = entry.commitment.description
        }
    }

    struct RoundClosed: Encodable {
        var model: String
        var round: UInt64
        var updates: UInt32
        var inputsRoot: String

        init(_ entry: RoundClosedEntry) {
            model = entry.model.name
            round = entry.round
            updates = entry.updates
            inputsRoot = entry.inputsRoot.description
        }
    }

    /// Scores as they stand in the entry: what a model has no use for is zero, errors are in 2^−20.
    struct VersionMade: Encodable {
        var model: String
        var round: UInt64
        var version: String?
        var parent: String
        var inputsRoot: String
        var parentCorrect: UInt64
        var correct: UInt64
        var samples: UInt64
        var parentError: UInt64
        var baseError: UInt64
        var comparisons: UInt32

        init(_ entry: VersionMadeEntry) {
            let (result, score) = (entry.result, entry.result.score)
            model = result.model.name
            round = result.round
            version = result.version?.description
            parent = entry.parent.description
            inputsRoot = entry.inputsRoot.description
            (parentCorrect, correct, samples) = (score.parentCorrect, score.versionCorrect, score.samples)
            (parentError, baseError, comparisons) = (score.parentError, score.baseError, score.comparisons)
        }
    }

    struct VersionDecided: Encodable {
        var model: String
        var round: UInt64
        var version: String?
        var decision: String
        var current: String

        init(_ entry: VersionDecidedEntry) {
            model = entry.model.name
            round = entry.round
            version = entry.version?.description
            decision = entry.decision.name
            current = entry.current.description
        }
    }
}

/// A round's terms: all that its result depends on besides base and updates.
struct TermsAnswer: Encodable, Equatable {
    var cohortMinimum: UInt32
    var cohortLimit: UInt32
    var aggregation: String
    var attackersPermille: UInt32
    var clipBound: UInt32
    var scaleBits: UInt32
    var noiseMilli: UInt32
    var groups: UInt32
    var groupsMinimum: UInt32
    var holdOut: String?

    init(_ terms: RoundTerms) {
        cohortMinimum = terms.cohortMinimum
        cohortLimit = terms.cohortLimit
        aggregation = terms.aggregation.name
        attackersPermille = terms.attackersPermille
        clipBound = terms.clipBound
        scaleBits = terms.scaleBits
        noiseMilli = terms.noiseMilli
        groups = terms.groups
        groupsMinimum = terms.groupsMinimum
        holdOut = terms.holdOut?.description
    }
}
