import Consensus
import Cryptography

/// A journal on a simulated disk: records are staged, one commit at a time is under way, and only what was synced survives a crash for sure. And
/// snapshots beside it.
struct Disk: Sendable {
    private struct Staged: Sendable {
        let record: Record
        /// Whether it is said once more, and not for the first time.
        let isRepeated: Bool
    }

    /// What a restart finds.
    private(set) var durable: [Record] = []
    /// Snapshots by height, each written after its mark was durable, with the digest that stands in its file.
    private var snapshots: [UInt64: (bytes: [UInt8], digest: Digest)] = [:]
    private var staged: [Staged] = []
    private var committing: [Staged]?
    private(set) var rules: DurabilityRules

    init() {
        rules = DurabilityRules()
    }

    var hasStaged: Bool { !staged.isEmpty }
    var isCommitting: Bool { committing != nil }

    mutating func stage(_ record: Record, isRepeated: Bool = false) {
        staged.append(Staged(record: record, isRepeated: isRepeated))
    }

    mutating func keep(_ snapshot: [UInt8], height: UInt64) {
        snapshots[height] = (snapshot, Digest.sha256(snapshot))
        for old in snapshots.keys.sorted(by: >).dropFirst(2) { snapshots[old] = nil }
    }

    /// The newest snapshot that is sound, and the journal from its mark on; all of the journal where there is none.
    var newest: (snapshot: [UInt8]?, records: ArraySlice<Record>) {
        for (height, snapshot) in snapshots.sorted(by: { $0.key > $1.key }) {
            guard Digest.sha256(snapshot.bytes) == snapshot.digest, let start = mark(of: height) else { continue }
            return (snapshot.bytes, durable[start...])
        }
        return (nil, durable[...])
    }

    /// One bit of the newest snapshot flips.
    mutating func flip(bit: UInt64) {
        guard let height = snapshots.keys.max(), let count = snapshots[height]?.bytes.count else { return }
        let place = bit % UInt64(count * 8)
        snapshots[height]?.bytes[Int(place / 8)] ^= 1 << UInt8(place % 8)
    }

    private func mark(of height: UInt64) -> Int? {
        durable.lastIndex { if case .snapshot(let mark) = $0 { mark.point.height == height } else { false } }
    }

    mutating func beginCommit() {
        precondition(committing == nil, "one commit is under way at a time")
        committing = staged
        staged = []
    }

    /// The sync has succeeded. Returns what is durable now.
    mutating func endCommit() -> [Record] {
        let written = committing ?? []
        committing = nil
        write(written)
        return written.map(\.record)
    }

    /// The process is gone. Of what was being written some beginning is there, the rest is lost, as is all that was only staged.
    /// Returns that beginning.
    mutating func crash(keeping share: (Int) -> Int) -> [Record] {
        let writing = committing ?? []
        let written = Array(writing.prefix(share(writing.count + 1)))
        write(written)
        committing = nil
        staged = []
        return written.map(\.record)
    }

    private mutating func write(_ records: [Staged]) {
        for one in records { rules.see(one.record, isRepeated: one.isRepeated) }
        durable += records.map(\.record)
    }

    /// Everything is lost.
    mutating func wipe() { self = Disk() }

    /// An old image is put back: of what was durable, only the first `count` records are.
    mutating func setBack(to count: Int) {
        let (old, kept) = (durable.prefix(count), snapshots)
        self = Disk()
        write(old.map { Staged(record: $0, isRepeated: true) })
        snapshots = kept.filter { mark(of: $0.key) != nil }
    }
}
