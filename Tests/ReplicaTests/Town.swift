import Cryptography
import Geography
import Telemetry
import Wire

@testable import Consensus
@testable import Replica

/// A committee's terms, its authority and the vehicles that it enrols, all from fixed seeds.
struct Town {
    /// 2025-11-24 16:00 UTC, a whole hour.
    static let start = Timestamp(milliseconds: 1_764_000_000_000)
    static let chain = Digest.sha256(Array("a town of tests".utf8))
    static let map = Digest.sha256(Array("the town's map".utf8))
    static let logSecret = [UInt8](repeating: 7, count: 32)
    static let terms = CommitteeTerms(
        chainID: chain, authorities: [key(200).publicKey], map: .init(digest: map, edgeCount: 100))

    static func key(_ seed: UInt8) -> SigningKey {
        guard let key = SigningKey(seed: [UInt8](repeating: seed, count: 32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return key
    }

    /// A committee of the town's chain, whose members' keys are those of the seeds from 1 on.
    static func committee(of count: Int) -> Committee {
        Committee(chainID: chain, epoch: 1, keys: (0..<count).map { key(1 + UInt8($0)).publicKey })
    }

    /// The revocation of a vehicle's certificate, as a gateway admits it.
    static func revocation(of vehicle: Vehicle, salt: UInt8 = 1) throws -> AdmittedRevocation {
        let revocation = Revocation(
            certificateDigest: vehicle.digest, time: start, salt: [UInt8](repeating: salt, count: 32),
            authorityKey: key(200).publicKey)
        let envelope = revocation.signed(by: key(200), chain: chain).envelope()
        return try Admission(terms: terms).admitRevocation(envelope: envelope).get()
    }

    /// A place in cells of its own for each number.
    static func place(_ number: Int) -> Coordinate {
        guard let place = Coordinate(latitudeE7: 601_700_000, longitudeE7: 249_400_000 + Int32(number) * 100_000) else {
            preconditionFailure("tests name real places")
        }
        return place
    }

    static func observation(
        at number: Int = 0, kind: HazardKind = .adhesion, edge: UInt32? = nil, time: Timestamp = start
    ) -> Observation {
        Observation(
            kind: kind, polarity: .seen, time: time, coordinate: place(number),
            place: edge.map { EdgePlace(edge: $0, direction: .forward, offsetCentimetres: 100) })
    }

    /// An enrolled vehicle.
    struct Vehicle {
        let key: SigningKey
        let certificate: Signed<EnrolmentCertificate>

        init(_ seed: UInt8, until end: Timestamp = start + 86_400_000) {
            key = Town.key(seed)
            certificate = EnrolmentCertificate(
                vehicleKey: key.publicKey, notBefore: start - 1000, notAfter: end,
                authorityKey: Town.key(200).publicKey
            ).signed(by: Town.key(200), chain: chain)
        }

        var digest: Digest { Digest.sha256(certificate.bytes) }

        /// A report as a gateway admits it.
        func report(
            _ sequence: UInt64, at time: Timestamp = start, map: Digest? = nil,
            _ observations: [Observation] = [observation()]
        ) throws -> AdmittedReport {
            let report = Report(
                certificateDigest: digest, sequence: sequence, time: time, salt: [UInt8](repeating: 3, count: 32),
                mapDigest: map, observations: observations)
            let envelope = report.signed(by: key, chain: chain).envelope(certificate: certificate)
            return try Admission(terms: terms).admitReport(envelope: envelope).get()
        }
    }
}

/// Finalized blocks in a row, each with one car of the given items.
struct Blocks {
    private let committee = Town.committee(of: 1)
    private var tip: ChainPoint
    private var lane = Tip.origin

    init() {
        tip = ChainPoint.genesis(of: committee, at: Town.start - 1)
    }

    mutating func next(
        _ reports: [AdmittedReport] = [], revoking revocations: [AdmittedRevocation] = [],
        at time: Timestamp = Town.start
    ) -> FinalizedBlock {
        let items =
            revocations.map { CarItem.revocation($0.signed) }
            + reports.flatMap { [CarItem.certificate($0.signedCertificate), .report($0.signed)] }
        return next(items: items.map { $0.encoded() }, at: time)
    }

    mutating func next(items: [[UInt8]], at time: Timestamp = Town.start) -> FinalizedBlock {
        let car = Car(epoch: 1, lane: 0, after: lane, items: items, sealedAt: time)
        lane = Tip(position: car.position, hash: car.hash)
        let block = Block(
            epoch: 1, view: tip.view + 1, after: tip, cut: [], timestamp: max(time, tip.timestamp + 1))
        tip = ChainPoint(
            epoch: 1, height: block.height, view: block.view, hash: block.hash, timestamp: block.timestamp, cut: tip.cut
        )
        return FinalizedBlock(
            block: block, cars: items.isEmpty ? [] : [SignedCar(car: car, signature: Town.key(1).sign([]))],
            voidCars: [], certificate: nil)
    }
}

/// A report that a block accepted.
struct AcceptedReport {
    let admitted: AdmittedReport
    let leaf: UInt64
}

extension ExecutedBlock {
    var reports: [AcceptedReport] {
        submissions.compactMap { accepted in
            guard case .report(let report) = accepted.submission else { return nil }
            return AcceptedReport(admitted: report, leaf: accepted.leaf)
        }
    }
}

extension AdmittedReport {
    var key: SubmissionKey { Submission.report(self).key }
}

extension Ledger {
    /// The town's ledger before its first block; `claimsNeeded` equal claims make a result.
    static func town(terms: CommitteeTerms = Town.terms, claimsNeeded: Int = 1) -> Ledger {
        Ledger(committee: Town.committee(of: 3 * claimsNeeded - 2), terms: terms, logSecret: Town.logSecret)
    }
}
