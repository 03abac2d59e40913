import Cryptography
import Wire

/// What a car carries, one item each: opaque to consensus.
///
/// Layout of what vehicles and authorities signed: `kind: UInt8 || count: UInt32 || bytes || signature: 64 bytes`. The bytes are
/// those that were signed, so that no envelope's encoding can make two items of one. What the car's owner says for itself has no
/// signature of its own, the car has one: `kind || result` or `kind || evidence`. A change of
/// the committee has its signatures inside: `kind || signed change`.
public enum CarItem: Hashable, Sendable {
    /// A certificate that later reports and updates of the car were signed under.
    case certificate(Signed<EnrolmentCertificate>)
    /// A vehicle's report. Its certificate stands before it in the same car.
    case report(Signed<Report>)
    /// An authority's revocation.
    case revocation(Signed<Revocation>)
    /// What a vehicle learnt. Its certificate stands before it in the same car.
    case update(Signed<Update>)
    /// What the car's owner computed from a round's updates.
    case claim(RoundResult)
    /// What convicts a validator, found by the car's owner: consensus knows what it says.
    case evidence([UInt8])
    /// Who the validators of the next epoch are, signed by those of the present one: the owner was given it.
    case committee(SignedCommitteeChange)

    private enum Kind: UInt8 {
        case certificate = 1
        case report = 2
        case revocation = 3
        case update = 4
        case claim = 5
        case evidence = 6
        case committee = 7
    }

    /// The item's bytes.
    public func encoded() -> [UInt8] {
        switch self {
        case .certificate(let signed): CarItem.encode(.certificate, signed.bytes, signed.signature)
        case .report(let signed): CarItem.encode(.report, signed.bytes, signed.signature)
        case .revocation(let signed): CarItem.encode(.revocation, signed.bytes, signed.signature)
        case .update(let signed): CarItem.encode(.update, signed.bytes, signed.signature)
        case .claim(let result): [Kind.claim.rawValue] + result.encoded()
        case .evidence(let evidence): [Kind.evidence.rawValue] + evidence
        case .committee(let signed): [Kind.committee.rawValue] + signed.encoded()
        }
    }

    /// The item of these bytes, every field inside its bounds; signatures are not checked.
    public init(decoding item: [UInt8]) throws(Refusal) {
        guard item.count <= TelemetryLimits.carItemBytes else { throw .oversized }
        guard let kind = item.first.flatMap(Kind.init) else { throw .malformed }
        let rest = Array(item.dropFirst())
        switch kind {
        case .certificate: self = .certificate(try CarItem.signed(rest))
        case .report: self = .report(try CarItem.signed(rest))
        case .revocation: self = .revocation(try CarItem.signed(rest))
        case .update: self = .update(try CarItem.signed(rest))
        case .claim: self = .claim(try RoundResult(decoding: rest))
        case .evidence: self = .evidence(rest)
        case .committee: self = .committee(try CarItem.change(rest))
        }
    }

    /// What convicts a validator, where `item` carries that.
    public static func evidence(in item: [UInt8]) -> [UInt8]? {
        item.first == Kind.evidence.rawValue ? Array(item.dropFirst()) : nil
    }

    /// The decision on the next committee, where `item` carries one.
    public static func decision(in item: [UInt8]) -> SignedCommitteeChange? {
        guard item.first == Kind.committee.rawValue else { return nil }
        return try? change(Array(item.dropFirst()))
    }

    private static func change(_ item: [UInt8]) throws(Refusal) -> SignedCommitteeChange {
        guard item.count <= TelemetryLimits.committeeChangeBytes else { throw .oversized }
        do { return try SignedCommitteeChange(decoding: item) } catch { throw .malformed }
    }

    private static func encode(_ kind: Kind, _ bytes: [UInt8], _ signature: Signature) -> [UInt8] {
        var writer = Writer(capacity: 5 + bytes.count + 64)
        writer.write(kind.rawValue)
        writer.write(counted: bytes)
        writer.write(fixed: signature.bytes)
        return writer.bytes
    }

    private static func signed<Value: Signable>(_ item: [UInt8]) throws(Refusal) -> Signed<Value> {
        var reader = Reader(item)
        let parts: (bytes: [UInt8], signature: Signature?)
        do {
            parts.bytes = try reader.readCounted(atMost: TelemetryLimits.updateBytes)
            parts.signature = Signature(bytes: try reader.readFixed(64))
            try reader.finish()
        } catch {
            // A layout error has no field that a sender could correct: the item is not one.
            throw .malformed
        }
        guard let signature = parts.signature else { throw .malformed }
        return try Signed(decoding: parts.bytes, signature: signature)
    }
}
