import Cryptography
import Foundation
import Schema
import SwiftProtobuf

/// Envelopes: what goes over the wire around signed bytes. Nothing signs an envelope, so its own encoding carries no
/// meaning.
extension Signed where Value == EnrolmentCertificate {
    /// The claim in an encoded `SignedCertificate`.
    public init(envelope: [UInt8]) throws(Refusal) {
        let message = try Waymark_V1_SignedCertificate(
            bounded: envelope, atMost: TelemetryLimits.signedCertificateBytes)
        try self.init(decoding: Array(message.certificate), signature: Field.signature(message.signature))
    }

    /// An encoded `SignedCertificate`.
    public func envelope() -> [UInt8] {
        Waymark_V1_SignedCertificate.with {
            $0.certificate = Data(bytes)
            $0.signature = Data(signature.bytes)
        }.bytes()
    }
}

extension Signed where Value == Report {
    /// The claims in an encoded `SignedReport`: the report, and the certificate where one stands beside it.
    static func claims(
        envelope: [UInt8]
    ) throws(Refusal) -> (report: Signed<Report>, certificate: Signed<EnrolmentCertificate>?) {
        let message = try Waymark_V1_SignedReport(bounded: envelope, atMost: TelemetryLimits.reportEnvelopeBytes)
        let report = try Signed(decoding: Array(message.report), signature: Field.signature(message.signature))
        return (report, try certificate(beside: message.certificate))
    }

    /// An encoded `SignedReport`. The certificate may be left out once a session has sent it.
    public func envelope(certificate: Signed<EnrolmentCertificate>? = nil) -> [UInt8] {
        Waymark_V1_SignedReport.with {
            $0.report = Data(bytes)
            $0.signature = Data(signature.bytes)
            $0.certificate = Data(certificate?.envelope() ?? [])
        }.bytes()
    }
}

extension Signed where Value == Update {
    /// The claims in an encoded `SignedUpdate`: the update, and the certificate where one stands beside it.
    static func claims(
        envelope: [UInt8]
    ) throws(Refusal) -> (update: Signed<Update>, certificate: Signed<EnrolmentCertificate>?) {
        let message = try Waymark_V1_SignedUpdate(bounded: envelope, atMost: TelemetryLimits.updateEnvelopeBytes)
        let update = try Signed(decoding: Array(message.update), signature: Field.signature(message.signature))
        return (update, try certificate(beside: message.certificate))
    }

    /// An encoded `SignedUpdate`. The certificate may be left out once a session has sent it.
    public func envelope(certificate: Signed<EnrolmentCertificate>? = nil) -> [UInt8] {
        Waymark_V1_SignedUpdate.with {
            $0.update = Data(bytes)
            $0.signature = Data(signature.bytes)
            $0.certificate = Data(certificate?.envelope() ?? [])
        }.bytes()
    }
}

extension Signed where Value == TelemetrySample {
    /// The claims in an encoded `SignedTelemetry`: the sample, and the certificate where one stands beside it.
    static func claims(
        envelope: [UInt8]
    ) throws(Refusal) -> (sample: Signed<TelemetrySample>, certificate: Signed<EnrolmentCertificate>?) {
        let message = try Waymark_V1_SignedTelemetry(bounded: envelope, atMost: TelemetryLimits.telemetryEnvelopeBytes)
        let sample = try Signed(decoding: Array(message.telemetry), signature: Field.signature(message.signature))
        return (sample, try certificate(beside: message.certificate))
    }

    /// An encoded `SignedTelemetry`. The certificate may be left out once a session has sent it.
    public func envelope(certificate: Signed<EnrolmentCertificate>? = nil) -> [UInt8] {
        Waymark_V1_SignedTelemetry.with {
            $0.telemetry = Data(bytes)
            $0.signature = Data(signature.bytes)
            $0.certificate = Data(certificate?.envelope() ?? [])
        }.bytes()
    }
}

extension Signed where Value == Revocation {
    /// The claim in an encoded `SignedRevocation`.
    public init(envelope: [UInt8]) throws(Refusal) {
        let message = try Waymark_V1_SignedRevocation(
            bounded: envelope, atMost: TelemetryLimits.revocationEnvelopeBytes)
        try self.init(decoding: Array(message.revocation), signature: Field.signature(message.signature))
    }

    /// An encoded `SignedRevocation`.
    public func envelope() -> [UInt8] {
        Waymark_V1_SignedRevocation.with {
            $0.revocation = Data(bytes)
            $0.signature = Data(signature.bytes)
        }.bytes()
    }
}

extension Signed {
    fileprivate static func certificate(beside data: Data) throws(Refusal) -> Signed<EnrolmentCertificate>? {
        data.isEmpty ? nil : try Signed<EnrolmentCertificate>(envelope: Array(data))
    }
}
