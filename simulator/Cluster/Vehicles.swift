import Consensus
import Cryptography
import Geography
import Models
import Replica
import Telemetry
import Wire

/// Vehicles that report and do not rest until they have a receipt: without an answer they turn to another validator with the same bytes, and
/// after 30 s they sign the same sequence anew.
struct Vehicles: Sendable {
    /// A report on its way.
    struct Pending: Sendable {
        let vehicle: Int
        let sequence: UInt64
        var admitted: AdmittedReport
        var lastTry: UInt64

        var key: SubmissionKey { Submission.report(admitted).key }
    }

    /// How long a vehicle waits for an answer, in milliseconds.
    static let patience: UInt64 = 4000
    /// Reports on their way, beyond which no new ones are made: vehicles too have a bound on what they keep.
    static let pendingLimit = 256

    private let town: Town
    private let certificates: [Signed<EnrolmentCertificate>]
    private let keys: [SigningKey]
    private var sequences: [UInt64]
    private(set) var pending: [UInt64: Pending] = [:]
    private var tokens: [UInt64: UInt64] = [:]
    private var made: UInt64 = 0
    private var given: UInt64 = 0
    /// Reports that have their receipt.
    private(set) var acknowledged: [SubmissionKey] = []

    init(_ count: Int, in town: Town) {
        self.town = town
        keys = (0..<count).map { Town.key(4, $0) }
        sequences = Array(repeating: 0, count: count)
        let start = Timestamp(milliseconds: ProcessClock.epoch)
        certificates = keys.map { key in
            EnrolmentCertificate(
                vehicleKey: key.publicKey, notBefore: start - 86_400_000, notAfter: start + 864_000_000,
                authorityKey: Town.authority.publicKey
            ).signed(by: Town.authority, chain: town.terms.chainID)
        }
    }

    var hasRoom: Bool { pending.count < Self.pendingLimit }

    /// A vehicle sees something. Returns the report's number.
    mutating func report(at now: UInt64, random: inout SeededGenerator) -> UInt64 {
        let vehicle = Int(random.below(UInt64(keys.count)))
        sequences[vehicle] += 1
        made += 1
        let place = Int32(random.below(8))
        let admitted = sign(vehicle, sequences[vehicle], at: now, place: place)
        pending[made] = Pending(vehicle: vehicle, sequence: sequences[vehicle], admitted: admitted, lastTry: now)
        return made
    }

    /// Reports without an answer for too long, in the order in which they were made; they count as tried again.
    mutating func overdue(at now: UInt64) -> [UInt64] {
        let due = pending.filter { $0.value.lastTry + Self.patience <= now }.keys.sorted()
        for number in due { pending[number]?.lastTry = now }
        return due
    }

    /// The report's bytes as the vehicle would send them now, and a token for the answer.
    mutating func submission(_ number: UInt64, at now: UInt64) -> (submission: Submission, token: SubmissionToken)? {
        guard var report = pending[number] else { return nil }
        let time = Timestamp(milliseconds: ProcessClock.epoch + now)
        if report.admitted.report.time + 24_000 < time {
            report.admitted = sign(report.vehicle, report.sequence, at: now, again: report.admitted.report.observations)
            pending[number] = report
        }
        given += 1
        tokens[given] = number
        return (.report(report.admitted), SubmissionToken(number: given))
    }

    /// Takes an answer; the key of the report that it is about, where somebody still waits.
    mutating func take(_ answer: Answer, _ token: SubmissionToken) -> SubmissionKey? {
        guard let number = tokens.removeValue(forKey: token.number), let report = pending[number] else { return nil }
        switch answer {
        case .committed, .committedEarlier, .alreadyCommitted:
            pending[number] = nil
            acknowledged.append(report.key)
        case .refused(let refusal):
            // What another signing, time or gateway may cure is tried again; a vehicle gives up only what nobody will take.
            if refusal.remedy == .none { pending[number] = nil }
        }
        return report.key
    }

    // MARK: Signing

    private func sign(_ vehicle: Int, _ sequence: UInt64, at now: UInt64, place: Int32) -> AdmittedReport {
        guard let coordinate = Coordinate(latitudeE7: 601_700_000, longitudeE7: 249_400_000 + place * 100_000) else {
            preconditionFailure("the town is on the map")
        }
        let time = Timestamp(milliseconds: ProcessClock.epoch + now)
        let seen = Observation(kind: .adhesion, polarity: .seen, time: time, coordinate: coordinate)
        return sign(vehicle, sequence, at: now, again: [seen])
    }

    private func sign(
        _ vehicle: Int, _ sequence: UInt64, at now: UInt64, again observations: [Observation]
    ) -> AdmittedReport {
        let report = Report(
            certificateDigest: Digest.sha256(certificates[vehicle].bytes), sequence: sequence,
            time: Timestamp(milliseconds: ProcessClock.epoch + now), salt: [UInt8](repeating: 3, count: 32),
            mapDigest: nil, observations: observations)
        let claim = signed(report, by: keys[vehicle])
        let items = [CarItem.certificate(certificates[vehicle]), .report(claim)].map { $0.encoded() }
        guard case .report(let admitted) = CarInspector(terms: town.terms).decode(items: items).first else {
            preconditionFailure("a report that was just made can be read")
        }
        return admitted
    }

    private func signed(_ report: Report, by key: SigningKey) -> Signed<Report> {
        town.isReal
            ? report.signed(by: key, chain: town.terms.chainID)
            : Signed(report, bytes: report.encoded(), signature: Self.unsigned)
    }

    private static let unsigned: Signature = {
        guard let signature = Signature(bytes: [UInt8](repeating: 0, count: 64)) else {
            preconditionFailure("64 bytes are a signature")
        }
        return signature
    }()
}
