import Cryptography
import Telemetry
import Wire

/// Why a version did not come from a gateway that announced it: the gateway's fault, since what it announced is proven.
enum VersionFault: Error, Hashable, Sendable {
    /// The announcement does not say how large the file is.
    case noSize
    /// The file has no chunk of that number.
    case noSuchChunk(number: Int, chunks: Int)
    /// A chunk has other bytes than its place in the file leaves.
    case chunkSize(number: Int, bytes: Int, expected: Int)
    /// The bytes are another file's.
    case otherDigest
}

extension VersionFault: CustomStringConvertible {
    var description: String {
        switch self {
        case .noSize: "a version without a size"
        case .noSuchChunk(let number, let chunks): "chunk \(number) of a version of \(chunks)"
        case .chunkSize(let number, let bytes, let expected): "chunk \(number) has \(bytes) bytes, not \(expected)"
        case .otherDigest: "a version's chunks do not have its digest"
        }
    }
}

/// The file of a version on its way from one gateway: chunks in any order, each once.
struct VersionDownload: Sendable {
    let digest: Digest
    /// Whether the version was made of the one that runs.
    let isMadeOfRunning: Bool
    private let bytes: Int
    private var chunks: [[UInt8]?]
    private var missing: Int
    /// When the last chunk came.
    private(set) var progressed: Instant

    /// The download of a file of `bytes`, at least one and at most `AnnouncementLimits.blobBytes`.
    init(_ digest: Digest, bytes: UInt64, isMadeOfRunning: Bool, now: Instant) throws(VersionFault) {
        guard bytes > 0 else { throw .noSize }
        precondition(bytes <= AnnouncementLimits.blobBytes, "an announcement is decoded within its bounds")
        self.digest = digest
        self.isMadeOfRunning = isMadeOfRunning
        self.bytes = Int(bytes)
        missing = (Int(bytes) + AnnouncementLimits.chunkBytes - 1) / AnnouncementLimits.chunkBytes
        chunks = Array(repeating: nil, count: missing)
        progressed = now
    }

    /// Takes a chunk; the version once all are there. A chunk that came before is left as it was.
    mutating func take(_ chunk: [UInt8], number: Int, now: Instant) throws(VersionFault) -> ModelShelf.Version? {
        guard number < chunks.count else { throw .noSuchChunk(number: number, chunks: chunks.count) }
        let expected = min(AnnouncementLimits.chunkBytes, bytes - number * AnnouncementLimits.chunkBytes)
        guard chunk.count == expected else {
            throw .chunkSize(number: number, bytes: chunk.count, expected: expected)
        }
        guard chunks[number] == nil else { return nil }
        chunks[number] = chunk
        missing -= 1
        progressed = now
        guard missing == 0 else { return nil }
        let version = ModelShelf.Version(file: chunks.flatMap { $0 ?? [] })
        guard version.digest == digest else { throw .otherDigest }
        return version
    }
}
