import Wire

/// The model's file: one model has one encoding, so that its SHA-256 names it. 5,662 bytes.
///
///     mark: UInt32 = "WPM" and 1
///     inputs: UInt16 = 38, hidden: UInt16 = 32, outputs: UInt16 = 5
///     parameters: 1,413 × Int32, 16 fraction bits
extension PerceptionModel {
    private static let mark: UInt32 = 0x5750_4D01
    /// Bytes of a model's file.
    public static let encodedBytes = 10 + 4 * parameterCount

    /// The file's bytes.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: PerceptionModel.encodedBytes)
        writer.write(PerceptionModel.mark)
        for size in [PerceptionModel.inputs, PerceptionModel.hidden, PerceptionModel.outputs] {
            writer.write(UInt16(size))
        }
        for parameter in parameters { writer.write(parameter) }
        return writer.bytes
    }

    /// The model of these bytes. Refuses what `encoded()` cannot have written.
    public init(decoding bytes: [UInt8]) throws(ModelError) {
        var reader = Reader(bytes)
        let mark = try ModelError.wire { () throws(WireError) in try reader.read(UInt32.self) }
        guard mark == PerceptionModel.mark else { throw .otherFormat(mark) }
        let (inputs, hidden, outputs) = try ModelError.wire { () throws(WireError) in
            (Int(try reader.read(UInt16.self)), Int(try reader.read(UInt16.self)), Int(try reader.read(UInt16.self)))
        }
        guard (inputs, hidden, outputs) == (PerceptionModel.inputs, PerceptionModel.hidden, PerceptionModel.outputs)
        else { throw .otherShape(inputs: inputs, hidden: hidden, outputs: outputs) }
        let parameters = try ModelError.wire { () throws(WireError) in try PerceptionModel.readParameters(&reader) }
        try self.init(parameters: parameters)
    }

    private static func readParameters(_ reader: inout Reader) throws(WireError) -> [Int32] {
        var parameters: [Int32] = []
        parameters.reserveCapacity(parameterCount)
        for _ in 0..<parameterCount { parameters.append(try reader.read(Int32.self)) }
        try reader.finish()
        return parameters
    }
}
