import Cryptography
import Wire

/// Decides whether bytes are valid: a pure function of the bytes and the committee's terms, signatures included.
///
/// A gateway runs it on the work pool for what vehicles send, before anything is acknowledged. Checks stand in the
/// order of their cost: size, shape, bounds, certificate, signature; a flood of nonsense never reaches a signature.
/// What needs a clock or memory is not decided here but at execution, in log order
/// (`AdmittedReport.refusal(atLogTime:terms:)` and the ledger); a gateway asks `refusal(atGatewayTime:terms:)`
/// beforehand, as a courtesy.
public struct Admission: Sendable {
    /// Certificates that a session has shown before, by digest.
    public typealias KnownEnrolments = (Digest) -> Enrolment?

    /// What it judges by.
    public let terms: CommitteeTerms

    /// Admission under these terms.
    public init(terms: CommitteeTerms) {
        self.terms = terms
    }

    /// The report in an encoded `SignedReport`. The certificate comes with it or is known already; a known one is not
    /// checked again.
    public func admitReport(
        envelope: [UInt8], known: KnownEnrolments = { _ in nil }
    ) -> Result<AdmittedReport, Refusal> {
        Result { () throws(Refusal) in
            let (report, certificate) = try Signed<Report>.claims(envelope: envelope)
            return AdmittedReport(report, enrolment: try signer(of: report, beside: certificate, known: known))
        }
    }

    /// The update in an encoded `SignedUpdate`.
    public func admitUpdate(
        envelope: [UInt8], known: KnownEnrolments = { _ in nil }
    ) -> Result<AdmittedUpdate, Refusal> {
        Result { () throws(Refusal) in
            let (update, certificate) = try Signed<Update>.claims(envelope: envelope)
            if let refusal = terms.refusal(ofPayloadIn: update.value) { throw refusal }
            return AdmittedUpdate(update, enrolment: try signer(of: update, beside: certificate, known: known))
        }
    }

    /// The sample in an encoded `SignedTelemetry`.
    public func admitTelemetry(
        envelope: [UInt8], known: KnownEnrolments = { _ in nil }
    ) -> Result<AdmittedTelemetry, Refusal> {
        Result { () throws(Refusal) in
            let (sample, certificate) = try Signed<TelemetrySample>.claims(envelope: envelope)
            return AdmittedTelemetry(
                signed: sample, enrolment: try signer(of: sample, beside: certificate, known: known))
        }
    }

    /// The revocation in an encoded `SignedRevocation`.
    public func admitRevocation(envelope: [UInt8]) -> Result<AdmittedRevocation, Refusal> {
        Result { () throws(Refusal) in try admit(Signed<Revocation>(envelope: envelope)) }
    }

    /// The enrolment that an encoded `SignedCertificate` claims.
    public func admitCertificate(envelope: [UInt8]) -> Result<Enrolment, Refusal> {
        Result { () throws(Refusal) in try enrol(Signed<EnrolmentCertificate>(envelope: envelope)) }
    }

    // MARK: Shared with the inspection of cars

    func enrol(_ certificate: Signed<EnrolmentCertificate>) throws(Refusal) -> Enrolment {
        guard terms.authorities.contains(certificate.value.authorityKey) else { throw .uncertified }
        try check(certificate, signedBy: certificate.value.authorityKey)
        return Enrolment(trusting: certificate)
    }

    func admit(_ revocation: Signed<Revocation>) throws(Refusal) -> AdmittedRevocation {
        guard terms.authorities.contains(revocation.value.authorityKey) else { throw .uncertified }
        try check(revocation, signedBy: revocation.value.authorityKey)
        return AdmittedRevocation(signed: revocation)
    }

    func check<Value: Signable>(_ signed: Signed<Value>, signedBy key: PublicKey) throws(Refusal) {
        guard signed.isSigned(by: key, chain: terms.chainID) else { throw .badSignature }
    }

    /// Who signed the message, its signature checked. The certificate is the known one, else the one that comes along.
    private func signer<Message: VehicleMessage>(
        of message: Signed<Message>, beside certificate: Signed<EnrolmentCertificate>?, known: KnownEnrolments
    ) throws(Refusal) -> Enrolment {
        let enrolment = try enrolment(message.value.certificateDigest, beside: certificate, known: known)
        try check(message, signedBy: enrolment.certificate.vehicleKey)
        return enrolment
    }

    /// The enrolment under `digest`: the known one, else the one that comes along.
    private func enrolment(
        _ digest: Digest, beside certificate: Signed<EnrolmentCertificate>?, known: KnownEnrolments
    ) throws(Refusal) -> Enrolment {
        if let enrolment = known(digest) { return enrolment }
        guard let certificate, Digest.sha256(certificate.bytes) == digest else { throw .uncertified }
        return try enrol(certificate)
    }
}

extension Result where Failure == Refusal {
    /// What `body` returns or refuses.
    fileprivate init(_ body: () throws(Refusal) -> Success) {
        do {
            self = .success(try body())
        } catch {
            self = .failure(error)
        }
    }
}
