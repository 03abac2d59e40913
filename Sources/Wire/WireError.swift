/// Why bytes are not a value of the layout that they were read as.
public enum WireError: Error, Hashable, Sendable {
    /// A field needs more bytes than are left.
    case truncated(needed: Int, left: Int)
    /// A count is above the bound of its field.
    case tooLong(count: Int, limit: Int)
    /// A field's value has no meaning.
    case invalid(field: String, value: UInt64)
    /// Bytes are left after the last field.
    case trailing(count: Int)
}

extension WireError: CustomStringConvertible {
    /// The reason in words, for a log line or an answer.
    public var description: String {
        switch self {
        case .truncated(let needed, let left): "cut short: \(needed) bytes needed, \(left) left"
        case .tooLong(let count, let limit): "too long: \(count), at most \(limit)"
        case .invalid(let field, let value): "invalid \(field): \(value)"
        case .trailing(let count): "\(count) bytes after the end"
        }
    }
}
