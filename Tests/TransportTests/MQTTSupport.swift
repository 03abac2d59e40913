import Testing
import Transport
import Wire

/// Numbers that a seed decides.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// `82 0a 'a/b'` as bytes: pairs of hexadecimal digits, and text between quotes.
func bytes(_ text: String) -> [UInt8] {
    text.split(separator: " ").flatMap { word -> [UInt8] in
        if word.hasPrefix("'") { return Array(word.dropFirst().dropLast().utf8) }
        return stride(from: 0, to: word.count, by: 2).compactMap { offset in
            UInt8(word.dropFirst(offset).prefix(2), radix: 16)
        }
    }
}

func at(_ milliseconds: UInt64) -> Instant { Instant(milliseconds: milliseconds) }

/// All packets in `bytes`, which a peer of that version sends; nil stands for a client that has yet to say CONNECT.
func parse(_ bytes: [UInt8], _ version: MQTTVersion?, limits: MQTTLimits = MQTTLimits()) throws -> [MQTTPacket] {
    var parser = version.map { MQTTParser(version: $0, limits: limits) } ?? MQTTParser(limits: limits)
    parser.append(bytes)
    var packets: [MQTTPacket] = []
    while let packet = try parser.next() { packets.append(packet) }
    return packets
}

/// A packet, its bytes and its version.
struct Golden: CustomTestStringConvertible {
    let version: MQTTVersion
    let packet: MQTTPacket
    let bytes: [UInt8]

    init(_ version: MQTTVersion, _ packet: MQTTPacket, _ text: String) {
        self.version = version
        self.packet = packet
        bytes = TransportTests.bytes(text)
    }

    var testDescription: String { "\(version) \(packet.kind)" }
}
