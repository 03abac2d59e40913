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

    /// A committee of 1 to `ConsensusLimits.validators` members with keys that all differ.
    public init(chainID: Digest, epoch: UInt64, keys: [PublicKey]) {
        precondition(1...ConsensusLimits.validators ~= keys.count, "a committee has 1 to 128 members")
        precondition(Set(keys).count == keys.count, "two validators with one key would be one voter with two votes")
        self.chainID = chainID
        self.epoch = epoch
        self.keys = keys
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
    public func leader(of view: UInt64) -> ValidatorIndex { Int(view % UInt64(n)) }

    /// Whether `index` is a member's.
    public func contains(_ index: ValidatorIndex) -> Bool { keys.indices.contains(index) }
}
