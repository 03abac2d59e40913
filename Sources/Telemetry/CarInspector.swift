import Cryptography
import Wire

/// What makes a car invalid: evidence against its owner, since it depends on nothing but the car and the committee's
/// terms.
public enum CarFault: Error, Hashable, Sendable {
    /// More items than a car may have.
    case tooManyItems(count: Int)
    /// The item at `index` may not stand in a car, or not there.
    case item(index: Int, Refusal)
}

/// Reads the items of a car. An owner puts each certificate before the first report that needs it, and only once; a
/// repeat is read once.
public struct CarInspector: Sendable {
    private let admission: Admission
    private let isEvidence: @Sendable ([UInt8]) -> Bool
    private let isDecided: @Sendable (SignedCommitteeChange) -> Bool

    /// An inspector under these terms. `isEvidence` says whether bytes convict a validator, and `isDecided` whether enough have signed a change of
    /// the committee; by itself telemetry knows neither.
    public init(
        terms: CommitteeTerms, isEvidence: @escaping @Sendable ([UInt8]) -> Bool = { _ in false },
        isDecided: @escaping @Sendable (SignedCommitteeChange) -> Bool = { _ in false }
    ) {
        admission = Admission(terms: terms)
        self.isEvidence = isEvidence
        self.isDecided = isDecided
    }

    /// Checks all that a validator vouches for when it acknowledges a car: shape, bounds, certificates, signatures, and
    /// that each report and update was signed within 30 s of `sealedAt`. No clock and no state, so that all validators agree.
    /// Costs a signature check an item: for the work pool.
    /// Certificates that are `known`, signature and all, are not checked again: with them a report costs one check and not two.
    public func inspect(
        items: [[UInt8]], sealedAt: Timestamp, known: [Digest: Enrolment] = [:]
    ) -> Result<[AdmittedItem], CarFault> {
        guard items.count <= TelemetryLimits.carItems else { return .failure(.tooManyItems(count: items.count)) }
        var reading = Reading()
        var admitted: [AdmittedItem] = []
        for (index, item) in items.enumerated() {
            do throws(Refusal) {
                if let item = try inspect(CarItem(decoding: item), sealedAt: sealedAt, known, &reading) {
                    admitted.append(item)
                }
            } catch {
                return .failure(.item(index: index, error))
            }
        }
        return .success(admitted)
    }

    /// The items of a car that has its proof of availability: one honest validator at least has inspected it, so
    /// signatures are not checked again and its content counts as valid. Total: an item that cannot be read is skipped,
    /// by every validator alike.
    public func decode(items: [[UInt8]]) -> [AdmittedItem] {
        var reading = Reading()
        var admitted: [AdmittedItem] = []
        for item in items.prefix(TelemetryLimits.carItems) {
            guard case .success(let item) = Result(catching: { () throws(Refusal) in try CarItem(decoding: item) })
            else { continue }
            if let item = reading.take(trusting: item) { admitted.append(item) }
        }
        return admitted
    }

    private func inspect(
        _ item: CarItem, sealedAt: Timestamp, _ known: [Digest: Enrolment], _ reading: inout Reading
    ) throws(Refusal) -> AdmittedItem? {
        switch item {
        case .certificate(let certificate):
            if reading.hasRead(certificate) { return nil }
            let enrolment = known[Digest.sha256(certificate.bytes)]
            if let enrolment, enrolment.signed == certificate {
                reading.remember(enrolment)
            } else {
                reading.remember(try admission.enrol(certificate))
            }
            return nil
        case .report(let report):
            return .report(AdmittedReport(report, enrolment: try signer(of: report, sealedAt, reading)))
        case .update(let update):
            if let refusal = admission.terms.refusal(ofPayloadIn: update.value) { throw refusal }
            return .update(AdmittedUpdate(update, enrolment: try signer(of: update, sealedAt, reading)))
        case .revocation(let revocation):
            return .revocation(try admission.admit(revocation))
        case .claim(let result):
            return .claim(result)
        case .evidence(let evidence):
            guard isEvidence(evidence) else { throw .malformed }
            return .evidence(evidence)
        case .committee(let signed):
            guard isDecided(signed) else { throw .badSignature }
            return .committee(signed)
        }
    }

    /// Who signed the message, whose certificate stands before it and whose time is near the car's.
    private func signer<Message: VehicleMessage>(
        of message: Signed<Message>, _ sealedAt: Timestamp, _ reading: Reading
    ) throws(Refusal) -> Enrolment {
        if let refusal = Timeliness.car.refusal(of: message.value.time, at: sealedAt) { throw refusal }
        let enrolment = try reading.enrolment(message.value.certificateDigest)
        try admission.check(message, signedBy: enrolment.certificate.vehicleKey)
        return enrolment
    }
}

/// The certificates that a car has shown so far.
private struct Reading {
    private var enrolments: [Digest: Enrolment] = [:]

    func hasRead(_ certificate: Signed<EnrolmentCertificate>) -> Bool {
        enrolments[Digest.sha256(certificate.bytes)]?.signed == certificate
    }

    mutating func remember(_ enrolment: Enrolment) {
        enrolments[enrolment.digest] = enrolment
    }

    func enrolment(_ digest: Digest) throws(Refusal) -> Enrolment {
        guard let enrolment = enrolments[digest] else { throw .uncertified }
        return enrolment
    }

    /// What the item is, if others have checked its signatures.
    mutating func take(trusting item: CarItem) -> AdmittedItem? {
        switch item {
        case .certificate(let certificate):
            remember(Enrolment(trusting: certificate))
            return nil
        case .report(let report):
            return enrolments[report.value.certificateDigest].map { .report(AdmittedReport(report, enrolment: $0)) }
        case .update(let update):
            return enrolments[update.value.certificateDigest].map { .update(AdmittedUpdate(update, enrolment: $0)) }
        case .revocation(let revocation):
            return .revocation(AdmittedRevocation(signed: revocation))
        case .claim(let result):
            return .claim(result)
        case .evidence(let evidence):
            return .evidence(evidence)
        case .committee(let signed):
            return .committee(signed)
        }
    }
}
