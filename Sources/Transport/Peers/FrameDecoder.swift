/// Cuts the bytes of a link into frames: a `UInt32` length, big-endian, and as many bytes, at least one.
struct FrameDecoder: Sendable {
    /// Why bytes are not frames.
    enum Fault: Error, Hashable, Sendable {
        case empty
        case tooLong(count: Int, limit: Int)
    }

    /// Most bytes of a frame, its length not counted.
    var limit: Int
    private var buffer: [UInt8] = []
    private var start = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes in what came next. At most a frame and what came with its last byte is kept, if frames are taken out as they get complete.
    mutating func append(_ bytes: [UInt8]) {
        if start == buffer.count {
            buffer = bytes
            start = 0
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    /// The next frame, once it is complete. The length is judged as soon as it is there.
    mutating func next() throws(Fault) -> [UInt8]? {
        guard buffer.count - start >= Self.headerBytes else { return nil }
        let count = buffer[start..<start + Self.headerBytes].reduce(0) { $0 << 8 | Int($1) }
        guard count > 0 else { throw .empty }
        guard count <= limit else { throw .tooLong(count: count, limit: limit) }
        let body = start + Self.headerBytes
        guard buffer.count - body >= count else {
            shrink()
            return nil
        }
        start = body + count
        return Array(buffer[body..<start])
    }

    /// The four bytes in front of a frame of `count` bytes.
    static func header(count: Int) -> [UInt8] {
        (0..<headerBytes).map { UInt8(truncatingIfNeeded: count >> (8 * (headerBytes - 1 - $0))) }
    }

    private static let headerBytes = 4

    // What has been taken out goes when it is the larger part: so each byte is moved at most once more on average.
    private mutating func shrink() {
        guard start > buffer.count / 2 else { return }
        buffer.removeFirst(start)
        start = 0
    }
}
