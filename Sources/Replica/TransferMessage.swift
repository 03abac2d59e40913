import Consensus
import Cryptography
import Wire

/// How a validator that is further behind than the others' journals reach gets their state.
public enum TransferMessage: Hashable, Sendable {
    /// The answer to a request for history or cars that are kept no more: what there is instead.
    case offers([SnapshotOffer])
    /// Asks for a piece by its hash.
    case pieceRequest(Digest)
    /// The answer.
    case piece([UInt8])
    /// Asks for entries of the log.
    case pageRequest(PageRequest)
    /// The answer.
    case page(LogPage)
    /// Asks for a part of a model version's file.
    case fileRequest(FileRequest)
    /// The answer.
    case filePart(FilePart)
}

/// Asks for the bytes of a model version's file from `offset` on.
public struct FileRequest: Hashable, Sendable {
    /// SHA-256 of the whole file: its name.
    public let digest: Digest
    /// The first byte that is wanted.
    public let offset: UInt64

    /// Asks for a part.
    public init(digest: Digest, offset: UInt64) {
        self.digest = digest
        self.offset = offset
    }
}

/// A part of a file, `ReplicaLimits.pieceBytes` long; a shorter one is the last. Only the whole file can be checked.
public struct FilePart: Hashable, Sendable {
    /// What was asked.
    public let request: FileRequest
    /// The bytes.
    public let bytes: [UInt8]

    /// A part.
    public init(request: FileRequest, bytes: [UInt8]) {
        self.request = request
        self.bytes = bytes
    }
}

/// Asks for the log's entries from `first` on, of those that there are at `size`.
public struct PageRequest: Hashable, Sendable {
    /// Index of the first entry that is wanted.
    public let first: UInt64
    /// How many entries the asker will have in the end.
    public let size: UInt64

    /// Asks for entries.
    public init(first: UInt64, size: UInt64) {
        self.first = first
        self.size = size
    }
}

/// A run of the log's entries, and how the log goes on from its end to the size that was asked for.
public struct LogPage: Hashable, Sendable {
    /// What was asked.
    public let request: PageRequest
    /// The entries' bytes.
    public let entries: [[UInt8]]
    /// The consistency proof (RFC 6962) from the end of these to `request.size`.
    public let proof: [Digest]

    /// Index of the entry after these.
    public var end: UInt64 { request.first + UInt64(entries.count) }

    /// Entries and what proves them.
    public init(request: PageRequest, entries: [[UInt8]], proof: [Digest]) {
        self.request = request
        self.entries = entries
        self.proof = proof
    }
}

extension PageRequest: Layout {
    /// Reads first and size.
    public init(reading reader: inout Reader) throws(WireError) {
        first = try reader.read(UInt64.self)
        size = try reader.read(UInt64.self)
        guard first < size else { throw .invalid(field: "first entry", value: first) }
    }

    /// Writes first and size.
    public func write(into writer: inout Writer) {
        writer.write(first)
        writer.write(size)
    }
}

extension FileRequest: Layout {
    /// Reads digest and offset.
    public init(reading reader: inout Reader) throws(WireError) {
        digest = try reader.readDigest()
        offset = try reader.read(UInt64.self)
    }

    /// Writes digest and offset.
    public func write(into writer: inout Writer) {
        writer.write(fixed: digest.bytes)
        writer.write(offset)
    }
}

extension FilePart: Layout {
    /// Reads the request and the bytes.
    public init(reading reader: inout Reader) throws(WireError) {
        request = try FileRequest(reading: &reader)
        bytes = try reader.readCounted(atMost: ReplicaLimits.pieceBytes)
    }

    /// Writes the request and the bytes.
    public func write(into writer: inout Writer) {
        request.write(into: &writer)
        writer.write(counted: bytes)
    }
}

extension LogPage: Layout {
    /// Reads the request, the entries and the proof.
    public init(reading reader: inout Reader) throws(WireError) {
        request = try PageRequest(reading: &reader)
        entries = try reader.readEach(atMost: ReplicaLimits.entriesPerPage) { (reader) throws(WireError) in
            try reader.readCounted(atMost: ReplicaLimits.pageBytes)
        }
        proof = try reader.readEach(atMost: 64) { (reader) throws(WireError) in try reader.readDigest() }
        guard !entries.isEmpty, UInt64(entries.count) <= request.size - request.first else {
            throw .invalid(field: "entries", value: UInt64(entries.count))
        }
    }

    /// Writes the request, the entries and the proof.
    public func write(into writer: inout Writer) {
        request.write(into: &writer)
        writer.write(each: entries) { $0.write(counted: $1) }
        writer.write(each: proof) { $0.write(fixed: $1.bytes) }
    }
}

extension TransferMessage: Layout {
    /// Reads the kind and the message.
    public init(reading reader: inout Reader) throws(WireError) {
        switch try reader.read(UInt8.self) {
        case 1:
            self = .offers(
                try reader.readEach(atMost: ReplicaLimits.snapshotsOffered) { (reader) throws(WireError) in
                    try SnapshotOffer(reading: &reader)
                })
        case 2: self = .pieceRequest(try reader.readDigest())
        case 3: self = .piece(try reader.readCounted(atMost: ReplicaLimits.pieceBytes))
        case 4: self = .pageRequest(try PageRequest(reading: &reader))
        case 5: self = .page(try LogPage(reading: &reader))
        case 6: self = .fileRequest(try FileRequest(reading: &reader))
        case 7: self = .filePart(try FilePart(reading: &reader))
        case let other: throw .invalid(field: "transfer kind", value: UInt64(other))
        }
    }

    /// Writes the kind and the message.
    public func write(into writer: inout Writer) {
        switch self {
        case .offers(let offers):
            writer.write(UInt8(1))
            writer.write(each: offers) { $1.write(into: &$0) }
        case .pieceRequest(let digest):
            writer.write(UInt8(2))
            writer.write(fixed: digest.bytes)
        case .piece(let bytes):
            writer.write(UInt8(3))
            writer.write(counted: bytes)
        case .pageRequest(let request):
            writer.write(UInt8(4))
            request.write(into: &writer)
        case .page(let page):
            writer.write(UInt8(5))
            page.write(into: &writer)
        case .fileRequest(let request):
            writer.write(UInt8(6))
            request.write(into: &writer)
        case .filePart(let part):
            writer.write(UInt8(7))
            part.write(into: &writer)
        }
    }
}
