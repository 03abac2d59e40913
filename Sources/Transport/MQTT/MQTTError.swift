/// Why bytes are not packets that we serve. Each ends the connection.
public enum MQTTError: Error, Hashable, Sendable {
    /// A field is not what the standard says it is.
    case malformed(field: String)
    /// A packet is larger than it may be; it was not read.
    case tooLarge(bytes: Int, limit: Int)
    /// A count or a length is above our own bound.
    case aboveBound(field: String, limit: Int)
    /// A valid packet that may not stand here.
    case violation(String)
    /// A topic alias, which we do not allow.
    case topicAlias
    /// A protocol level other than 4 and 5.
    case unsupportedVersion(level: UInt8)
    /// A packet that only QoS 2 or extended authentication need.
    case unsupportedPacket(MQTTPacketKind)

    /// The code that tells it to a peer of version 5.
    public var reason: MQTTReason {
        switch self {
        case .malformed: .malformedPacket
        case .tooLarge: .packetTooLarge
        case .aboveBound: .quotaExceeded
        case .violation, .unsupportedPacket: .protocolError
        case .topicAlias: .topicAliasInvalid
        case .unsupportedVersion: .unsupportedProtocolVersion
        }
    }
}

extension MQTTError: CustomStringConvertible {
    /// The reason in words, for a log line or a peer.
    public var description: String {
        switch self {
        case .malformed(let field): "malformed \(field)"
        case .tooLarge(let bytes, let limit): "a packet of \(bytes) bytes, at most \(limit)"
        case .aboveBound(let field, let limit): "\(field): at most \(limit)"
        case .violation(let what): what
        case .topicAlias: "topic aliases are not served"
        case .unsupportedVersion(let level): "protocol level \(level) is not served: 4 and 5 are"
        case .unsupportedPacket(let kind): "\(kind) is not served"
        }
    }
}
