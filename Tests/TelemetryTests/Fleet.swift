import Cryptography
import Geography
import Telemetry
import Wire

/// A committee with one authority and one enrolled vehicle, all from fixed seeds.
struct Fleet {
    /// The time around which everything happens: 2025-11-24 16:00 UTC, a whole hour.
    static let now = Timestamp(milliseconds: 1_764_000_000_000)
    static let chain = Digest.sha256(Array("golden".utf8))
    static let map = Digest.sha256(Array("map".utf8))

    let authority: SigningKey
    let vehicle: SigningKey
    let stranger: SigningKey
    let terms: CommitteeTerms

    init() throws {
        authority = try key(1)
        vehicle = try key(2)
        stranger = try key(99)
        terms = CommitteeTerms(
            chainID: Fleet.chain, authorities: [authority.publicKey],
            map: CommitteeTerms.MapTerms(digest: Fleet.map, edgeCount: 100))
    }

    var certificate: Signed<EnrolmentCertificate> { certificate(for: vehicle) }

    func certificate(for vehicle: SigningKey, by authority: SigningKey? = nil) -> Signed<EnrolmentCertificate> {
        let authority = authority ?? self.authority
        return EnrolmentCertificate(
            vehicleKey: vehicle.publicKey, notBefore: Fleet.now - 86_400_000, notAfter: Fleet.now + 86_400_000,
            authorityKey: authority.publicKey
        ).signed(by: authority, chain: Fleet.chain)
    }

    func report(
        sequence: UInt64 = 1, at time: Timestamp = Fleet.now, map: Digest? = nil, places: [EdgePlace?] = [nil]
    ) -> Report {
        Report(
            certificateDigest: Digest.sha256(certificate.bytes), sequence: sequence, time: time,
            salt: [UInt8](repeating: 3, count: 32), mapDigest: map,
            observations: places.map { observation(at: time, place: $0) })
    }

    func observation(at time: Timestamp = Fleet.now, place: EdgePlace? = nil) -> Observation {
        Observation(
            kind: .adhesion, polarity: .seen, time: time, coordinate: helsinki, place: place, confidencePermille: 900)
    }

    func sample(sequence: UInt64 = 1, at time: Timestamp = Fleet.now) -> TelemetrySample {
        TelemetrySample(
            certificateDigest: Digest.sha256(certificate.bytes), sequence: sequence, time: time,
            coordinate: helsinki, speedCentimetresPerSecond: 1389, headingCentidegrees: 35_999)
    }

    func revocation(by authority: SigningKey) -> Signed<Revocation> {
        Revocation(
            certificateDigest: Digest.sha256(certificate.bytes), time: Fleet.now,
            salt: [UInt8](repeating: 5, count: 32), authorityKey: authority.publicKey
        ).signed(by: authority, chain: Fleet.chain)
    }

    func signed(_ report: Report) -> Signed<Report> { report.signed(by: vehicle, chain: Fleet.chain) }

    private var helsinki: Coordinate { place(601_699_000, 249_384_000) }
}

/// Why a test cannot be set up.
struct SetUpFailure: Error {}

func key(_ seed: UInt8) throws -> SigningKey {
    guard let key = SigningKey(seed: [UInt8](repeating: seed, count: 32)) else { throw SetUpFailure() }
    return key
}

func place(_ latitudeE7: Int32, _ longitudeE7: Int32) -> Coordinate {
    guard let coordinate = Coordinate(latitudeE7: latitudeE7, longitudeE7: longitudeE7) else {
        preconditionFailure("tests name real places")
    }
    return coordinate
}

func bytes(_ hex: String) throws -> [UInt8] {
    guard let bytes = Hex.decode(hex) else { throw SetUpFailure() }
    return bytes
}

func digest(_ byte: UInt8) throws -> Digest {
    guard let digest = Digest(bytes: [UInt8](repeating: byte, count: 32)) else { throw SetUpFailure() }
    return digest
}

/// SplitMix64: small, seeded, and the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
