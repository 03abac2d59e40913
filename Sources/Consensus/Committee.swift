import Cryptography

/// A validator's place in the committee's list of keys, from 0.
public typealias ValidatorIndex = Int

/// Who votes in an epoch, and how many of them decide.
public struct Committee: Hashable, Sendable {
    /// Digest of the committee's configuration: it stands in every signed message, and is the parent of the first block.
    public let chainID: Digest
    /// Which set of keys this is; certificates name it and are checked with its keys.
    public let epoch: UInt64
    /// Consensus keys in the order of the validators' indices.
    public let keys: [PublicKey]
    /// How they sign.
    public let scheme: SignatureScheme
    /// Who leads, in the order of the views, over and over.
    private let rota: [ValidatorIndex]

    /// A committee of 1 to `ConsensusLimits.validators` members with keys that all differ.
    public init(chainID: Digest, epoch: UInt64, keys: [PublicKey]) {
        self.init(chainID: chainID, epoch: epoch, keys: keys, scheme: .ed25519, rota: Array(keys.indices))
    }

    /// A committee of a simulation, which may sign in another way and be led in another order.
    @_spi(Simulation) public init(
        chainID: Digest, epoch: UInt64, keys: [PublicKey], scheme: SignatureScheme, rota: [ValidatorIndex]
    ) {
        precondition(!rota.isEmpty && rota.allSatisfy(keys.indices.contains), "members lead")
        precondition(1...ConsensusLimits.validators ~= keys.count, "a committee has 1 to 128 members")
        precondition(Set(keys).count == keys.count, "two validators with one key would be one voter with two votes")
        self.chainID = chainID
        self.epoch = epoch
        self.keys = keys
        self.scheme = scheme
        self.rota = rota
    }

    /// The epoch of a chain's first block.
    public static let firstEpoch: UInt64 = 1

    /// The committee of a later epoch of the same chain, with these keys: it signs in the same way.
    public func succeeded(by keys: [PublicKey], in epoch: UInt64) -> Committee {
        Committee(chainID: chainID, epoch: epoch, keys: keys, scheme: scheme, rota: Array(keys.indices))
    }

    /// How many members there are.
    public var n: Int { keys.count }

    /// How many of them may lie or be silent.
    public var f: Int { (n - 1) / 3 }

    /// How many votes decide: any two such sets share f + 1 members, for every n and not just for 3f + 1.
    public var quorum: Int { (n + f) / 2 + 1 }

    /// How many acknowledgements prove that an honest validator holds a car and found it valid.
    public var attesters: Int { f + 1 }

    /// Who may propose in `view`.
    public func leader(of view: UInt64) -> ValidatorIndex { rota[Int(view % UInt64(rota.count))] }

    /// Whether `signature` is the member's over `message`.
    func verifies(_ signature: Signature, over message: [UInt8], by member: ValidatorIndex) -> Bool {
        scheme.verifies(signature, over: message, by: keys[member])
    }

    /// Whether `index` is a member's.
    public func contains(_ index: ValidatorIndex) -> Bool { keys.indices.contains(index) }
}
