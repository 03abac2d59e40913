import Cryptography
import TransparencyLog
import Wire

/// A validator's word on a head: its 0x04 line of the checkpoint, as a peer message.
///
/// The line's time is the block's in whole seconds, so that a cosignature sent again is the same bytes.
public struct Cosignature: Hashable, Sendable {
    /// Index of the validator in the committee.
    public var validator: Int
    /// What it signed.
    public var head: Head
    /// Over `CosignatureStatement`, by its cosigning key.
    public var signature: Signature
    /// Whether it asks the receiver for its own in return.
    public var asksForReturn: Bool

    /// A validator's word on a head.
    public init(validator: Int, head: Head, signature: Signature, asksForReturn: Bool) {
        self.validator = validator
        self.head = head
        self.signature = signature
        self.asksForReturn = asksForReturn
    }

    /// Fixed layout: validator 2, height 8, time 8, size 8, root 32, signature 64, asks 1.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: 123)
        writer.write(UInt16(validator))
        writer.write(head.height)
        writer.write(head.time.milliseconds)
        writer.write(head.size)
        writer.write(fixed: head.root.bytes)
        writer.write(fixed: signature.bytes)
        writer.write(asksForReturn)
        return writer.bytes
    }

    /// Reads the fixed layout.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = Reader(bytes)
        validator = Int(try reader.read(UInt16.self))
        let height = try reader.read(UInt64.self)
        let time = Timestamp(milliseconds: try reader.read(UInt64.self))
        let size = try reader.read(UInt64.self)
        guard let root = Digest(bytes: try reader.readFixed(32)) else { throw .invalid(field: "root", value: 0) }
        guard let signature = Signature(bytes: try reader.readFixed(64)) else {
            throw .invalid(field: "signature", value: 0)
        }
        head = Head(height: height, time: time, size: size, root: root)
        self.signature = signature
        asksForReturn = try reader.readBool()
        try reader.finish()
    }
}

/// A cosignature that was checked against its validator's key.
public struct VerifiedCosignature: Hashable, Sendable {
    /// What was checked.
    public let cosignature: Cosignature

    fileprivate init(_ cosignature: Cosignature) {
        self.cosignature = cosignature
    }
}

/// Makes and checks cosignatures of one log by one committee.
public struct Cosigners: Sendable {
    /// The log's name.
    public let origin: String
    /// The validators' cosigning keys in committee order, each under its name.
    public let keys: [VerifierKey]
    private let scheme: SignatureScheme

    /// The cosigners of the log `origin`; nil where a log cannot be called that or a key is of another kind.
    public init?(origin: String, keys: [VerifierKey]) {
        self.init(origin: origin, keys: keys, scheme: .ed25519)
    }

    /// Cosigners of a simulation, which may sign in another way.
    @_spi(Simulation) public init?(origin: String, keys: [VerifierKey], scheme: SignatureScheme) {
        guard Checkpoint(origin: origin, size: 0, root: .zero) != nil, keys.allSatisfy({ $0.kind == .cosigner }) else {
            return nil
        }
        self.origin = origin
        self.keys = keys
        self.scheme = scheme
    }

    /// The bytes that a cosignature of `head` covers.
    public func statement(of head: Head) -> [UInt8] {
        checkpoint(of: head).cosignatureMessage(seconds: head.time.seconds)
    }

    /// The head as a checkpoint of the log.
    public func checkpoint(of head: Head) -> Checkpoint {
        guard let checkpoint = Checkpoint(origin: origin, size: head.size, root: head.root) else {
            preconditionFailure("the origin was checked when the cosigners were made")
        }
        return checkpoint
    }

    /// The own word on a head: made here with the validator's key, so it needs no check.
    public func cosign(
        _ head: Head, as validator: Int, with key: SigningKey, asksForReturn: Bool
    ) -> VerifiedCosignature {
        precondition(keys[validator].publicKey == key.publicKey, "a validator cosigns with its own key")
        return VerifiedCosignature(
            Cosignature(
                validator: validator, head: head, signature: scheme.sign(statement(of: head), with: key),
                asksForReturn: asksForReturn))
    }

    /// The line of the checkpoint that a cosignature makes; nil where its time is out of the format's range.
    public func line(of validator: Int, _ signature: Signature, head: Head) -> NoteSignature? {
        keys[validator].cosignature(signature, seconds: head.time.seconds)
    }

    /// The fact, where the signature is the named validator's.
    public func verify(_ cosignature: Cosignature) -> VerifiedCosignature? {
        guard keys.indices.contains(cosignature.validator) else { return nil }
        let key = keys[cosignature.validator].publicKey
        guard scheme.verifies(cosignature.signature, over: statement(of: cosignature.head), by: key) else { return nil }
        return VerifiedCosignature(cosignature)
    }
}
