import Cryptography
import EventLoop

/// Another validator, as the committee's configuration names it.
public struct PeerAddress: Hashable, Sendable {
    /// Its index in the committee.
    public var index: Int
    /// Where it listens, an IP address or a name.
    public var host: String
    /// The port it listens on.
    public var port: UInt16
    /// SHA-256 of its TLS key's SubjectPublicKeyInfo.
    public var pin: Digest

    /// The validator of that index, at that place, with that key.
    public init(index: Int, host: String, port: UInt16, pin: Digest) {
        self.index = index
        self.host = host
        self.port = port
        self.pin = pin
    }
}

/// What a mesh is made from.
public struct PeerConfiguration: Sendable {
    /// The committee; a peer that greets for another is refused.
    public var committee: Digest
    /// The epoch that we are in; a peer may be in another, and is known by its key.
    public var epoch: UInt64
    /// Our own index in it.
    public var index: Int
    /// Our own TLS key; its pin is in the others' configurations.
    public var identity: TLSIdentity
    /// All others.
    public var peers: [PeerAddress]
    /// The IP address to listen on.
    public var listenHost: String
    /// The port to listen on; 0 for any free one.
    public var listenPort: UInt16
    /// Bounds of what peers can make grow.
    public var limits = TransportLimits.standard
    /// A random number below its argument, for the pauses between attempts.
    public var random: @Sendable (UInt64) -> UInt64 = { SecureRandom.number(below: $0) }

    /// The links of validator `index`, whose key is `identity`, to `peers`.
    public init(
        committee: Digest, epoch: UInt64, index: Int, identity: TLSIdentity, peers: [PeerAddress],
        listenHost: String, listenPort: UInt16
    ) {
        self.committee = committee
        self.epoch = epoch
        self.index = index
        self.identity = identity
        self.peers = peers
        self.listenHost = listenHost
        self.listenPort = listenPort
    }

    func check() throws(PeerSetupError) {
        let indices = [index] + peers.map(\.index)
        guard Set(indices).count == indices.count else { throw .ambiguous("two validators have one index") }
        guard Set([identity.pin] + peers.map(\.pin)).count == indices.count else {
            throw .ambiguous("two validators have one TLS key")
        }
        guard indices.allSatisfy({ UInt32(exactly: $0) != nil }) else { throw .ambiguous("an index is out of range") }
    }
}

/// Why a mesh cannot be made.
public enum PeerSetupError: Error, Hashable, Sendable {
    /// The configuration does not tell validators apart.
    case ambiguous(String)
    /// Our TLS identity cannot be used.
    case identity(TLSError)
    /// The address cannot be listened on.
    case listening(LoopError)

    static func ofIdentity<Value>(_ body: () throws(TLSError) -> Value) throws(PeerSetupError) -> Value {
        do throws(TLSError) {
            return try body()
        } catch {
            throw .identity(error)
        }
    }
}

extension PeerSetupError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .ambiguous(let reason): reason
        case .identity(let error): error.description
        case .listening(let error): error.description
        }
    }
}
