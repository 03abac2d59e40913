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
    private var adopted: Set<UInt64> = []
    /// Epochs' beginnings that were taken over from others: nothing in the journal leads there either.
    private var jumps: Set<UInt64> = []
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
        for old in marked.dropFirst(2) { snapshots[old] = nil }
    }

    /// The state that an epoch begins with. Newer ones could not be used, or the process would not have come here.
    mutating func keep(beginning snapshot: [UInt8], height: UInt64, isTakenOver: Bool) {
        snapshots = snapshots.filter { $0.key < height }
        adopted = adopted.filter { $0 < height }
        if isTakenOver { jumps.insert(height) }
        keep(snapshot, height: height)
    }

    /// A state of others, before the journal says that it goes on from there.
    mutating func adopt(_ snapshot: [UInt8], height: UInt64) {
        snapshots[height] = (snapshot, Digest.sha256(snapshot))
        adopted.insert(height)
    }

    /// Forgets what stands before the mark of the older snapshot, if that is sound and a quorum has come as far, and says which that is.
    mutating func cut(upTo shown: UInt64) -> UInt64? {
        guard let older = marked.dropFirst().first, older <= shown, isSound(older), let start = mark(of: older) else {
            return nil
        }
        durable.removeSubrange(..<start)
        return older
    }

    /// Snapshots that the journal goes on from, the newest first.
    private var marked: [UInt64] { snapshots.keys.sorted(by: >).filter { mark(of: $0) != nil } }

    /// The images of those, the newest first.
    var images: [(height: UInt64, bytes: [UInt8])] {
        marked.compactMap { height in snapshots[height].map { (height, $0.bytes) } }
    }

    /// The newest snapshot that is sound, and the journal from its mark on; all of the journal where there is none.
    var newest: (snapshot: [UInt8]?, records: ArraySlice<Record>) {
        for (height, snapshot) in snapshots.sorted(by: { $0.key > $1.key }) {
            guard isSound(height), let start = mark(of: height) else { continue }
            return (snapshot.bytes, durable[start...])
        }
        return (nil, durable[...])
    }

    /// One bit of the newest snapshot flips; but not where nothing else leads to its mark, for then the journal is lost with it.
    mutating func flip(bit: UInt64) {
        guard let height = snapshots.keys.max(), !adopted.contains(height), !jumps.contains(height),
            hasOtherWay(to: height),
            let count = snapshots[height]?.bytes.count
        else { return }
        let place = bit % UInt64(count * 8)
        snapshots[height]?.bytes[Int(place / 8)] ^= 1 << UInt8(place % 8)
    }

    private func hasOtherWay(to height: UInt64) -> Bool {
        // A journal that is read from its beginning needs none, but leads across no state that was taken over.
        let isWhole = if case .snapshot? = durable.first { false } else { adopted.isEmpty && jumps.isEmpty }
        return isWhole || marked.contains { $0 < height && isSound($0) }
    }

    private func isSound(_ height: UInt64) -> Bool {
        snapshots[height].map { Digest.sha256($0.bytes) == $0.digest } ?? false
    }

    /// Where the journal goes on from that snapshot. A state of others is not gone on from before its mark stands there twice, around all of the
    /// summary.
    private func mark(of height: UInt64) -> Int? {
        func isMark(_ record: Record) -> Bool {
            if case .snapshot(let mark) = record { mark.point.height == height } else { false }
        }
        guard adopted.contains(height) else { return durable.lastIndex(where: isMark) }
        guard let end = durable.lastIndex(where: isMark) else { return nil }
        return durable[..<end].lastIndex(where: isMark)
    }

    /// Whether the state of others of that height is here, and the journal is to go on from it.
    func isAdopting(_ height: UInt64) -> Bool { adopted.contains(height) && mark(of: height) == nil }

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
        // The image has the snapshot that its journal begins with.
        let (first, kept) = (marked.last(where: isSound).flatMap(mark).map { $0 + 1 } ?? 0, snapshots)
        let (old, others) = (durable.prefix(max(count, first)), (adopted, jumps))
        self = Disk()
        (adopted, jumps) = others
        write(old.map { Staged(record: $0, isRepeated: true) })
        snapshots = kept.filter { mark(of: $0.key) != nil }
    }
}
