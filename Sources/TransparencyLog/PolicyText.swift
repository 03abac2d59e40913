import Cryptography

/// Reads a policy line by line; the first line that means nothing is named by its number.
struct PolicyParser {
    /// The format asks for 32 at least; more than this of anything is refused.
    private static let countLimit = 256
    private static let byteLimit = 1 << 20

    private var policy = Policy()
    private var defined: Set<Policy.Name> = []
    private var grouped: Set<Policy.Name> = []
    private var hasQuorum = false
    private var line = 0

    static func parse(_ bytes: [UInt8]) throws(LogError) -> Policy {
        guard bytes.count <= byteLimit else { throw .tooLong(bytes: bytes.count, limit: byteLimit) }
        var parser = PolicyParser()
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            try parser.read(line)
        }
        guard parser.hasQuorum else { throw .badPolicy(line: parser.line, reason: "no quorum line") }
        return parser.policy
    }

    private mutating func read(_ text: ArraySlice<UInt8>) throws(LogError) {
        line += 1
        try require(text.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }, "a control character")
        let words = text.split { $0 == 0x09 || $0 == 0x20 }.map(Array.init)
        guard let first = words.first, first[0] != UInt8(ascii: "#") else { return }
        switch Policy.text(first) {
        case "log": try readLog(words)
        case "witness": try readWitness(words)
        case "group": try readGroup(words)
        case "quorum": try readQuorum(words)
        default: try require(false, "neither log, witness, group nor quorum")
        }
    }

    private mutating func readLog(_ words: [[UInt8]]) throws(LogError) {
        try require((2...3).contains(words.count), "expected: log <vkey> [<url>]")
        let key = try readKey(words[1], .log)
        try require(!policy.logs.contains { $0.key.publicKey == key.publicKey }, "a second log with one key")
        try require(policy.logs.count < Self.countLimit, "more than \(Self.countLimit) logs")
        policy.logs.append(Policy.Log(key: key, url: words.count > 2 ? words[2] : nil))
    }

    private mutating func readWitness(_ words: [[UInt8]]) throws(LogError) {
        try require((3...4).contains(words.count), "expected: witness <name> <vkey> [<url>]")
        try define(words[1])
        let key = try readKey(words[2], .cosigner)
        try require(!policy.witnesses.contains { $0.key.publicKey == key.publicKey }, "a second witness with one key")
        try require(policy.witnesses.count < Self.countLimit, "more than \(Self.countLimit) witnesses")
        policy.witnesses.append(Policy.Witness(name: words[1], key: key, url: words.count > 3 ? words[3] : nil))
    }

    private mutating func readGroup(_ words: [[UInt8]]) throws(LogError) {
        try require(words.count >= 4, "expected: group <name> <all, any or a number> <members>")
        let members = Array(words[3...])
        for member in members {
            try require(defined.contains(member), "\(Policy.text(member)) is not defined above")
            try require(grouped.insert(member).inserted, "\(Policy.text(member)) is in a group already")
        }
        try define(words[1])
        let threshold = try readThreshold(words[2], members.count)
        try require(policy.groups.count < Self.countLimit, "more than \(Self.countLimit) groups")
        policy.groups.append(Policy.Group(name: words[1], threshold: threshold, members: members))
    }

    private mutating func readQuorum(_ words: [[UInt8]]) throws(LogError) {
        try require(words.count == 2, "expected: quorum <name>")
        try require(!hasQuorum, "a second quorum")
        hasQuorum = true
        if words[1] == Policy.noneName { return }
        try require(defined.contains(words[1]), "\(Policy.text(words[1])) is not defined above")
        policy.quorum = .name(words[1])
    }

    private func readThreshold(_ word: [UInt8], _ count: Int) throws(LogError) -> Int {
        if word == Array("all".utf8) { return count }
        if word == Array("any".utf8) { return 1 }
        guard let number = LogText.decimal(word), number >= 1, number <= UInt64(count) else {
            throw .badPolicy(line: line, reason: "a threshold is all, any or 1 to \(count)")
        }
        return Int(number)
    }

    private func readKey(_ word: [UInt8], _ kind: VerifierKey.Kind) throws(LogError) -> VerifierKey {
        guard let text = String(validating: word, as: UTF8.self) else {
            throw .badPolicy(line: line, reason: "a verifier key is UTF-8")
        }
        do {
            let key = try VerifierKey(parsing: text)
            try require(key.kind == kind, "a key of type \(key.kind.rawValue), expected \(kind.rawValue)")
            return key
        } catch .badKey(let reason) {
            throw .badPolicy(line: line, reason: "verifier key: \(reason)")
        }
    }

    private mutating func define(_ name: Policy.Name) throws(LogError) {
        try require(name != Policy.noneName, "none is not a name")
        try require(defined.insert(name).inserted, "\(Policy.text(name)) is defined twice")
    }

    private func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(LogError) {
        guard condition else { throw .badPolicy(line: line, reason: reason()) }
    }
}

extension Policy {
    static let noneName = Array("none".utf8)

    /// Reads a policy file.
    public init(parsing bytes: [UInt8]) throws(LogError) {
        self = try PolicyParser.parse(bytes)
    }

    /// A validator as a committee's policy names it.
    public struct Member: Hashable, Sendable {
        /// What the policy calls it, such as `validator-0`.
        public var name: String
        /// The key of the 0x01 line of the heads that it serves, named by the log's origin.
        public var logKey: VerifierKey
        /// The key of its 0x04 line, named by the validator.
        public var cosigningKey: VerifierKey

        /// A validator with its two keys of the log.
        public init(name: String, logKey: VerifierKey, cosigningKey: VerifierKey) {
            self.name = name
            self.logKey = logKey
            self.cosigningKey = cosigningKey
        }
    }

    /// The policy of a committee: each member is a log and a witness, and `quorum` of them must have cosigned. Throws
    /// what reading its text would, such as for a name or a key that stands twice.
    public init(committee members: [Member], quorum: Int) throws(LogError) {
        var policy = Policy()
        policy.logs = members.map { Log(key: $0.logKey) }
        policy.witnesses = members.map { Witness(name: Array($0.name.utf8), key: $0.cosigningKey) }
        let group = Group(name: Array("validators".utf8), threshold: quorum, members: policy.witnesses.map(\.name))
        policy.groups = [group]
        policy.quorum = .name(group.name)
        self = try PolicyParser.parse(policy.bytes)
    }

    /// The policy file, one line a fact.
    public var bytes: [UInt8] {
        var words: [[[UInt8]]] = logs.map { [Array("log".utf8), Array($0.key.text.utf8), $0.url ?? []] }
        words += witnesses.map { [Array("witness".utf8), $0.name, Array($0.key.text.utf8), $0.url ?? []] }
        words += groups.map { [Array("group".utf8), $0.name, Array(String($0.threshold).utf8)] + $0.members }
        words.append([Array("quorum".utf8), quorumName])
        return words.flatMap { $0.filter { !$0.isEmpty }.joined(separator: [UInt8(ascii: " ")]) + [UInt8(ascii: "\n")] }
    }

    /// The policy file as text.
    public var text: String { Self.text(bytes) }
}
