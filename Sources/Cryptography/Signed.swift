/// What a signature is for. Every signature of the system but the log's own (whose format is C2SP's) covers
/// `name || 0x00 || chain id (32 bytes) || bytes`, so that one made for one purpose or one committee is worth nothing elsewhere.
public struct SigningDomain: Hashable, Sendable {
    /// `waymark.v1.` and the kind of thing that is signed.
    public let name: String

    /// The domain of that name.
    public init(_ name: String) {
        self.name = name
    }

    /// What is signed for `bytes` under the committee `chain`.
    public func message(chain: Digest, _ bytes: [UInt8]) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(name.utf8.count + 33 + bytes.count)
        message.append(contentsOf: name.utf8)
        message.append(0)
        message.append(contentsOf: chain.bytes)
        message.append(contentsOf: bytes)
        return message
    }
}

/// A claim: `value` as decoded from `bytes`, and a signature that nobody has checked.
public struct Signed<Value: Sendable>: Sendable {
    /// What the bytes say.
    public let value: Value
    /// The bytes as they were sent: what the signature covers, never a re-encoding.
    public let bytes: [UInt8]
    /// The claimed signature.
    public let signature: Signature

    /// The claim that `signature` covers `bytes`, which decode to `value`.
    public init(_ value: Value, bytes: [UInt8], signature: Signature) {
        self.value = value
        self.bytes = bytes
        self.signature = signature
    }

    /// The fact, if `key` signed the bytes for `domain` under the committee `chain`.
    public func verified(by key: PublicKey, domain: SigningDomain, chain: Digest) -> Verified<Value>? {
        guard key.verifies(signature, over: domain.message(chain: chain, bytes)) else { return nil }
        return Verified(self)
    }
}

/// A fact: a signed value whose signature was found good. Only this module makes one.
public struct Verified<Value: Sendable>: Sendable {
    /// The claim that was found good.
    public let signed: Signed<Value>

    /// What was signed.
    public var value: Value { signed.value }

    init(_ signed: Signed<Value>) {
        self.signed = signed
    }
}

extension Signed: Equatable where Value: Equatable {}
extension Signed: Hashable where Value: Hashable {}
extension Verified: Equatable where Value: Equatable {}
extension Verified: Hashable where Value: Hashable {}
