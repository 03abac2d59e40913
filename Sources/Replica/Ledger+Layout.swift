import Consensus
import Cryptography
import Federation
import Hazards
import Telemetry
import TransparencyLog
import Wire

/// The ledger in a snapshot. What is a set or a dictionary stands in the order of its keys, so that one state has one encoding.
extension Ledger {
    init(_ configuration: ReplicaConfiguration) {
        self.init(
            committee: configuration.committee, terms: configuration.terms, logSecret: configuration.logSecret)
    }

    func write(to writer: inout Writer) {
        writer.write(optional: decision) { $0.write(counted: $1.encoded()) }
        writer.write(tree.size)
        writer.write(each: tree.frontier) { $0.write(fixed: $1.bytes) }
        writer.write(counted: hazards.encoded())
        writer.write(counted: federation.encoded())
        writer.write(each: accounts.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }) { writer, entry in
            writer.write(fixed: entry.key.bytes)
            writer.write(fixed: entry.value.encoded())
        }
        writer.write(each: revoked.sorted()) { $0.write(fixed: $1.bytes) }
        writer.write(each: convicted.sorted()) { $0.write(fixed: $1.bytes) }
        writer.write(each: convictions.sorted { $0.key < $1.key }) { writer, entry in
            writer.write(UInt16(entry.key))
            writer.write(UInt32(entry.value))
        }
    }

    mutating func read(from reader: inout Reader, after point: ChainPoint) throws(WireError) {
        let limit = Int(UInt32.max)
        height = point.height
        parentHash = point.hash
        let decision = try reader.readOptional { (reader) throws(WireError) in
            try SignedCommitteeChange(decoding: try reader.readCounted(atMost: TelemetryLimits.committeeChangeBytes))
        }
        if let decision { begin(with: decision) }
        guard point.epoch == committee.epoch, point.lanes == committee.n else {
            throw .invalid(field: "epoch", value: point.epoch)
        }
        let size = try reader.read(UInt64.self)
        let frontier = try reader.readEach(atMost: 64) { (reader) throws(WireError) in try reader.readDigest() }
        guard let tree = Tree(size: size, frontier: frontier) else { throw .invalid(field: "log size", value: size) }
        self.tree = tree
        hazards = try Hazards(decoding: try reader.readCounted(atMost: limit))
        try readRounds(try reader.readCounted(atMost: limit))
        try readAccounts(from: &reader)
        revoked = Set(try reader.readEach(atMost: limit) { (reader) throws(WireError) in try reader.readDigest() })
        convicted = Set(try reader.readEach(atMost: limit) { (reader) throws(WireError) in try reader.readDigest() })
        let counts = try reader.readEach(atMost: ConsensusLimits.validators) { (reader) throws(WireError) in
            (ValidatorIndex(try reader.read(UInt16.self)), Int(try reader.read(UInt32.self)))
        }
        convictions = Dictionary(counts) { first, _ in first }
        for key in revoked.union(convicted) { privateState.set(key, to: [1]) }
    }

    private mutating func readAccounts(from reader: inout Reader) throws(WireError) {
        let entries = try reader.readEach(atMost: Int(UInt32.max)) { (reader) throws(WireError) in
            let bytes = try reader.readFixed(32)
            guard let key = PublicKey(bytes: bytes) else { throw WireError.invalid(field: "vehicle key", value: 0) }
            return (key, try Account(from: &reader))
        }
        for (key, account) in entries {
            accounts[key] = account
            privateState.set(Digest.sha256(key.bytes), to: account.encoded())
        }
    }
}
