import Consensus
import Cryptography
import Foundation
import Replica
import Telemetry
import TransparencyLog

/// The committee as its members, auditors and vehicles know it: one public file, the same for all (`committee.json5`).
public struct CommitteeFile: Codable, Sendable {
    /// A validator's public keys and where others reach it.
    public struct Validator: Codable, Sendable {
        /// Its name in the policy, in logs and on the command line.
        public var name: String
        /// Ed25519, hexadecimal: cars, acks, proposals, votes.
        public var consensusKey: String
        /// Ed25519, hexadecimal: the 0x01 line of the checkpoints that it serves.
        public var logKey: String
        /// Ed25519, hexadecimal: its 0x04 line.
        public var cosigningKey: String
        /// SHA-256 of its TLS key (DER SubjectPublicKeyInfo), hexadecimal.
        public var tlsPin: String
        /// `host:port` for other validators.
        public var peerAddress: String
        /// `host:port` for vehicles that speak MQTT over TLS or, on loopback, plain MQTT.
        public var vehicleAddress: String
    }

    /// The road network that observations may name edges of.
    public struct Map: Codable, Sendable {
        /// SHA-256 of the map file, hexadecimal.
        public var digest: String
        /// Segments in it: an edge is an index below this.
        public var segments: UInt32

        /// The map with that digest and so many segments.
        public init(digest: String, segments: UInt32) {
            self.digest = digest
            self.segments = segments
        }
    }

    /// The log's name, as on the first line of its checkpoints.
    public var origin: String
    /// Thirty-two random bytes, hexadecimal: in every signature of this committee.
    public var chainID: String
    /// The keys' epoch.
    public var epoch: UInt64
    /// The validators; their order is their number.
    public var validators: [Validator]
    /// Enrolment authorities' keys, Ed25519, hexadecimal.
    public var authorities: [String]
    /// The map, if the committee agreed on one.
    public var map: Map?
    /// The models that the fleet trains, if any.
    public var learning: Learning?

    enum CodingKeys: String, CodingKey {
        case origin, epoch, validators, authorities, map, learning
        case chainID = "chain_id"
    }
}

extension CommitteeFile.Validator {
    enum CodingKeys: String, CodingKey {
        case name
        case consensusKey = "consensus_key"
        case logKey = "log_key"
        case cosigningKey = "cosigning_key"
        case tlsPin = "tls_pin"
        case peerAddress = "peer_address"
        case vehicleAddress = "vehicle_address"
    }
}

extension CommitteeFile {
    /// Reads a file, comments allowed (JSON5).
    public init(path: String) throws(ConfigurationError) {
        self = try ConfigurationError.decode(CommitteeFile.self, path: path)
    }

    /// The file's content without its comments.
    public func json() throws -> [UInt8] {
        try ConfigurationError.encode(self)
    }

    /// The file as it is written, with a line that says what it is.
    public func text() throws -> [UInt8] {
        Array("// The committee: public, the same file for every validator, auditor and vehicle.\n".utf8)
            + (try json()) + [UInt8(ascii: "\n")]
    }

    /// The committee's chain id.
    public func chain() throws(ConfigurationError) -> Digest {
        try ConfigurationError.digest(chainID, "chain_id")
    }

    /// The committee as consensus knows it.
    public func committee() throws(ConfigurationError) -> Committee {
        var keys: [PublicKey] = []
        for validator in validators {
            keys.append(try key(validator.consensusKey, "consensus_key of \(validator.name)"))
        }
        guard (1...ConsensusLimits.validators).contains(keys.count) else {
            throw .invalid("a committee has 1 to \(ConsensusLimits.validators) validators, not \(keys.count)")
        }
        guard Set(keys).count == keys.count else { throw .invalid("two validators have the same consensus_key") }
        return Committee(chainID: try chain(), epoch: epoch, keys: keys)
    }

    /// What admission of reports depends on.
    public func terms() throws(ConfigurationError) -> CommitteeTerms {
        var keys: Set<PublicKey> = []
        for authority in authorities { keys.insert(try key(authority, "authorities")) }
        var terms: CommitteeTerms.MapTerms?
        if let map {
            let digest = try ConfigurationError.digest(map.digest, "map digest")
            terms = CommitteeTerms.MapTerms(digest: digest, edgeCount: map.segments)
        }
        return CommitteeTerms(chainID: try chain(), authorities: keys, map: terms, learning: try learningTerms())
    }

    /// The log's cosigners.
    public func cosigners() throws(ConfigurationError) -> Cosigners {
        var keys: [VerifierKey] = []
        for validator in validators { keys.append(try cosigningKey(of: validator)) }
        guard let cosigners = Cosigners(origin: origin, keys: keys) else {
            throw .invalid("origin is \(origin): a log's name has no space and no plus sign")
        }
        return cosigners
    }

    /// Which validators' signatures make a checkpoint of this log: what `log.policy` says.
    public func policy() throws(ConfigurationError) -> Policy {
        var members: [Policy.Member] = []
        for validator in validators {
            let logKey = try verifierKey(origin, .log, validator.logKey, "log_key of \(validator.name)")
            members.append(
                Policy.Member(name: validator.name, logKey: logKey, cosigningKey: try cosigningKey(of: validator)))
        }
        do {
            return try Policy(committee: members, quorum: try committee().quorum)
        } catch let error as LogError {
            throw .invalid("the committee makes no policy: \(error)")
        } catch {
            throw .invalid("\(error)")
        }
    }

    /// A validator's cosigning key, called by the log and the validator.
    private func cosigningKey(of validator: Validator) throws(ConfigurationError) -> VerifierKey {
        try verifierKey(
            "\(origin)/\(validator.name)", .cosigner, validator.cosigningKey, "cosigning_key of \(validator.name)")
    }

    private func verifierKey(
        _ name: String, _ kind: VerifierKey.Kind, _ text: String, _ field: String
    ) throws(ConfigurationError) -> VerifierKey {
        guard let verifier = VerifierKey(name: name, kind: kind, publicKey: try key(text, field)) else {
            throw .invalid("a key cannot be called \(name): no spaces, no plus sign")
        }
        return verifier
    }

    private func key(_ text: String, _ field: String) throws(ConfigurationError) -> PublicKey {
        try ConfigurationError.key(text, field)
    }
}

/// Why a configuration cannot be used, in words for who wrote it.
public enum ConfigurationError: Error, CustomStringConvertible, Sendable {
    /// The file cannot be read.
    case unreadable(path: String, reason: String)
    /// The file is not of its format.
    case malformed(path: String, reason: String)
    /// A value has no meaning.
    case invalid(String)

    /// The reason.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .malformed(let path, let reason): "\(path): \(reason)"
        case .invalid(let reason): reason
        }
    }

    static func digest(_ text: String, _ field: String) throws(ConfigurationError) -> Digest {
        guard let bytes = Hex.decode(text), let digest = Digest(bytes: bytes) else {
            throw .invalid("\(field) is not 64 hexadecimal digits")
        }
        return digest
    }

    static func key(_ text: String, _ field: String) throws(ConfigurationError) -> PublicKey {
        guard let bytes = Hex.decode(text), let key = PublicKey(bytes: bytes) else {
            throw .invalid("\(field) is not 64 hexadecimal digits")
        }
        return key
    }

    static func bytes(path: String) throws(ConfigurationError) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .unreadable(path: path, reason: "\(error.localizedDescription)")
        }
    }

    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, path: String) throws(ConfigurationError) -> Value {
        let contents = Data(try bytes(path: path))
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        do {
            return try decoder.decode(type, from: contents)
        } catch let error as DecodingError {
            throw .malformed(path: path, reason: describe(error))
        } catch {
            throw .malformed(path: path, reason: "\(error)")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "\(key.stringValue) is missing" + (context.codingPath.isEmpty ? "" : " in \(place(context))")
        case .typeMismatch(let type, let context): return "\(place(context)) is not a \(type)"
        case .valueNotFound(let type, let context): return "\(place(context)) has no \(type)"
        case .dataCorrupted(let context):
            // Foundation tells the two apart no better.
            guard !context.codingPath.isEmpty else { return "not JSON5, or a number in it is out of its range" }
            return "\(place(context)): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }
}
