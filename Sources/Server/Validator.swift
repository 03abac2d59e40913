import Consensus
import Cryptography
import Replica
import Telemetry
import Transport

/// Everything that a server is told at its start, checked: which validator of which committee it is, and where everyone listens.
public struct Validator: Sendable {
    /// The replica's part.
    public let replica: ReplicaConfiguration
    /// Names of the validators in committee order.
    public let names: [String]
    /// Where the other validators are reached, and the pins of their TLS keys.
    public let peers: [PeerAddress]
    /// Where this one listens.
    public let listen: ServerConfiguration.Listen
    /// How long signed reports are kept, in hours.
    public let recordRetentionHours: UInt32
    /// Bytes of the journal before the snapshots that are kept for validators that are behind.
    public let journalKeptBytes: Int
    /// The file that perception versions are judged by; nil where this validator has none.
    public let holdOut: [UInt8]?

    /// Reads what belongs together from the files, and compares it with the keys at hand.
    public init(
        _ configuration: ServerConfiguration, committee file: CommitteeFile, keys: ValidatorKeys
    ) throws(ConfigurationError) {
        guard let me = file.validators.firstIndex(where: { $0.name == configuration.validator }) else {
            throw .invalid("\(configuration.validator) is not a validator of the committee file")
        }
        let own = file.validators[me]
        let pairs = [
            ("consensus", own.consensusKey, keys.consensus.publicKey.bytes),
            ("log", own.logKey, keys.log.publicKey.bytes),
            ("cosigning", own.cosigningKey, keys.cosigning.publicKey.bytes),
            ("tls", own.tlsPin, keys.tls.pin.bytes),
        ]
        for (name, text, bytes) in pairs where text.lowercased() != Hex.encode(bytes) {
            throw .invalid("the \(name) key in \(configuration.keys) is not \(own.name)'s in the committee file")
        }
        replica = ReplicaConfiguration(
            committee: try file.committee(), me: me, consensus: Self.consensusSettings, terms: try file.terms(),
            logSecret: keys.logSecret, cosigners: try file.cosigners())
        names = file.validators.map(\.name)
        peers = try Self.peers(file, besides: me)
        listen = configuration.listen
        recordRetentionHours = configuration.recordRetentionHours
        journalKeptBytes = Int(configuration.journalKeptMiB ?? 1024) << 20
        holdOut = try Self.holdOut(configuration, replica.terms)
    }

    /// The sample of unread cars depends on a number that nobody else knows.
    private static var consensusSettings: ConsensusSettings {
        var settings = ConsensusSettings()
        settings.auditKey = .random(in: .min ... .max)
        return settings
    }

    /// The hold-out of the committee: a validator that lacks it, or has another, could judge no version.
    private static func holdOut(
        _ configuration: ServerConfiguration, _ terms: CommitteeTerms
    ) throws(ConfigurationError) -> [UInt8]? {
        guard let digest = terms.learning[.perception]?.holdOut else { return nil }
        guard let path = configuration.holdOut else {
            throw .invalid("hold_out is missing: the committee judges perception by the file \(digest)")
        }
        let bytes = try ConfigurationError.bytes(path: path)
        guard Digest.sha256(bytes) == digest else {
            throw .invalid(
                "\(path) is not the committee's hold-out: its digest is \(Digest.sha256(bytes)), not \(digest)")
        }
        return bytes
    }

    private static func peers(_ file: CommitteeFile, besides me: Int) throws(ConfigurationError) -> [PeerAddress] {
        var peers: [PeerAddress] = []
        for (index, validator) in file.validators.enumerated() where index != me {
            let endpoint = try Endpoint(validator.peerAddress)
            let pin = try ConfigurationError.digest(validator.tlsPin, "tls_pin of \(validator.name)")
            peers.append(PeerAddress(index: index, host: endpoint.host, port: endpoint.port, pin: pin))
        }
        return peers
    }
}
