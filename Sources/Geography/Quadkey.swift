/// A cell's names: as text, and as a number.
extension Cell {
    /// The quadkey read as a number: two bits a digit, the first digit highest; below 4^level. The level is not in it.
    public var number: UInt64 {
        Cell.spread(x) | Cell.spread(y) << 1
    }

    /// The cell of a level whose quadkey is `number`, or nil where the level has none.
    public init?(number: UInt64, level: UInt8) {
        guard level <= Cell.maximumLevel, number >> UInt64(2 * level) == 0 else { return nil }
        self.init(level: level, x: Cell.gather(number), y: Cell.gather(number >> 1))
    }

    /// One digit of 0 to 3 a level, from the whole world inward; empty at level 0.
    public var quadkey: String {
        String(decoding: digits.map { UInt8(ascii: "0") + $0 }, as: UTF8.self)
    }

    /// The cell of a quadkey, or nil where a character is no digit of 0 to 3 or there are more than 24.
    public init?(quadkey: some StringProtocol) {
        let digits = quadkey.utf8
        guard digits.count <= Int(Cell.maximumLevel) else { return nil }
        var number: UInt64 = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "3") else { return nil }
            number = number << 2 | UInt64(digit - UInt8(ascii: "0"))
        }
        self.init(number: number, level: UInt8(digits.count))
    }

    /// The quadkey's digits, each 0 to 3, the first first.
    public var digits: [UInt8] {
        (0..<UInt64(level)).reversed().map { UInt8(number >> (2 * $0) & 3) }
    }

    /// Bit i of `bits` at bit 2i.
    private static func spread(_ bits: UInt32) -> UInt64 {
        var spread = UInt64(bits)
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        spread = (spread | spread << 4) & 0x0F0F_0F0F_0F0F_0F0F
        spread = (spread | spread << 2) & 0x3333_3333_3333_3333
        return (spread | spread << 1) & 0x5555_5555_5555_5555
    }

    /// Bit 2i of `bits` at bit i; odd bits are ignored.
    private static func gather(_ bits: UInt64) -> UInt32 {
        var gathered = bits & 0x5555_5555_5555_5555
        gathered = (gathered | gathered >> 1) & 0x3333_3333_3333_3333
        gathered = (gathered | gathered >> 2) & 0x0F0F_0F0F_0F0F_0F0F
        gathered = (gathered | gathered >> 4) & 0x00FF_00FF_00FF_00FF
        gathered = (gathered | gathered >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: gathered | gathered >> 16)
    }
}

extension Cell: CustomStringConvertible {
    /// The quadkey.
    public var description: String { quadkey }
}
