import Cryptography
import Telemetry
import Wire

/// The vehicle's part in learning: updates that it submits, rounds and versions that it hears of.
extension VehicleAgent {
    /// Takes what was learnt in a round, and sends it as soon as a gateway takes it. `salt` is 32 random bytes.
    mutating func submit(
        _ payload: [UInt8], for round: RoundOpenedEntry, salt: [UInt8], now: Moment
    ) -> [Action] {
        counters.updatesSubmitted += 1
        let displaced = updates.submit(UpdateDraft(round: round, payload: payload), salt: salt, now: now)
        let actions = displaced.map { [dropped($0, nil, "another round's update took its place")] } ?? []
        return actions + pump(now: now)
    }

    /// Gives up updates whose answers do not come any more.
    mutating func expireUpdates(now: Moment) -> [Action] {
        updates.expire(now: now.timestamp).map { dropped($0.draft, nil, "no answer until the round was over") }
    }

    /// An update has left the outbox and does not count, as far as the vehicle knows.
    mutating func dropped(_ draft: UpdateDraft, _ refusal: Refusal?, _ text: String) -> Action {
        counters.updatesRefused += 1
        return .tell(.updateRefused(draft.round.model, round: draft.round.round, refusal, text: text))
    }

    /// An update's receipt is the announcement of its entry.
    mutating func take(answer payload: [UInt8], for update: Digest, verifier: inout ReceiptVerifier) -> [Action] {
        // An update that has its receipt needs no second one.
        guard let item = updates.item(update) else { return [] }
        let round = item.draft.round
        do throws(AnnouncementFault) {
            let (announcement, index) = try verifier.verify(announcement: payload)
            guard case .updateAccepted(let accepted) = announcement.entry, accepted.model == round.model,
                accepted.round == round.round, item.commitments.contains(accepted.commitment)
            else { throw .otherEntry }
            updates.remove(update)
            counters.updatesAcknowledged += 1
            failures = 0
            return [.tell(.updateAcknowledged(round.model, round: round.round, index: index))]
        } catch {
            return [fault("a receipt that proves nothing: \(error)")]
        }
    }

    mutating func take(
        round payload: [UInt8], of model: LearnedModel, now: Moment, verifier: inout ReceiptVerifier
    ) -> [Action] {
        guard !payload.isEmpty else {
            learning.endRound(of: model)
            return []
        }
        do throws(AnnouncementFault) {
            let (announcement, index) = try verifier.verify(announcement: payload)
            guard case .roundOpened(let opened) = announcement.entry, opened.model == model else { throw .otherEntry }
            return tell(learning.take(opened, at: index, now: now))
        } catch {
            return [fault("a round of \(model.name) that is not believed: \(error)")]
        }
    }

    mutating func take(
        version payload: [UInt8], of model: LearnedModel, now: Moment, verifier: inout ReceiptVerifier
    ) -> [Action] {
        guard !payload.isEmpty else { return [] }
        do throws(AnnouncementFault) {
            let (announcement, index) = try verifier.verify(announcement: payload)
            guard case .versionDecided(let decided) = announcement.entry, decided.model == model else {
                throw .otherEntry
            }
            return take(decided, at: index, bytes: announcement.blobBytes, now: now)
        } catch {
            return [fault("a version of \(model.name) that is not believed: \(error)")]
        }
    }

    private mutating func take(
        _ decided: VersionDecidedEntry, at index: UInt64, bytes: UInt64, now: Moment
    ) -> [Action] {
        do throws(VersionFault) {
            return tell(try learning.take(decided, at: index, bytes: bytes, now: now))
        } catch {
            return [fault("\(decided.model.name): \(error)")]
        }
    }

    /// A gateway whose chunks are not the version's cannot give it: the next one may.
    mutating func take(chunk: [UInt8], number: Int, of digest: Digest, now: Moment) -> [Action] {
        // The end of a retained message: the gateway has a newer version to give, and announces it.
        guard !chunk.isEmpty else { return [] }
        do throws(VersionFault) {
            return tell(try learning.take(chunk, number: number, of: digest, now: now))
        } catch {
            return [fault("\(error)")] + leave(reason: "\(error)", now: now)
        }
    }

    private mutating func tell(_ news: [LearningFeed.News]) -> [Action] {
        news.map { news in
            switch news {
            case .round(let round): return .tell(.round(round))
            case .version(let model, let digest):
                counters.versionsInstalled += 1
                return .tell(.version(model, digest))
            }
        }
    }
}
