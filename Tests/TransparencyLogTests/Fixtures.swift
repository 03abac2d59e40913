import Cryptography
import Testing
import TransparencyLog

/// RFC 6962's definitions, written as the RFC writes them, over the first leaves of a list. Roots that were computed
/// are remembered.
struct RFC6962 {
    let leaves: [Digest]
    private var roots: [Range<Int>: Digest] = [:]

    init(_ leaves: [Digest]) {
        self.leaves = leaves
    }

    /// MTH
    mutating func root(_ range: Range<Int>) -> Digest {
        if range.isEmpty { return Digest.sha256([]) }
        if range.count == 1 { return leaves[range.lowerBound] }
        if let known = roots[range] { return known }
        let middle = middle(range)
        let root = Merkle.node(root(range.lowerBound..<middle), root(middle..<range.upperBound))
        roots[range] = root
        return root
    }

    /// PATH
    mutating func path(_ index: Int, _ range: Range<Int>) -> [Digest] {
        guard range.count > 1 else { return [] }
        let middle = middle(range)
        return index < middle
            ? path(index, range.lowerBound..<middle) + [root(middle..<range.upperBound)]
            : path(index, middle..<range.upperBound) + [root(range.lowerBound..<middle)]
    }

    /// SUBPROOF, with the old size counted from the first leaf of all
    mutating func proof(_ size: Int, _ range: Range<Int>, isWhole: Bool = true) -> [Digest] {
        if size == range.upperBound { return isWhole ? [] : [root(range)] }
        let middle = middle(range)
        return size <= middle
            ? proof(size, range.lowerBound..<middle, isWhole: isWhole) + [root(middle..<range.upperBound)]
            : proof(size, middle..<range.upperBound, isWhole: false) + [root(range.lowerBound..<middle)]
    }

    private func middle(_ range: Range<Int>) -> Int {
        var half = 1
        while half * 2 < range.count { half *= 2 }
        return range.lowerBound + half
    }
}

/// Pseudo-random numbers from a seed (SplitMix64): the same in every run.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

func entry(_ index: Int) -> [UInt8] { Array("entry \(index)".utf8) }

func leaves(_ count: Int) -> [Digest] { (0..<count).map { Merkle.leaf(entry($0)) } }

func tree(_ count: Int, window: UInt64 = 1 << 16) -> Tree {
    var tree = Tree(window: window)
    for leaf in leaves(count) { tree.append(leaf: leaf) }
    return tree
}

func hex(_ text: String) throws -> Digest {
    try #require(Hex.decode(text).flatMap { Digest(bytes: $0) })
}

func key(_ number: UInt8) throws -> SigningKey {
    try #require(SigningKey(seed: [UInt8](repeating: number, count: 32)))
}

/// Four validators, of whom three must cosign.
struct Committee {
    let origin = "waymark.example/test"
    let logKeys: [SigningKey]
    let cosigningKeys: [SigningKey]
    let policy: Policy

    init(quorum: Int = 3) throws {
        let (logKeys, cosigningKeys) = (try (0..<4).map { try key(10 + $0) }, try (0..<4).map { try key(20 + $0) })
        let origin = origin
        let members = try (0..<4).map { number in
            let logKey = try #require(VerifierKey(name: origin, kind: .log, publicKey: logKeys[number].publicKey))
            let cosigningKey = try #require(
                VerifierKey(name: "\(origin)/\(number)", kind: .cosigner, publicKey: cosigningKeys[number].publicKey))
            return Policy.Member(name: "validator-\(number)", logKey: logKey, cosigningKey: cosigningKey)
        }
        self.logKeys = logKeys
        self.cosigningKeys = cosigningKeys
        policy = try Policy(committee: members, quorum: quorum)
    }

    /// A head signed by one validator's log key and cosigned by some.
    func sign(size: UInt64, root: Digest, log: Int = 0, cosigners: [Int] = [0, 1, 2]) throws -> SignedCheckpoint {
        let head = try #require(Checkpoint(origin: origin, size: size, root: root))
        let lines = try cosigners.map { number in
            try #require(
                head.cosignature(name: "\(origin)/\(number)", key: cosigningKeys[number], seconds: 1_700_000_000))
        }
        return SignedCheckpoint(head, signatures: [head.logSignature(key: logKeys[log])] + lines)
    }
}

/// A log's files in memory.
struct MemorySource: LogSource {
    var files: [String: [UInt8]] = [:]
    /// Whether it lists its files as a directory does, or not, as a web server.
    var isListed = true

    func read(_ path: LogPath) throws(SourceError) -> [UInt8] {
        guard let bytes = files[path.text] else { throw .missing }
        guard bytes.count <= path.byteLimit else { throw .tooLong(limit: path.byteLimit) }
        return bytes
    }

    func list() throws(SourceError) -> [String]? { isListed ? files.keys.sorted() : nil }

    /// A log that had a head at each of `sizes`, the last of which it serves. Partial files of the earlier ones are
    /// still there.
    static func log(_ sizes: [Int], committee: Committee, from entries: (Int) -> [UInt8] = entry) throws -> MemorySource
    {
        var source = MemorySource()
        var growth = TileGrowth()
        for size in sizes {
            for index in Int(growth.size)..<size { growth.append(entries(index)) }
            for file in growth.takeFull() + growth.partial { source.files[file.path.text] = file.bytes }
        }
        source.files["checkpoint"] = try committee.sign(size: growth.size, root: growth.root).bytes
        return source
    }
}
