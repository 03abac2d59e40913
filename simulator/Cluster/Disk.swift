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
    /// Where the mark of each height was to stand the last time, and the end of what follows it: a file names both.
    private var marks: [UInt64: ClosedRange<Int>] = [:]
    /// Epochs' beginnings that were taken over from others: nothing in the journal leads there either.
    private var jumps: Set<UInt64> = []
    /// Where the last commit begins.
    private var lastCommit = 0
    /// A record that cannot be read.
    private var rotten: Int?
    private var staged: [Staged] = []
    private var committing: [Staged]?
    private(set) var rules: DurabilityRules

    init() {
        rules = DurabilityRules()
    }

    var hasStaged: Bool { !staged.isEmpty }
    var isCommitting: Bool { committing != nil }

    /// Returns the record's place in the journal, if it gets there.
    @discardableResult mutating func stage(_ record: Record, isRepeated: Bool = false) -> Int {
        staged.append(Staged(record: record, isRepeated: isRepeated))
        return durable.count + (committing?.count ?? 0) + staged.count - 1
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
        marks = marks.filter { $0.value.lowerBound >= start }.mapValues {
            $0.lowerBound - start...$0.upperBound - start
        }
        lastCommit = max(0, lastCommit - start)
        rotten = rotten.flatMap { $0 < start ? nil : $0 - start }
        return older
    }

    /// Snapshots that the journal goes on from, the newest first.
    private var marked: [UInt64] { snapshots.keys.sorted(by: >).filter { mark(of: $0) != nil } }

    /// The images of those that are sound, the newest first.
    var images: [(height: UInt64, bytes: [UInt8])] {
        marked.filter(isSound).compactMap { height in snapshots[height].map { (height, $0.bytes) } }
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
        isWhole || marked.contains { $0 < height && isSound($0) }
    }

    /// Whether it can be read from its beginning; then it leads across no state that was taken over.
    private var isWhole: Bool {
        if case .snapshot? = durable.first { false } else { adopted.isEmpty && jumps.isEmpty }
    }

    private func isSound(_ height: UInt64) -> Bool {
        snapshots[height].map { Digest.sha256($0.bytes) == $0.digest } ?? false
    }

    /// What follows the mark of that height stands between these places.
    mutating func bracket(_ height: UInt64, _ places: ClosedRange<Int>) { marks[height] = places }

    /// Where the journal goes on from that snapshot, if all is there that follows its mark.
    private func mark(of height: UInt64) -> Int? {
        guard let places = marks[height], places.upperBound < durable.count,
            durable[places.lowerBound].isMark(of: height),
            durable[places.upperBound].isMark(of: height)
        else { return nil }
        return places.lowerBound
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
        lastCommit = durable.count
        for one in records { rules.see(one.record, isRepeated: one.isRepeated) }
        durable += records.map(\.record)
    }

    /// A record of the journal cannot be read from now on: as often one of the last commit as any.
    mutating func rot(_ chance: UInt64) {
        let first = chance % 2 == 0 ? 0 : lastCommit
        if first < durable.count { rotten = first + Int(chance / 2 % UInt64(durable.count - first)) }
    }

    /// Looks whether all can be read that a start reads. A record of the last commit that cannot passes for one that a crash tore off, and is cut off
    /// with what follows it; any other shows that the journal is damaged: then false.
    mutating func open() -> Bool {
        guard let rotten, rotten >= newest.records.startIndex else { return true }
        guard rotten >= lastCommit else { return false }
        truncate(to: rotten)
        return isWhole || marked.contains(where: isSound)
    }

    /// Everything is lost.
    mutating func wipe() { self = Disk() }

    /// An old image is put back: of what was durable, only the first `count` records are.
    mutating func setBack(to count: Int) {
        // The image has the snapshot that its journal begins with.
        let first = marked.last(where: isSound).flatMap { marks[$0] }.map { $0.upperBound + 1 } ?? 0
        truncate(to: max(count, first))
    }

    private mutating func truncate(to count: Int) {
        let (old, kept, others) = (durable.prefix(count), snapshots, (adopted, marks, jumps))
        self = Disk()
        (adopted, marks, jumps) = others
        write(old.map { Staged(record: $0, isRepeated: true) })
        snapshots = kept.filter { mark(of: $0.key) != nil }
    }
}

extension Record {
    fileprivate func isMark(of height: UInt64) -> Bool {
        if case .snapshot(let mark) = self { mark.point.height == height } else { false }
    }
}
