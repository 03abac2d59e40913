import Cryptography
import Geography
import Telemetry
import Wire

/// A hazard's name: 16 bytes, the same on every validator.
public struct HazardID: Hashable, Comparable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// The name whose 16 bytes are given, or nil where there are not 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The name whose 32 hexadecimal digits are given, or nil where they are not.
    public init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(String(hex)) else { return nil }
        self.init(bytes: bytes)
    }

    /// The first 16 bytes of SHA-256(subject || height: UInt64) for the hazard that began in the block of `height`. Two
    /// hazards about the same subject never begin in one block: what begins in a block neither ends nor is driven out
    /// in it.
    init(subject: HazardSubject, height: UInt64) {
        var writer = Writer(capacity: 64)
        subject.write(to: &writer)
        writer.write(height)
        let bytes = Digest.sha256(writer.bytes).bytes
        high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The 16 bytes.
    public var bytes: [UInt8] {
        var writer = Writer(capacity: 16)
        writer.write(high)
        writer.write(low)
        return writer.bytes
    }

    /// The first byte.
    var group: Int { Int(high >> 56) }

    /// In the order of the bytes.
    public static func < (left: HazardID, right: HazardID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension HazardID: CustomStringConvertible {
    /// Thirty-two hexadecimal digits.
    public var description: String { Hex.encode(bytes) }
}

/// What observations must share to be about the same hazard.
struct HazardSubject: Hashable, Sendable {
    var place: HazardPlace
    var kind: HazardKind
}
