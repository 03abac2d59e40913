import Cryptography
import Foundation
import Telemetry

/// A change of the committee on its way from operator to operator, until enough have signed (JSON5).
public struct ChangeFile: Codable, Sendable {
    /// A signature over the change.
    public struct Approval: Codable, Sendable {
        /// The consensus key that signed, hexadecimal.
        public var consensusKey: String
        /// Ed25519, hexadecimal.
        public var signature: String

        enum CodingKeys: String, CodingKey {
            case signature
            case consensusKey = "consensus_key"
        }
    }

    /// The committee's chain.
    public var chainID: String
    /// The epoch that begins.
    public var epoch: UInt64
    /// All its validators, in order.
    public var validators: [CommitteeFile.Validator]
    /// Who agrees so far.
    public var approvals: [Approval]

    enum CodingKeys: String, CodingKey {
        case epoch, validators, approvals
        case chainID = "chain_id"
    }

    /// A change of `committee` that nobody has signed, and that so far changes nothing.
    public init(after committee: CommitteeFile) {
        chainID = committee.chainID
        epoch = committee.epoch + 1
        validators = committee.validators
        approvals = []
    }

    /// Reads a file, comments allowed.
    public init(path: String) throws(ConfigurationError) {
        self = try ConfigurationError.decode(ChangeFile.self, path: path)
    }

    /// Writes the file.
    public func write(to path: String) throws {
        let comment = Array("// A change of the committee. 'waymark keys committee sign' adds a signature.\n".utf8)
        let text = comment + (try ConfigurationError.encode(self)) + [UInt8(ascii: "\n")]
        try Data(text).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    // MARK: What changes

    /// Adds a validator behind the others.
    public mutating func add(_ member: CommitteeFile.Validator) {
        validators.append(member)
        approvals = []
    }

    /// Takes a validator out; the order of the others stays.
    public mutating func remove(_ name: String) throws(ConfigurationError) {
        validators.remove(at: try index(of: name))
        approvals = []
    }

    /// Gives a validator another consensus key.
    public mutating func rotate(_ name: String, to key: PublicKey) throws(ConfigurationError) {
        validators[try index(of: name)].consensusKey = Hex.encode(key.bytes)
        approvals = []
    }

    private func index(of name: String) throws(ConfigurationError) -> Int {
        guard let index = validators.firstIndex(where: { $0.name == name }) else {
            throw .invalid("\(name) is not a validator: there are \(validators.map(\.name).joined(separator: ", "))")
        }
        return index
    }

    // MARK: Signatures

    /// Adds a key's signature, in the place of an earlier one of it.
    public mutating func sign(with key: SigningKey) throws(ConfigurationError) {
        let chain = try ConfigurationError.digest(chainID, "chain_id")
        let signature = key.sign(try change().signingMessage(chain: chain))
        let name = Hex.encode(key.publicKey.bytes)
        approvals.removeAll { $0.consensusKey.lowercased() == name }
        approvals.append(Approval(consensusKey: name, signature: Hex.encode(signature.bytes)))
    }

    /// What is signed.
    public func change() throws(ConfigurationError) -> CommitteeChange {
        try CommitteeChange(epoch: epoch, validators: validators)
    }

    /// The change with its signatures, as it goes into the log.
    public func signed() throws(ConfigurationError) -> SignedCommitteeChange {
        var read: [SignedCommitteeChange.Approval] = []
        for approval in approvals {
            let key = try ConfigurationError.key(approval.consensusKey, "consensus_key of an approval")
            guard let bytes = Hex.decode(approval.signature), let signature = Signature(bytes: bytes) else {
                throw .invalid("the signature of \(approval.consensusKey) is not 128 hexadecimal digits")
            }
            read.append(.init(key: key, signature: signature))
        }
        return SignedCommitteeChange(try change(), approvals: read)
    }
}
