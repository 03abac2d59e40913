import Cryptography
import Telemetry
import Wire

/// What a vehicle wants to stand in the log. It keeps its content until it does; only the time in the signed message
/// changes.
protocol Draft: Sendable {
    /// What is signed.
    associatedtype Message: VehicleMessage

    /// Where it is published.
    static var topic: String { get }

    /// The message to be signed at `time`: the `sequence`th of its outbox.
    func message(certificate: Digest, sequence: UInt64, time: Timestamp, salt: [UInt8]) -> Message

    /// What is published of it.
    static func envelope(_ signed: Signed<Message>, certificate: Signed<EnrolmentCertificate>?) -> [UInt8]
}
