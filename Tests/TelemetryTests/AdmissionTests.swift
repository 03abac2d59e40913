import Cryptography
import Telemetry
import Testing
import Wire

private func refusal<Value>(_ result: Result<Value, Refusal>) -> Refusal? {
    switch result {
    case .success: nil
    case .failure(let refusal): refusal
    }
}

@Test func aReportWithItsCertificateIsAdmittedAsItWasSent() throws {
    let fleet = try Fleet()
    let signed = fleet.signed(fleet.report())
    let envelope = signed.envelope(certificate: fleet.certificate)
    let admitted = try Admission(terms: fleet.terms).admitReport(envelope: envelope).get()
    #expect(admitted.signed == signed)
    #expect(admitted.certificate.vehicleKey == fleet.vehicle.publicKey)
    #expect(admitted.digest == Digest.sha256(signed.bytes))
}

@Test func aCertificateThatTheSessionHasShownMayBeLeftOut() throws {
    let fleet = try Fleet()
    let admission = Admission(terms: fleet.terms)
    let enrolment = try admission.admitCertificate(envelope: fleet.certificate.envelope()).get()
    let envelope = fleet.signed(fleet.report()).envelope()
    #expect(refusal(admission.admitReport(envelope: envelope)) == .uncertified)
    let known: Admission.KnownEnrolments = { $0 == enrolment.digest ? enrolment : nil }
    #expect(refusal(admission.admitReport(envelope: envelope, known: known)) == nil)
    let sample = fleet.sample().signed(by: fleet.vehicle, chain: Fleet.chain)
    #expect(refusal(admission.admitTelemetry(envelope: sample.envelope(), known: known)) == nil)
}

@Test func everyBitOfAReportIsCovered() throws {
    let fleet = try Fleet()
    let signed = fleet.signed(fleet.report())
    let admission = Admission(terms: fleet.terms)
    for bit in 0..<signed.bytes.count * 8 {
        var bytes = signed.bytes
        bytes[bit / 8] ^= 1 << (bit % 8)
        let envelope =
            Protobuf.field(1, bytes) + Protobuf.field(2, signed.signature.bytes)
            + Protobuf.field(3, fleet.certificate.envelope())
        #expect(refusal(admission.admitReport(envelope: envelope)) != nil, "bit \(bit)")
    }
}

@Test func anotherKeysSignatureIsBad() throws {
    let fleet = try Fleet()
    let forged = fleet.report().signed(by: fleet.stranger, chain: Fleet.chain)
    let envelope = forged.envelope(certificate: fleet.certificate)
    #expect(refusal(Admission(terms: fleet.terms).admitReport(envelope: envelope)) == .badSignature)
}

@Test func aSignatureForAnotherCommitteeIsBad() throws {
    let fleet = try Fleet()
    let elsewhere = fleet.report().signed(by: fleet.vehicle, chain: Digest.sha256([1]))
    let envelope = elsewhere.envelope(certificate: fleet.certificate)
    #expect(refusal(Admission(terms: fleet.terms).admitReport(envelope: envelope)) == .badSignature)
}

@Test func aSignatureForAnotherPurposeIsBad() throws {
    let fleet = try Fleet()
    let bytes = fleet.report().encoded()
    let signature = fleet.vehicle.sign(Domain.telemetry.message(chain: Fleet.chain, bytes))
    let envelope = try Signed<Report>(decoding: bytes, signature: signature).envelope(certificate: fleet.certificate)
    #expect(refusal(Admission(terms: fleet.terms).admitReport(envelope: envelope)) == .badSignature)
}

@Test func aCertificateOfAStrangeAuthorityCertifiesNobody() throws {
    let fleet = try Fleet()
    let certificate = fleet.certificate(for: fleet.vehicle, by: fleet.stranger)
    var report = fleet.report()
    report.certificateDigest = Digest.sha256(certificate.bytes)
    let envelope = fleet.signed(report).envelope(certificate: certificate)
    #expect(refusal(Admission(terms: fleet.terms).admitReport(envelope: envelope)) == .uncertified)
}

@Test func aCertificateThatItsAuthorityDidNotSignIsBad() throws {
    let fleet = try Fleet()
    let honest = fleet.certificate
    let forged = Signed(honest.value, bytes: honest.bytes, signature: fleet.stranger.sign(honest.bytes))
    let envelope = fleet.signed(fleet.report()).envelope(certificate: forged)
    #expect(refusal(Admission(terms: fleet.terms).admitReport(envelope: envelope)) == .badSignature)
}

@Test func anotherVehiclesCertificateDoesNotHelp() throws {
    let fleet = try Fleet()
    let other = fleet.certificate(for: fleet.stranger)
    let envelope = fleet.signed(fleet.report()).envelope(certificate: other)
    #expect(refusal(Admission(terms: fleet.terms).admitReport(envelope: envelope)) == .uncertified)
}

@Test func onlyAnAuthorityRevokes() throws {
    let fleet = try Fleet()
    let admission = Admission(terms: fleet.terms)
    let good = fleet.revocation(by: fleet.authority)
    #expect(try admission.admitRevocation(envelope: good.envelope()).get().signed == good)
    let strange = fleet.revocation(by: fleet.stranger)
    #expect(refusal(admission.admitRevocation(envelope: strange.envelope())) == .uncertified)
    let forged = good.value.signed(by: fleet.stranger, chain: Fleet.chain)
    #expect(refusal(admission.admitRevocation(envelope: forged.envelope())) == .badSignature)
}

@Test func anEnvelopeIsRefusedBeforeItsContentIsRead() throws {
    let fleet = try Fleet()
    let admission = Admission(terms: fleet.terms)
    let huge = [UInt8](repeating: 0, count: TelemetryLimits.reportEnvelopeBytes + 1)
    #expect(refusal(admission.admitReport(envelope: huge)) == .oversized)
    #expect(refusal(admission.admitTelemetry(envelope: huge)) == .oversized)
    #expect(refusal(admission.admitReport(envelope: [0xFF, 0xFF])) == .malformed)
    #expect(refusal(admission.admitReport(envelope: [])) == .outOfBounds(field: "signature"))
    let short = Protobuf.field(1, fleet.report().encoded()) + Protobuf.field(2, [1, 2, 3])
    #expect(refusal(admission.admitReport(envelope: short)) == .outOfBounds(field: "signature"))
}

@Test func theLargestReportFitsItsEnvelope() throws {
    let fleet = try Fleet()
    let place = EdgePlace(edge: 99, direction: .backward, offsetCentimetres: 10_000_000)
    let report = fleet.report(sequence: .max, map: Fleet.map, places: Array(repeating: place, count: 64))
    let envelope = fleet.signed(report).envelope(certificate: fleet.certificate)
    #expect(report.encoded().count <= TelemetryLimits.reportBytes)
    #expect(envelope.count <= TelemetryLimits.reportEnvelopeBytes)
    #expect(refusal(Admission(terms: fleet.terms).admitReport(envelope: envelope)) == nil)
}

@Test func randomBytesAreRefusedAndNeverTrap() throws {
    let admission = Admission(terms: try Fleet().terms)
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let template = try Fleet().signed(Fleet().report()).envelope(certificate: Fleet().certificate)
    for _ in 0..<2000 {
        var bytes = template
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator)) }
        guard bytes != template else { continue }
        // Bytes between the messages may change without harm; what is admitted is always what was signed.
        if case .success(let admitted) = admission.admitReport(envelope: bytes) {
            #expect(admitted.report == (try Fleet().report()), "seed \(seed)")
        }
    }
}
