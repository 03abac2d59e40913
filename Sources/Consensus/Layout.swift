import Cryptography
import Wire

/// A value with one fixed layout, big-endian: what was written is read back byte for byte, and nothing else is read.
public protocol Layout: Sendable {
    /// Reads the value's fields in order.
    init(reading reader: inout Reader) throws(WireError)
    /// Writes the value's fields in order.
    func write(into writer: inout Writer)
}

extension Layout {
    /// The value's bytes.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: 256)
        write(into: &writer)
        return writer.bytes
    }

    /// The value that `bytes` are, all of them.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = Reader(bytes)
        try self.init(reading: &reader)
        try reader.finish()
    }
}

extension Writer {
    mutating func write(_ digest: Digest) { write(fixed: digest.bytes) }
    mutating func write(_ signature: Signature) { write(fixed: signature.bytes) }
    mutating func write(_ time: Timestamp) { write(time.milliseconds) }
    mutating func write(validator: ValidatorIndex) { write(UInt16(validator)) }
    mutating func write(layout: (some Layout)?) { write(optional: layout) { $1.write(into: &$0) } }
    mutating func write(layouts: some Collection<some Layout>) { write(each: layouts) { $1.write(into: &$0) } }
}

extension Reader {
    mutating func readSignature() throws(WireError) -> Signature {
        guard let signature = Signature(bytes: try readFixed(64)) else {
            preconditionFailure("64 bytes are a signature")
        }
        return signature
    }

    mutating func readTimestamp() throws(WireError) -> Timestamp {
        Timestamp(milliseconds: try read(UInt64.self))
    }

    mutating func readValidator() throws(WireError) -> ValidatorIndex {
        let index = try read(UInt16.self)
        guard index < ConsensusLimits.validators else { throw .invalid(field: "validator", value: UInt64(index)) }
        return Int(index)
    }

    mutating func readLayout<Value: Layout>(_ type: Value?.Type) throws(WireError) -> Value? {
        try readOptional { (reader) throws(WireError) in try Value(reading: &reader) }
    }

    mutating func readLayouts<Value: Layout>(_ type: Value.Type, atMost limit: Int) throws(WireError) -> [Value] {
        try readEach(atMost: limit) { (reader) throws(WireError) in try Value(reading: &reader) }
    }
}
