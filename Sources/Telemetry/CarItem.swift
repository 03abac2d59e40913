import Cryptography
import Wire

/// What a car carries, one item each: opaque to consensus.
///
/// Layout: `kind: UInt8 || count: UInt32 || bytes || signature: 64 bytes`. The bytes are those that were signed, so
/// that no envelope's encoding can make two items of one.
public enum CarItem: Hashable, Sendable {
    /// A certificate that later reports of the car were signed under.
    case certificate(Signed<EnrolmentCertificate>)
    /// A vehicle's report. Its certificate stands before it in the same car.
    case report(Signed<Report>)
    /// An authority's revocation.
    case revocation(Signed<Revocation>)

    private enum Kind: UInt8 {
        case certificate = 1
        case report = 2
        case revocation = 3
    }

    /// The item's bytes.
    public func encoded() -> [UInt8] {
        switch self {
        case .certificate(let signed): CarItem.encode(.certificate, signed.bytes, signed.signature)
        case .report(let signed): CarItem.encode(.report, signed.bytes, signed.signature)
        case .revocation(let signed): CarItem.encode(.revocation, signed.bytes, signed.signature)
        }
    }

    /// The item of these bytes, every field inside its bounds; signatures are not checked.
    public init(decoding item: [UInt8]) throws(Refusal) {
        guard item.count <= TelemetryLimits.carItemBytes else { throw .oversized }
        let (kind, bytes, signature) = try CarItem.split(item)
        switch kind {
        case .certificate: self = .certificate(try Signed(decoding: bytes, signature: signature))
        case .report: self = .report(try Signed(decoding: bytes, signature: signature))
        case .revocation: self = .revocation(try Signed(decoding: bytes, signature: signature))
        }
    }

    private static func encode(_ kind: Kind, _ bytes: [UInt8], _ signature: Signature) -> [UInt8] {
        var writer = Writer(capacity: 5 + bytes.count + 64)
        writer.write(kind.rawValue)
        writer.write(counted: bytes)
        writer.write(fixed: signature.bytes)
        return writer.bytes
    }

    private static func split(_ item: [UInt8]) throws(Refusal) -> (Kind, [UInt8], Signature) {
        var reader = Reader(item)
        do {
            let kind = Kind(rawValue: try reader.read(UInt8.self))
            let bytes = try reader.readCounted(atMost: TelemetryLimits.reportBytes)
            let signature = Signature(bytes: try reader.readFixed(64))
            try reader.finish()
            guard let kind, let signature else { throw Refusal.malformed }
            return (kind, bytes, signature)
        } catch {
            // A layout error has no field that a sender could correct: the item is not one.
            throw .malformed
        }
    }
}
