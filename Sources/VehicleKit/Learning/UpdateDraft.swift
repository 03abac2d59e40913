import Cryptography
import Telemetry
import Wire

/// What a vehicle learnt in a round, on its way into the log.
struct UpdateDraft: Draft {
    let round: RoundOpenedEntry
    /// In the model's layout.
    let payload: [UInt8]

    static let topic = "waymark/v1/updates"

    func message(certificate: Digest, sequence: UInt64, time: Timestamp, salt: [UInt8]) -> Update {
        Update(
            certificateDigest: certificate, time: time, salt: salt, model: round.model, round: round.round,
            baseVersion: round.baseVersion, payload: payload)
    }

    static func envelope(_ signed: Signed<Update>, certificate: Signed<EnrolmentCertificate>?) -> [UInt8] {
        signed.envelope(certificate: certificate)
    }
}

extension Outbox<UpdateDraft> {
    /// An outbox with room for an update of each model.
    init(signAgainMilliseconds: UInt64) {
        self.init(
            firstSequence: 1, limit: LearnedModel.allCases.count, signAgainMilliseconds: signAgainMilliseconds)
    }

    /// Takes an update in place of the same model's of an earlier round: there is one a model. One of an earlier round
    /// than the one that waits gives way itself. Returns the one that gave way.
    mutating func submit(_ draft: UpdateDraft, salt: [UInt8], now: Moment) -> UpdateDraft? {
        precondition(draft.payload.count <= VehicleLimits.updatePayloadBytes, "an update has its bound")
        let rivals = items.filter { $0.draft.round.model == draft.round.model }
        if rivals.contains(where: { $0.draft.round.round > draft.round.round }) { return draft }
        let displaced = remove { $0.draft.round.model == draft.round.model }
        let added = add(draft, salt: salt, now: now)
        precondition(added.displaced == nil, "there is room for an update of each model")
        return displaced.first?.draft
    }

    /// Drops updates whose rounds are over without any doubt.
    mutating func expire(now: Timestamp) -> [Item] {
        remove { $0.draft.round.deadline + VehicleLimits.answerAfterDeadlineMilliseconds < now }
    }
}
