/// A map file in OpenStreetMap's PBF format: a row of blobs, the first a header, each at most 32 MiB unpacked.
///
///     UInt32 count (big-endian) | BlobHeader {type, datasize} | Blob {raw or zlib_data, raw_size} | next …
///
/// One blob is unpacked at a time. What the file says about sizes is bounded before anything is allocated for it.
struct OSMFile: Sendable {
    /// The file.
    let bytes: [UInt8]

    /// Bytes of a blob's header at most, as the format has it.
    static let headerLimit = 64 * 1024
    /// Bytes of a blob at most, packed and unpacked, as the format has it.
    static let blobLimit = 32 * 1024 * 1024
    /// The features that this reader knows.
    static let features: Set<String> = ["OsmSchema-V0.6", "DenseNodes"]

    /// Calls `body` with each block of elements, in the file's order.
    func forEachBlock(_ body: (OSMBlock) throws(MapError) -> Void) throws(MapError) {
        var offset = 0
        var isFirst = true
        while offset < bytes.count {
            let blob = try frame(at: offset)
            switch blob.type {
            case "OSMHeader": try check(features: blob)
            case _ where isFirst: throw .noHeader
            case "OSMData": try body(OSMBlock(decoding: try unpack(blob), offset: offset))
            // The format asks readers to pass over what they do not know.
            default: break
            }
            isFirst = false
            offset = blob.end
        }
        if isFirst { throw .noHeader }
    }

    /// A blob as it stands in the file.
    private struct Frame {
        var offset: Int
        var type: String
        var packed: Range<Int>
        var end: Int { packed.upperBound }
    }

    private func frame(at offset: Int) throws(MapError) -> Frame {
        guard offset + 4 <= bytes.count else { throw .truncated(offset: offset) }
        let count = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        guard count <= OSMFile.headerLimit else {
            throw .tooLong(offset: offset, count: count, limit: OSMFile.headerLimit)
        }
        let start = offset + 4 + count
        guard start <= bytes.count else { throw .truncated(offset: offset) }
        let header = try OSMBlobHeader(decoding: Array(bytes[offset + 4..<start]), offset: offset)
        guard header.count <= OSMFile.blobLimit else {
            throw .tooLong(offset: offset, count: header.count, limit: OSMFile.blobLimit)
        }
        guard start + header.count <= bytes.count else { throw .truncated(offset: offset) }
        return Frame(offset: offset, type: header.type, packed: start..<start + header.count)
    }

    private func unpack(_ frame: Frame) throws(MapError) -> [UInt8] {
        switch try OSMBlob(decoding: Array(bytes[frame.packed]), offset: frame.offset) {
        case .plain(let bytes): return bytes
        case .zlib(let packed, let count):
            guard count <= OSMFile.blobLimit else {
                throw .tooLong(offset: frame.offset, count: count, limit: OSMFile.blobLimit)
            }
            guard let bytes = Inflate.inflate(packed, count: count) else {
                throw .malformed(offset: frame.offset, reason: .compression)
            }
            return bytes
        }
    }

    private func check(features frame: Frame) throws(MapError) {
        let required = try OSMBlock.requiredFeatures(decoding: try unpack(frame), offset: frame.offset)
        for feature in required where !OSMFile.features.contains(feature) { throw .unsupportedFeature(feature) }
    }
}
