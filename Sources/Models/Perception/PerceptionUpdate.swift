import Wire

/// What a vehicle sends of a round: how it would change the 1,413 parameters, as integers.
///
/// The vehicle clips its change to the round's bound, so that nobody has more to say than another, and rounds it to quanta. What it
/// signs is the integer vector: validators check the norm of just these integers.
///
///     values: 1,413 × Int16, in quanta of 2^-scaleBits
public struct PerceptionUpdate: Hashable, Sendable {
    /// Bytes of an update.
    public static let encodedBytes = 2 * PerceptionModel.parameterCount
    /// The highest bound that a round may set, in quanta: its square stays below 2³¹, and so does every product of two updates.
    public static let maximumClipBound: UInt32 = 46_340

    /// The change of each parameter in quanta, in the model's order.
    public let values: [Int16]

    /// An update of these 1,413 values.
    public init(values: [Int16]) throws(ModelError) {
        guard values.count == PerceptionModel.parameterCount else {
            throw .wrongLength(expected: PerceptionModel.parameterCount, found: values.count)
        }
        self.values = values
    }

    /// The exact square of the vector's length, in quanta²: at most 1,413 · 2³⁰.
    public var normSquared: Int64 {
        values.reduce(0) { $0 + Int64($1) * Int64($1) }
    }

    /// The update's bytes: 2,826.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: PerceptionUpdate.encodedBytes)
        for value in values { writer.write(value) }
        return writer.bytes
    }

    /// The update of these bytes.
    public init(decoding bytes: [UInt8]) throws(ModelError) {
        guard bytes.count == PerceptionUpdate.encodedBytes else {
            throw .wrongLength(expected: PerceptionUpdate.encodedBytes, found: bytes.count)
        }
        values = stride(from: 0, to: bytes.count, by: 2).map { index in
            Int16(bitPattern: UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]))
        }
    }
}

extension PerceptionUpdate {
    /// The update that says `delta`, shortened to the bound where it is longer.
    ///
    /// - Parameters:
    ///   - delta: 1,413 finite changes, 1.0 being a weight's 1.0.
    ///   - clipBound: the length that the integer vector must not exceed, in quanta, at most 46,340.
    ///   - scaleBits: a quantum is 2^-scaleBits, 0 to 16.
    public init(clipping delta: [Float], to clipBound: UInt32, scaleBits: Int) throws(ModelError) {
        precondition(clipBound <= PerceptionUpdate.maximumClipBound && (0...16).contains(scaleBits), "a round's bounds")
        if let index = delta.firstIndex(where: { !$0.isFinite }) { throw .notPlausible(index: index) }
        let quanta = delta.map { Double($0) * Double(1 << scaleBits) }
        let limit = Int64(clipBound) * Int64(clipBound)
        let clipped = try PerceptionUpdate(values: PerceptionUpdate.rounded(quanta, toLength: Double(clipBound)))
        if clipped.normSquared <= limit {
            self = clipped
            return
        }
        // Rounding moves each value by half a quantum at most, the vector thus by √1413 / 2 < 19. Shortened by 19 more than asked for,
        // it cannot pass the bound again.
        let shortened = max(0, Double(clipBound) - 19)
        try self.init(values: PerceptionUpdate.rounded(quanta, toLength: shortened))
    }

    /// `quanta`, shortened to `length` if it is longer, each rounded half to even and kept within `Int16`.
    private static func rounded(_ quanta: [Double], toLength length: Double) -> [Int16] {
        let norm = quanta.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let factor = norm > length ? length / norm : 1
        return quanta.map { Int16(min(32_767, max(-32_768, ($0 * factor).rounded(.toNearestOrEven)))) }
    }
}
