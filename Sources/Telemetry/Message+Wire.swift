import Cryptography
import Foundation
import Schema
import SwiftProtobuf

/// Protobuf to and from bytes, with the bound in front and one error behind.
extension SwiftProtobuf.Message {
    /// The message of these bytes, of which there may be no more than `limit`.
    init(bounded bytes: [UInt8], atMost limit: Int) throws(Refusal) {
        guard bytes.count <= limit else { throw .oversized }
        do {
            try self.init(serializedBytes: bytes)
        } catch {
            // Which of protobuf's reasons it was helps no sender: the bytes are not such a message.
            throw .malformed
        }
    }

    /// The message's bytes: fields in order, defaults left out.
    func bytes() -> [UInt8] {
        do {
            return try serializedBytes()
        } catch {
            preconditionFailure("a message without required fields and below 2 GiB always encodes: \(error)")
        }
    }
}

extension Waymark_V1_Polarity {
    init(_ polarity: Polarity) {
        switch polarity {
        case .seen: self = .seen
        case .notSeen: self = .notSeen
        }
    }

    func value() throws(Refusal) -> Polarity {
        switch self {
        case .seen: .seen
        case .notSeen: .notSeen
        case .unspecified, .UNRECOGNIZED: throw .outOfBounds(field: "polarity")
        }
    }
}

extension Waymark_V1_Direction {
    init(_ direction: Direction) {
        switch direction {
        case .forward: self = .forward
        case .backward: self = .backward
        }
    }

    /// The direction, or nil where none is given.
    func value() throws(Refusal) -> Direction? {
        switch self {
        case .unspecified: nil
        case .forward: .forward
        case .backward: .backward
        case .UNRECOGNIZED: throw .outOfBounds(field: "direction")
        }
    }
}
