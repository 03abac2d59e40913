import Cryptography
import Foundation

/// A validator's secrets: each key is for one purpose, in a file of its own that only its owner can read.
public struct ValidatorKeys: Sendable {
    /// Cars, acks, proposals, votes.
    public var consensus: SigningKey
    /// The 0x01 line of checkpoints.
    public var log: SigningKey
    /// The 0x04 line of checkpoints.
    public var cosigning: SigningKey
    /// Shared by the committee's validators: tags of observations are made with it.
    public var logSecret: [UInt8]
    /// Links to validators and vehicles.
    public var tls: TLSIdentity

    /// Fresh keys for the validator `name`, with the committee's shared secret.
    public static func generate(name: String, logSecret: [UInt8]) throws -> ValidatorKeys {
        ValidatorKeys(
            consensus: .generate(), log: .generate(), cosigning: .generate(), logSecret: logSecret,
            tls: try TLSIdentity.generate(commonName: name))
    }

    /// Writes the keys into `directory`, which must not hold any yet.
    public func save(to directory: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try SecretFile.write(consensus.seed, to: "\(directory)/consensus.key")
        try SecretFile.write(log.seed, to: "\(directory)/log.key")
        try SecretFile.write(cosigning.seed, to: "\(directory)/cosigning.key")
        try SecretFile.write(logSecret, to: "\(directory)/log-secret.key")
        try SecretFile.write(text: tls.keyPEM, to: "\(directory)/tls.key.pem")
        try SecretFile.write(text: tls.certificatePEM, to: "\(directory)/tls.certificate.pem")
    }

    /// Makes the consensus key of a later epoch beside the present one, and returns its public half. A validator takes whichever of the two its
    /// committee names.
    public static func makeNextConsensusKey(in directory: String) throws -> PublicKey {
        let key = SigningKey.generate()
        try SecretFile.write(key.seed, to: nextConsensusPath(directory))
        return key.publicKey
    }

    private static func nextConsensusPath(_ directory: String) -> String { "\(directory)/consensus.next.key" }

    /// The consensus keys in the folder: the present one, and a later epoch's where one was made.
    public static func consensusKeys(in directory: String) throws(ConfigurationError) -> [SigningKey] {
        let present = try SecretFile.signingKey("\(directory)/consensus.key")
        guard FileManager.default.fileExists(atPath: nextConsensusPath(directory)) else { return [present] }
        return [present, try SecretFile.signingKey(nextConsensusPath(directory))]
    }

    /// Reads the keys that `save` wrote, of the consensus keys the one that `member` has.
    public static func load(
        from directory: String, for member: CommitteeFile.Validator?
    ) throws(ConfigurationError) -> ValidatorKeys {
        var keys = try load(from: directory)
        let own = try consensusKeys(in: directory).first {
            Hex.encode($0.publicKey.bytes) == member?.consensusKey.lowercased()
        }
        if let own { keys.consensus = own }
        return keys
    }

    /// Reads the keys that `save` wrote.
    public static func load(from directory: String) throws(ConfigurationError) -> ValidatorKeys {
        let tls: TLSIdentity
        let certificate = try SecretFile.text("\(directory)/tls.certificate.pem")
        let key = try SecretFile.text("\(directory)/tls.key.pem")
        do {
            tls = try TLSIdentity(certificatePEM: certificate, keyPEM: key)
        } catch {
            throw .malformed(path: "\(directory)/tls.*.pem", reason: "\(error)")
        }
        return ValidatorKeys(
            consensus: try SecretFile.signingKey("\(directory)/consensus.key"),
            log: try SecretFile.signingKey("\(directory)/log.key"),
            cosigning: try SecretFile.signingKey("\(directory)/cosigning.key"),
            logSecret: try SecretFile.read("\(directory)/log-secret.key"), tls: tls)
    }
}

/// Thirty-two secret bytes in a file, as one line of hexadecimal digits, readable by its owner alone.
public enum SecretFile {
    /// Writes the bytes to a new file; an existing one is never replaced.
    public static func write(_ secret: [UInt8], to path: String) throws {
        try write(text: Hex.encode(secret) + "\n", to: path)
    }

    /// Reads 32 bytes.
    public static func read(_ path: String) throws(ConfigurationError) -> [UInt8] {
        let line = try text(path).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let bytes = Hex.decode(line), bytes.count == 32 else {
            throw .malformed(path: path, reason: "not 64 hexadecimal digits")
        }
        return bytes
    }

    /// Reads the seed of a signing key.
    public static func signingKey(_ path: String) throws(ConfigurationError) -> SigningKey {
        guard let key = SigningKey(seed: try read(path)) else {
            throw .malformed(path: path, reason: "not the seed of a key")
        }
        return key
    }

    static func write(text: String, to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ConfigurationError.invalid("\(path) exists: a key is never overwritten")
        }
        let created = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard created else { throw ConfigurationError.unreadable(path: path, reason: "it cannot be created") }
    }

    static func text(_ path: String) throws(ConfigurationError) -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
    }
}
