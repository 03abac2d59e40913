/// Cuts a stream of bytes into packets.
///
/// The length of a packet stands in its first five bytes, and is held against the limit before anything behind it is
/// kept: a parser never holds more than one packet and what was last appended. After an error it gives nothing more.
public struct MQTTParser: Sendable {
    private let limits: MQTTLimits
    private var version: MQTTVersion?
    private var buffer: [UInt8] = []
    private var position = 0
    private var failure: MQTTError?

    /// A parser of a client's bytes, which begin with CONNECT.
    public init(limits: MQTTLimits = MQTTLimits()) {
        self.limits = limits
    }

    /// A parser of a server's bytes, to a client that speaks `version`.
    public init(version: MQTTVersion, limits: MQTTLimits = MQTTLimits()) {
        self.limits = limits
        self.version = version
    }

    /// How many bytes wait to be cut.
    public var bufferedBytes: Int { buffer.count - position }

    /// Takes what was read. Ask `next` until it says nil before appending more.
    public mutating func append(_ bytes: [UInt8]) {
        guard failure == nil else { return }
        if position == buffer.count {
            buffer = bytes
        } else {
            buffer.removeSubrange(..<position)
            buffer.append(contentsOf: bytes)
        }
        position = 0
    }

    /// The next packet; nil where more bytes are needed.
    public mutating func next() throws(MQTTError) -> MQTTPacket? {
        if let failure { throw failure }
        do {
            return try cut()
        } catch {
            failure = error
            buffer = []
            position = 0
            throw error
        }
    }

    private mutating func cut() throws(MQTTError) -> MQTTPacket? {
        guard let size = try packetBytes() else { return nil }
        let limit = version == nil ? min(limits.connectPacketBytes, limits.packetBytes) : limits.packetBytes
        guard size.header + size.body <= limit else { throw .tooLarge(bytes: size.header + size.body, limit: limit) }
        guard bufferedBytes >= size.header + size.body else { return nil }
        let start = position + size.header
        var body = MQTTReader(buffer, from: start, to: start + size.body)
        let packet = try MQTTPacket(first: buffer[position], body: &body, version: version, limits: limits)
        position = start + size.body
        if case .connect(let connect) = packet { version = connect.version }
        return packet
    }

    /// The bytes of the next packet's header and body, as soon as its header is there.
    private func packetBytes() throws(MQTTError) -> (header: Int, body: Int)? {
        var body = 0
        for index in 0..<4 {
            let place = position + 1 + index
            guard place < buffer.count else { return nil }
            body |= Int(buffer[place] & 0x7F) << (7 * index)
            guard buffer[place] & 0x80 == 0 else { continue }
            guard index == 0 || buffer[place] != 0 else { break }
            return (header: index + 2, body: body)
        }
        throw .malformed(field: "remaining length")
    }
}
