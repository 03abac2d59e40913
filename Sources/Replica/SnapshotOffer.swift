import Consensus
import Cryptography
import Wire

/// A snapshot that a validator keeps, named by its content: who holds an equal one gives an equal offer.
public struct SnapshotOffer: Hashable, Sendable {
    /// The block that it was taken after.
    public let height: UInt64
    /// Bytes of the image.
    public let byteCount: UInt64
    /// SHA-256 of each piece of it, `ReplicaLimits.pieceBytes` long but for the last.
    public let pieces: [Digest]

    /// The offer of an image; nil where it is empty, or too large to be offered.
    public init?(height: UInt64, image: [UInt8]) {
        guard !image.isEmpty, image.count <= ReplicaLimits.pieceBytes * ReplicaLimits.piecesPerOffer else { return nil }
        self.height = height
        byteCount = UInt64(image.count)
        pieces = stride(from: 0, to: image.count, by: ReplicaLimits.pieceBytes).map { start in
            Digest.sha256(Array(image[start..<min(start + ReplicaLimits.pieceBytes, image.count)]))
        }
    }

    /// Where a piece stands in the image; nil where it is none of them.
    public func range(of piece: Digest) -> Range<Int>? {
        guard let index = pieces.firstIndex(of: piece) else { return nil }
        let start = index * ReplicaLimits.pieceBytes
        return start..<min(start + ReplicaLimits.pieceBytes, Int(byteCount))
    }
}

extension SnapshotOffer: Layout {
    /// Reads height, bytes and pieces.
    public init(reading reader: inout Reader) throws(WireError) {
        height = try reader.read(UInt64.self)
        byteCount = try reader.read(UInt64.self)
        pieces = try reader.readEach(atMost: ReplicaLimits.piecesPerOffer) { (reader) throws(WireError) in
            try reader.readDigest()
        }
        let size = UInt64(ReplicaLimits.pieceBytes)
        guard !pieces.isEmpty, byteCount <= size * UInt64(pieces.count), byteCount > size * UInt64(pieces.count - 1)
        else { throw .invalid(field: "bytes", value: byteCount) }
    }

    /// Writes height, bytes and pieces.
    public func write(into writer: inout Writer) {
        writer.write(height)
        writer.write(byteCount)
        writer.write(each: pieces) { $0.write(fixed: $1.bytes) }
    }
}
