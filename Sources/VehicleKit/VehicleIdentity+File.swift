import Cryptography
import Foundation
import Telemetry
import TransparencyLog

/// Why a file is not a vehicle's identity.
public enum IdentityError: Error, Hashable, Sendable {
    /// The file cannot be read.
    case unreadable(path: String)
    /// The file cannot be written.
    case unwritable(path: String)
    /// Not a JSON object of the fields that it must have, all of them strings.
    case malformed
    /// A field is not what it should be.
    case invalid(field: String)
    /// The certificate is for another key than the file's.
    case otherKey
}

extension IdentityError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .unreadable(let path): "\(path) cannot be read"
        case .unwritable(let path): "\(path) cannot be written"
        case .malformed: "not a JSON object with chain_id, vehicle_seed and certificate"
        case .invalid(let field): "\(field) is not what it should be"
        case .otherKey: "the certificate is for another key than vehicle_seed's"
        }
    }
}

/// The identity as a file, for programs in any language:
///
///     {
///       "chain_id":     64 hexadecimal digits: the committee that signatures are bound to,
///       "vehicle_seed": 64 hexadecimal digits: the Ed25519 seed (RFC 8032's private key); secret,
///       "certificate":  base64 of an encoded waymark.v1.SignedCertificate,
///       "policy":       a C2SP tlog-policy; may be left out
///     }
extension VehicleIdentity {
    private struct File: Codable {
        var chain_id: String
        var vehicle_seed: String
        var certificate: String
        var policy: String?
    }

    private static let fileLimit = 1 << 20

    /// Reads an identity file.
    public init(path: String) throws(IdentityError) {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw .unreadable(path: path) }
        try self.init(json: Array(bytes))
    }

    /// The identity of an identity file's bytes.
    public init(json: [UInt8]) throws(IdentityError) {
        guard json.count <= Self.fileLimit else { throw .malformed }
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: Data(json))
        } catch {
            throw .malformed
        }
        guard let chain = Hex.decode(file.chain_id).flatMap({ Digest(bytes: $0) }) else {
            throw .invalid(field: "chain_id")
        }
        guard let key = Hex.decode(file.vehicle_seed).flatMap(SigningKey.init(seed:)) else {
            throw .invalid(field: "vehicle_seed")
        }
        let certificate = try Self.certificate(file.certificate)
        guard certificate.value.vehicleKey == key.publicKey else { throw .otherKey }
        self.init(chain: chain, key: key, certificate: certificate, policy: try Self.policy(file.policy))
    }

    /// The identity file's bytes.
    public var json: [UInt8] {
        let file = File(
            chain_id: chain.description, vehicle_seed: Hex.encode(key.seed),
            certificate: Data(certificate.envelope()).base64EncodedString(), policy: policy?.text)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(file)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("four strings can be written as JSON: \(error)")
        }
    }

    /// Writes an identity file that only its owner may read.
    public func save(to path: String) throws(IdentityError) {
        // Made with its permissions first, so that the secret is at no time anyone's to read.
        let isMade = FileManager.default.createFile(
            atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        guard isMade, let handle = FileHandle(forWritingAtPath: path) else { throw .unwritable(path: path) }
        do {
            try handle.write(contentsOf: Data(json))
            try handle.close()
        } catch {
            throw .unwritable(path: path)
        }
    }

    private static func certificate(_ text: String) throws(IdentityError) -> Signed<EnrolmentCertificate> {
        guard let envelope = Data(base64Encoded: text) else { throw .invalid(field: "certificate") }
        do {
            return try Signed<EnrolmentCertificate>(envelope: Array(envelope))
        } catch {
            throw .invalid(field: "certificate: \(error)")
        }
    }

    private static func policy(_ text: String?) throws(IdentityError) -> Policy? {
        guard let text else { return nil }
        do {
            return try Policy(parsing: Array(text.utf8))
        } catch {
            throw .invalid(field: "policy: \(error)")
        }
    }
}
