import Cryptography
import Wire

/// A validator as a change of the committee names it: its public keys, and where others reach it.
public struct CommitteeMember: Hashable, Sendable {
    /// Its name in the policy, in logs and on the command line.
    public var name: String
    /// Cars, acknowledgements, proposals, votes.
    public var consensusKey: PublicKey
    /// The 0x01 line of the checkpoints that it serves.
    public var logKey: PublicKey
    /// Its 0x04 line.
    public var cosigningKey: PublicKey
    /// SHA-256 of its TLS key.
    public var tlsPin: Digest
    /// `host:port` for other validators.
    public var peerAddress: String
    /// `host:port` for vehicles.
    public var vehicleAddress: String

    /// A validator with these keys at these addresses.
    public init(
        name: String, consensusKey: PublicKey, logKey: PublicKey, cosigningKey: PublicKey, tlsPin: Digest,
        peerAddress: String, vehicleAddress: String
    ) {
        self.name = name
        self.consensusKey = consensusKey
        self.logKey = logKey
        self.cosigningKey = cosigningKey
        self.tlsPin = tlsPin
        self.peerAddress = peerAddress
        self.vehicleAddress = vehicleAddress
    }
}

/// Who the validators of the next epoch are: all of them, in order, so that nothing depends on what a reader believes to be so now.
public struct CommitteeChange: Hashable, Sendable {
    /// The epoch that begins with it.
    public var epoch: UInt64
    /// Its validators; their order is their number.
    public var members: [CommitteeMember]

    /// The validators of `epoch`.
    public init(epoch: UInt64, members: [CommitteeMember]) {
        self.epoch = epoch
        self.members = members
    }

    /// What is signed: by a quorum of the present validators, and by each key that is new.
    public func signingMessage(chain: Digest) -> [UInt8] { Domain.committee.message(chain: chain, encoded()) }

    /// Epoch, then the validators: names and addresses with their lengths, keys and pin as they are.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: 8 + 192 * members.count)
        writer.write(epoch)
        writer.write(each: members) { $1.write(to: &$0) }
        return writer.bytes
    }

    /// The change that these bytes say.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = Reader(bytes)
        try self.init(reading: &reader)
        try reader.finish()
    }

    init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        guard epoch > 0 else { throw .invalid(field: "epoch", value: 0) }
        members = try reader.readEach(atMost: TelemetryLimits.committeeMembers) { (reader) throws(WireError) in
            try CommitteeMember(reading: &reader)
        }
        guard !members.isEmpty else { throw .invalid(field: "members", value: 0) }
    }
}

extension CommitteeMember {
    fileprivate func write(to writer: inout Writer) {
        writer.write(counted: Array(name.utf8))
        for key in [consensusKey, logKey, cosigningKey] { writer.write(fixed: key.bytes) }
        writer.write(fixed: tlsPin.bytes)
        writer.write(counted: Array(peerAddress.utf8))
        writer.write(counted: Array(vehicleAddress.utf8))
    }

    fileprivate init(reading reader: inout Reader) throws(WireError) {
        name = try reader.readText()
        consensusKey = try reader.readKey()
        logKey = try reader.readKey()
        cosigningKey = try reader.readKey()
        guard let pin = Digest(bytes: try reader.readFixed(32)) else { throw .truncated(needed: 32, left: 0) }
        tlsPin = pin
        peerAddress = try reader.readText()
        vehicleAddress = try reader.readText()
    }
}

extension Reader {
    /// A name or an address: UTF-8, and not empty.
    fileprivate mutating func readText() throws(WireError) -> String {
        let bytes = try readCounted(atMost: TelemetryLimits.memberTextBytes)
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
            throw .invalid(field: "text", value: UInt64(bytes.count))
        }
        return text
    }

    fileprivate mutating func readKey() throws(WireError) -> PublicKey {
        guard let key = PublicKey(bytes: try readFixed(32)) else { throw .truncated(needed: 32, left: 0) }
        return key
    }
}

/// A change with the signatures that were gathered for it. Whether they suffice, the present committee decides.
public struct SignedCommitteeChange: Hashable, Sendable {
    /// One consensus key's signature.
    public struct Approval: Hashable, Sendable {
        /// Whose.
        public let key: PublicKey
        /// Over `CommitteeChange.signingMessage`.
        public let signature: Signature

        /// A signature of that key.
        public init(key: PublicKey, signature: Signature) {
            self.key = key
            self.signature = signature
        }
    }

    /// What is decided.
    public let change: CommitteeChange
    /// Who agrees, in the order of the keys' bytes, each once.
    public let approvals: [Approval]

    /// A change with its approvals, of which one a key is kept.
    public init(_ change: CommitteeChange, approvals: [Approval]) {
        self.change = change
        let each = Dictionary(approvals.map { ($0.key, $0) }) { first, _ in first }
        self.approvals = each.values.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
    }

    /// The change, then keys and signatures.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: 256 * change.members.count)
        writer.write(fixed: change.encoded())
        writer.write(each: approvals) { writer, approval in
            writer.write(fixed: approval.key.bytes)
            writer.write(fixed: approval.signature.bytes)
        }
        return writer.bytes
    }

    /// The signed change of these bytes; keys out of order or twice are refused.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = Reader(bytes)
        change = try CommitteeChange(reading: &reader)
        approvals = try reader.readEach(atMost: 2 * TelemetryLimits.committeeMembers) { (reader) throws(WireError) in
            let key = try reader.readKey()
            guard let signature = Signature(bytes: try reader.readFixed(64)) else {
                throw WireError.truncated(needed: 64, left: 0)
            }
            return Approval(key: key, signature: signature)
        }
        try reader.finish()
        let isOrdered = zip(approvals, approvals.dropFirst()).allSatisfy { first, second in
            first.key.bytes.lexicographicallyPrecedes(second.key.bytes)
        }
        guard isOrdered else { throw .invalid(field: "approvals", value: UInt64(approvals.count)) }
    }
}
