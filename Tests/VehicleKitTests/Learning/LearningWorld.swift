import Cryptography
import Federation
import Models
import Telemetry
import Testing
import Transport
import Wire

@testable import VehicleKit

/// What a committee that trains says to a vehicle, and what of it the vehicle asked to hear.
extension World {
    /// A vehicle that runs all models and that a gateway has let in.
    static func learning(_ change: (inout VehicleSettings) -> Void = { _ in }) throws -> World {
        try connected { settings in
            settings.models = LearnedModel.allCases
            change(&settings)
        }
    }

    /// The connection is cut, and the next gateway takes the vehicle.
    mutating func reconnect() {
        cut()
        pass(VehicleAgent.failOverMilliseconds)
        accept()
    }

    /// The gateway publishes, if the vehicle has asked for it.
    mutating func send(_ payload: [UInt8], on topic: String) throws {
        let asked = try subscribed.filter { !unsubscribed.contains($0) }.contains { try TopicFilter($0).matches(topic) }
        guard asked else { return }
        atGateway { $0.publish(MQTTMessage(topic: topic, payload: payload, qos: .atLeastOnce), now: $1) }
    }

    /// Puts an entry into the log and makes its announcement.
    mutating func announcement(_ entry: Entry, bytes: UInt64 = 0, cosigners: Int = 3) throws -> [UInt8] {
        let receipt = try committee.commit(entry, cosigners: cosigners)
        return Announcement(entry, receipt: receipt, blobBytes: bytes).encoded()
    }

    @discardableResult
    mutating func open(_ round: RoundOpenedEntry) throws -> [UInt8] {
        let bytes = try announcement(.roundOpened(round))
        try send(bytes, on: topic(round.model, "round"))
        return bytes
    }

    /// Announces that `file` is the version to run from now on.
    @discardableResult
    mutating func decide(
        _ file: [UInt8], round: UInt64 = 1, _ decision: VersionDecision = .promoted, model: LearnedModel = .perception
    ) throws -> [UInt8] {
        let digest = Digest.sha256(file)
        let entry = VersionDecidedEntry(
            model: model, round: round, version: digest, decision: decision, current: digest)
        let bytes = try announcement(.versionDecided(entry), bytes: UInt64(file.count))
        try send(bytes, on: topic(model, "version"))
        return bytes
    }

    /// Sends a chunk of `file`, under its digest or another one.
    mutating func sendChunk(_ number: Int, of file: [UInt8], as digest: Digest? = nil) throws {
        let first = number * AnnouncementLimits.chunkBytes
        let chunk = Array(file[first..<min(first + AnnouncementLimits.chunkBytes, file.count)])
        try send(chunk, on: "waymark/v1/blobs/\(digest ?? Digest.sha256(file))/\(number)")
    }

    /// Announces a version and sends all of its file.
    mutating func install(_ file: [UInt8], round: UInt64 = 1) throws {
        try decide(file, round: round)
        for number in 0..<(file.count + AnnouncementLimits.chunkBytes - 1) / AnnouncementLimits.chunkBytes {
            try sendChunk(number, of: file)
        }
    }

    mutating func submit(_ payload: [UInt8] = someUpdate, for round: RoundOpenedEntry = someRound()) {
        perform(agent.submit(payload, for: round, salt: salt(), now: now))
    }

    /// The update in the gateway's `index`th publish, as a validator would judge it.
    func admittedUpdate(_ index: Int) throws -> (update: AdmittedUpdate, packetID: UInt16) {
        try #require(index < published.count)
        #expect(published[index].message.topic == "waymark/v1/updates")
        let known = enrolments
        let update = try admission.admitUpdate(envelope: published[index].message.payload) { known[$0] }.get()
        return (update, try #require(published[index].packetID))
    }

    /// Puts the update's entry into the log.
    mutating func count(_ update: AdmittedUpdate) throws -> [UInt8] {
        let entry = UpdateAcceptedEntry(
            model: update.update.model, round: update.update.round, nullifier: Digest.sha256([1]),
            commitment: update.commitment)
        return try announcement(.updateAccepted(entry))
    }

    var rounds: [RoundOpenedEntry] { events.compactMap { if case .round(let round) = $0 { round } else { nil } } }

    var versions: [Digest] { events.compactMap { if case .version(_, let digest) = $0 { digest } else { nil } } }

    var shelf: ModelShelf { agent.learning.shelf }
}

func topic(_ model: LearnedModel, _ what: String) -> String { "waymark/v1/learning/\(model.name)/\(what)" }

func firstVersion(_ model: LearnedModel = .perception) -> Digest { Digest.sha256(InitialVersion.bytes(of: model)) }

/// A round of perception that is open for half a minute from noon.
func someRound(
    _ number: UInt64 = 1, of model: LearnedModel = .perception, base: Digest? = nil, deadline: UInt64 = 30_000
) -> RoundOpenedEntry {
    guard let terms = TestCommittee.learning[model] else { preconditionFailure("the test committee trains all models") }
    return RoundOpenedEntry(
        model: model, round: number, baseVersion: base ?? firstVersion(model), deadline: moment(deadline).timestamp,
        terms: terms)
}

/// A file of two chunks and a bit.
func someFile(_ seed: UInt8) -> [UInt8] {
    (0..<2 * AnnouncementLimits.chunkBytes + 100).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) ^ seed }
}

let someUpdate = [UInt8](repeating: 0, count: PerceptionUpdate.encodedBytes)
