/// Appends MQTT's fields to a packet's body.
struct MQTTWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 32) {
        bytes.reserveCapacity(capacity)
    }

    mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    mutating func twoBytes(_ value: UInt16) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(value & 0xFF))
    }

    mutating func fourBytes(_ value: UInt32) {
        twoBytes(UInt16(value >> 16))
        twoBytes(UInt16(value & 0xFFFF))
    }

    mutating func variable(_ value: Int) {
        precondition(value >= 0 && value < 1 << 28, "a variable byte integer has 28 bits")
        var left = value
        while left > 0x7F {
            bytes.append(UInt8(left & 0x7F) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }

    mutating func binary(_ value: [UInt8]) {
        precondition(value.count <= 0xFFFF, "a field's length has 16 bits")
        twoBytes(UInt16(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func text(_ value: String) {
        let utf8 = value.utf8
        precondition(utf8.count <= 0xFFFF, "a field's length has 16 bits")
        twoBytes(UInt16(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    mutating func raw(_ value: [UInt8]) {
        bytes.append(contentsOf: value)
    }

    /// The whole packet whose body was written.
    consuming func packet(_ kind: MQTTPacketKind, flags: UInt8 = 0) -> [UInt8] {
        var packet = MQTTWriter(capacity: bytes.count + 5)
        packet.byte(kind.rawValue << 4 | flags)
        packet.variable(bytes.count)
        packet.raw(bytes)
        return packet.bytes
    }
}
