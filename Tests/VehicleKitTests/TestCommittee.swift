import Cryptography
import Geography
import Telemetry
import Testing
import TransparencyLog
import Wire

@testable import VehicleKit

/// A committee of four whose validators agree on everything, its log, its authority and its policy: what receipts are
/// made of.
struct TestCommittee {
    static let chain = Digest.sha256(Array("test committee".utf8))
    static let origin = "waymark.test/log"
    static let learning = LearningTerms([
        .perception: RoundTerms(
            intervalMilliseconds: 60_000, durationMilliseconds: 30_000, cohortMinimum: 1, cohortLimit: 64,
            aggregation: .trimmedMean, attackersPermille: 0, clipBound: 20_000, scaleBits: 14,
            holdOut: Digest.sha256([])),
        .travelTimes: RoundTerms(
            intervalMilliseconds: 60_000, durationMilliseconds: 30_000, cohortMinimum: 1, cohortLimit: 64,
            aggregation: .medianOfMeans, attackersPermille: 0, groups: 3, groupsMinimum: 1),
    ])

    let authority = key(1)
    let logKeys = (0..<4).map { key(10 + $0) }
    let cosigningKeys = (0..<4).map { key(20 + $0) }
    var tree = Tree()

    static func key(_ number: UInt8) -> SigningKey {
        guard let key = SigningKey(seed: [UInt8](repeating: number, count: 32)) else {
            preconditionFailure("a seed has 32 bytes")
        }
        return key
    }

    /// A name of this committee's, of a log key or a cosigning key.
    static func verifierKey(_ name: String, _ kind: VerifierKey.Kind, _ key: SigningKey) -> VerifierKey {
        guard let verifier = VerifierKey(name: name, kind: kind, publicKey: key.publicKey) else {
            preconditionFailure("\(name) is a key's name")
        }
        return verifier
    }

    func policy(quorum: Int = 3) throws -> Policy {
        let members = (0..<4).map { number in
            Policy.Member(
                name: "validator-\(number)",
                logKey: Self.verifierKey(Self.origin, .log, logKeys[number]),
                cosigningKey: Self.verifierKey(cosigner(number), .cosigner, cosigningKeys[number]))
        }
        return try Policy(committee: members, quorum: quorum)
    }

    func identity(_ number: UInt8 = 100) -> VehicleIdentity {
        let key = Self.key(number)
        let certificate = EnrolmentCertificate(
            vehicleKey: key.publicKey, notBefore: Timestamp(milliseconds: 1),
            notAfter: Timestamp(milliseconds: 100_000_000_000), authorityKey: authority.publicKey)
        return VehicleIdentity(
            chain: Self.chain, key: key, certificate: certificate.signed(by: authority, chain: Self.chain))
    }

    /// Puts an entry into the log and makes its receipt, cosigned by so many.
    mutating func commit(_ entry: Entry, cosigners: Int = 3, servedBy server: Int = 0) throws -> [UInt8] {
        let index = tree.size
        tree.append(leaf: Merkle.leaf(entry.encoded()))
        return try receipt(at: index, cosigners: cosigners, servedBy: server)
    }

    func receipt(at index: UInt64, cosigners: Int = 3, servedBy server: Int = 0) throws -> [UInt8] {
        let head = try #require(Checkpoint(origin: Self.origin, size: tree.size, root: tree.root))
        let cosignatures = (0..<cosigners).compactMap { number in
            head.cosignature(name: cosigner(number), key: cosigningKeys[number], seconds: 1_000_000)
        }
        let signed = SignedCheckpoint(head, signatures: [head.logSignature(key: logKeys[server])] + cosignatures)
        let proof = try #require(tree.inclusionProof(of: index))
        return InclusionReceipt(index: index, proof: proof, signed: signed).bytes
    }

    private func cosigner(_ number: Int) -> String { "\(Self.origin)/validator-\(number)" }
}

let helsinki: Coordinate = {
    guard let coordinate = Coordinate(latitude: 60.17, longitude: 24.94) else {
        preconditionFailure("Helsinki is on the globe")
    }
    return coordinate
}()

/// Both clocks so many milliseconds after the tests' noon.
func moment(_ milliseconds: UInt64) -> Moment {
    Moment(
        instant: Instant(milliseconds: 5_000_000 + milliseconds),
        timestamp: Timestamp(milliseconds: 1_800_000_000_0 + milliseconds))
}

func observation(at milliseconds: UInt64 = 0) -> Observation {
    Observation(
        kind: .adhesion, polarity: .seen, time: moment(milliseconds).timestamp, coordinate: helsinki)
}

func salt() -> [UInt8] { [UInt8](repeating: 7, count: 32) }

func commitment(_ signed: Signed<Report>) -> Digest {
    HMACSHA256.authenticate(key: signed.value.salt, signed.bytes)
}

func entry(_ signed: Signed<Report>) -> Entry { .report(ReportEntry(commitment: commitment(signed))) }
