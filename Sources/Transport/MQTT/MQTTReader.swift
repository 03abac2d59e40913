/// Reads MQTT's fields from one packet's bytes in place, and never past that packet's end.
struct MQTTReader {
    private let bytes: [UInt8]
    private(set) var position: Int
    private let end: Int

    /// A reader of `bytes[start..<end]`.
    init(_ bytes: [UInt8], from start: Int = 0, to end: Int? = nil) {
        self.bytes = bytes
        position = start
        self.end = end ?? bytes.count
    }

    /// How many bytes have not been read.
    var left: Int { end - position }

    mutating func byte(_ field: String) throws(MQTTError) -> UInt8 {
        try need(1, field)
        defer { position += 1 }
        return bytes[position]
    }

    /// A byte that must be 0 or 1.
    mutating func flag(_ field: String) throws(MQTTError) -> UInt8 {
        let value = try byte(field)
        guard value <= 1 else { throw .malformed(field: field) }
        return value
    }

    mutating func twoBytes(_ field: String) throws(MQTTError) -> UInt16 {
        try need(2, field)
        defer { position += 2 }
        return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
    }

    mutating func fourBytes(_ field: String) throws(MQTTError) -> UInt32 {
        UInt32(try twoBytes(field)) << 16 | UInt32(try twoBytes(field))
    }

    /// A packet identifier: never 0.
    mutating func packetID() throws(MQTTError) -> UInt16 {
        let number = try twoBytes("packet identifier")
        guard number != 0 else { throw .malformed(field: "packet identifier") }
        return number
    }

    /// A variable byte integer: one to four bytes, in as few as it needs.
    mutating func variable(_ field: String) throws(MQTTError) -> Int {
        var value = 0
        for shift in stride(from: 0, to: 28, by: 7) {
            let byte = try byte(field)
            value |= Int(byte & 0x7F) << shift
            guard byte & 0x80 == 0 else { continue }
            guard shift == 0 || byte != 0 else { break }
            return value
        }
        throw .malformed(field: field)
    }

    /// Two bytes of length and as many bytes.
    mutating func binary(_ field: String) throws(MQTTError) -> [UInt8] {
        let count = Int(try twoBytes(field))
        try need(count, field)
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Two bytes of length and as many bytes of well-formed UTF-8 without U+0000.
    mutating func text(_ field: String) throws(MQTTError) -> String {
        let count = Int(try twoBytes(field))
        try need(count, field)
        let slice = bytes[position..<position + count]
        position += count
        guard !slice.contains(0), let text = String(validating: slice, as: UTF8.self) else {
            throw .malformed(field: field)
        }
        return text
    }

    /// Everything that is left.
    mutating func rest() -> [UInt8] {
        defer { position = end }
        return Array(bytes[position..<end])
    }

    /// A reader of the next `count` bytes, which this one skips.
    mutating func part(_ count: Int, _ field: String) throws(MQTTError) -> MQTTReader {
        try need(count, field)
        defer { position += count }
        return MQTTReader(bytes, from: position, to: position + count)
    }

    /// Throws unless every byte has been read.
    func finish() throws(MQTTError) {
        guard left == 0 else { throw .malformed(field: "remaining length") }
    }

    private func need(_ count: Int, _ field: String) throws(MQTTError) {
        guard count <= left else { throw .malformed(field: field) }
    }
}
