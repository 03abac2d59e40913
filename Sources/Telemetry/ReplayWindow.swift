import Wire

/// The sequence numbers of one vehicle that have been seen: the highest, and which of the 1,024 up to it.
///
/// A number above the highest moves the window up; one inside it is told apart exactly; one below it is refused, since
/// a repeat would pass for new. Bit `sequence mod 1024` stands for a number of the window, and moving up clears the
/// bits that change their meaning, so equal sets have equal values and equal encodings.
public struct ReplayWindow: Sendable {
    /// How a sequence number stands to those seen.
    public enum Standing: Hashable, Sendable {
        /// Not seen.
        case fresh
        /// Seen before.
        case repeated
        /// Too far below the highest to tell.
        case belowWindow
    }

    private static let size = UInt64(TelemetryLimits.replayWindow)

    /// The highest number seen; 0 before the first.
    public private(set) var highest: UInt64 = 0
    private var bits = InlineArray<16, UInt64>(repeating: 0)

    /// A window that has seen nothing.
    public init() {}

    /// How `sequence` stands, without taking it. Numbers start at 1.
    public func standing(of sequence: UInt64) -> Standing {
        if sequence > highest { return .fresh }
        if highest - sequence >= Self.size { return .belowWindow }
        return contains(sequence) ? .repeated : .fresh
    }

    /// Takes `sequence` and says how it stood before. Numbers start at 1.
    public mutating func admit(_ sequence: UInt64) -> Standing {
        let standing = standing(of: sequence)
        guard standing == .fresh else { return standing }
        if sequence > highest { moveUp(to: sequence) }
        bits[word(sequence)] |= mask(sequence)
        return .fresh
    }

    private mutating func moveUp(to sequence: UInt64) {
        let steps = sequence - highest
        if steps >= Self.size {
            bits = InlineArray(repeating: 0)
        } else {
            // At most 1,023 numbers; in order, as vehicles send them, it is one.
            for skipped in (highest + 1)...sequence { bits[word(skipped)] &= ~mask(skipped) }
        }
        highest = sequence
    }

    private func contains(_ sequence: UInt64) -> Bool { bits[word(sequence)] & mask(sequence) != 0 }

    private func word(_ sequence: UInt64) -> Int { Int(sequence % Self.size / 64) }

    private func mask(_ sequence: UInt64) -> UInt64 { 1 << (sequence % 64) }
}

extension ReplayWindow {
    /// Bytes of an encoded window.
    public static let encodedCount = 8 + TelemetryLimits.replayWindow / 8

    /// `highest: UInt64 || 16 words of UInt64`, word i holding the numbers of 64·i to 64·i + 63 modulo 1,024, the
    /// lowest in the lowest bit.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: Self.encodedCount)
        writer.write(highest)
        for index in bits.indices { writer.write(bits[index]) }
        return writer.bytes
    }

    /// The window of these bytes.
    public init(from reader: inout Reader) throws(WireError) {
        highest = try reader.read(UInt64.self)
        for index in bits.indices { bits[index] = try reader.read(UInt64.self) }
        try checkBits()
    }

    /// The highest number has been seen, and none that is not above 0: a window holds no more than can have happened.
    private func checkBits() throws(WireError) {
        let isPossible: Bool
        if highest == 0 {
            isPossible = bits.indices.allSatisfy { bits[$0] == 0 }
        } else if highest < Self.size {
            let above = (highest + 1)..<Self.size
            isPossible = contains(highest) && !contains(0) && above.allSatisfy { !contains($0) }
        } else {
            isPossible = contains(highest)
        }
        guard isPossible else { throw .invalid(field: "replay window", value: highest) }
    }
}

extension ReplayWindow: Hashable {
    /// Whether both have seen the same.
    public static func == (left: ReplayWindow, right: ReplayWindow) -> Bool {
        left.highest == right.highest && left.bits.indices.allSatisfy { left.bits[$0] == right.bits[$0] }
    }

    /// Hashes what has been seen.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(highest)
        for index in bits.indices { hasher.combine(bits[index]) }
    }
}
