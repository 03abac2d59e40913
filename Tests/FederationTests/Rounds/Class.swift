import Cryptography
import Federation
import Models
import Telemetry
import Testing
import Wire

/// A committee that trains perception, and vehicles that take part: all from fixed seeds.
struct Class {
    /// A whole hour.
    static let start = Timestamp(milliseconds: 1_764_000_000_000)
    static let chain = Digest.sha256(Array("a class of tests".utf8))
    static let authority = key(200)
    static let rounds = RoundTerms(
        intervalMilliseconds: 10_000, durationMilliseconds: 5000, cohortMinimum: 2, cohortLimit: 4,
        aggregation: .mixedTrimmedMean, attackersPermille: 200, clipBound: 1000, scaleBits: 14,
        holdOut: Digest.sha256([1]))
    static let terms = CommitteeTerms(
        chainID: chain, authorities: [authority.publicKey], learning: LearningTerms([.perception: rounds]))
    static let base = Digest.sha256(InitialVersion.bytes(of: .perception))

    static func key(_ seed: UInt8) -> SigningKey {
        guard let key = SigningKey(seed: [UInt8](repeating: seed, count: 32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return key
    }

    /// Rounds in which two equal claims make a result.
    static func federation() -> Federation { Federation(terms: terms.learning, claimsNeeded: 2) }

    /// The update of a vehicle, all of whose values are `value`, as a gateway admits it.
    static func update(
        _ vehicle: UInt8, value: Int16 = 1, round: UInt64 = 1, base: Digest = base, at time: Timestamp = start
    ) throws -> AdmittedUpdate {
        let envelope = envelope(vehicle, payload: payload(value), round: round, base: base, at: time)
        return try Admission(terms: terms).admitUpdate(envelope: envelope).get()
    }

    static func payload(_ value: Int16) -> [UInt8] {
        var writer = Writer()
        for _ in 0..<PerceptionModel.parameterCount { writer.write(value) }
        return writer.bytes
    }

    static func envelope(
        _ vehicle: UInt8, payload: [UInt8], round: UInt64 = 1, base: Digest = base, at time: Timestamp = start
    ) -> [UInt8] {
        let certificate = EnrolmentCertificate(
            vehicleKey: key(vehicle).publicKey, notBefore: start - 1000, notAfter: start + 86_400_000,
            authorityKey: authority.publicKey
        ).signed(by: authority, chain: chain)
        let update = Update(
            certificateDigest: Digest.sha256(certificate.bytes), time: time, salt: [UInt8](repeating: 3, count: 32),
            model: .perception, round: round, baseVersion: base, payload: payload)
        return update.signed(by: key(vehicle), chain: chain).envelope(certificate: certificate)
    }

    static func nullifier(_ vehicle: UInt8) -> Digest { Digest.sha256([vehicle]) }

    /// A claim that `correct` of 100 samples of the hold-out are told right, after 80 before.
    static func claim(correct: UInt64, round: UInt64 = 1) -> RoundResult {
        RoundResult(
            model: .perception, round: round, version: Digest.sha256([UInt8(correct)]),
            score: RoundScore(parentCorrect: 80, versionCorrect: correct, samples: 100))
    }
}

extension Federation {
    func standing(_ update: AdmittedUpdate, of vehicle: UInt8) -> SubmissionStanding {
        standing(of: update.update, nullifier: Class.nullifier(vehicle))
    }

    /// Counts the update of a vehicle; what that made of the round.
    @discardableResult
    mutating func count(
        _ vehicle: UInt8, value: Int16 = 1, round: UInt64 = 1, base: Digest = Class.base,
        at time: Timestamp = Class.start
    ) throws -> [RoundStep] {
        let update = try Class.update(vehicle, value: value, round: round, base: base, at: time)
        try #require(standing(update, of: vehicle) == .fresh)
        return accept(update, nullifier: Class.nullifier(vehicle), at: time).steps
    }
}

extension [RoundStep] {
    var entries: [Entry] { compactMap { if case .entry(let entry) = $0 { entry } else { nil } } }
    var jobs: [RoundJob] { compactMap { if case .compute(let job) = $0 { job } else { nil } } }

    /// What was decided, where something was.
    var decision: VersionDecidedEntry? {
        entries.compactMap { if case .versionDecided(let decided) = $0 { decided } else { nil } }.last
    }
}
