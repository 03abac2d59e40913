import Consensus

/// A journal on a simulated disk: records are staged, one commit at a time is under way, and only what was synced survives a crash for sure.
struct Disk: Sendable {
    /// What a restart finds.
    private(set) var durable: [Record] = []
    private var staged: [Record] = []
    private(set) var committing: [Record]?
    private(set) var rules: DurabilityRules

    init() {
        rules = DurabilityRules()
    }

    var hasStaged: Bool { !staged.isEmpty }
    var isCommitting: Bool { committing != nil }

    mutating func stage(_ record: Record) { staged.append(record) }

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
        return written
    }

    /// The process is gone. Of what was being written some beginning is there, the rest is lost, as is all that was only staged.
    /// Returns that beginning.
    mutating func crash(keeping share: (Int) -> Int) -> [Record] {
        let writing = committing ?? []
        let written = Array(writing.prefix(share(writing.count + 1)))
        write(written)
        committing = nil
        staged = []
        return written
    }

    private mutating func write(_ records: [Record]) {
        for record in records { rules.see(record) }
        durable += records
    }

    /// Everything is lost.
    mutating func wipe() { self = Disk() }

    /// An old image is put back: of what was durable, only the first `count` records are.
    mutating func setBack(to count: Int) {
        let old = durable.prefix(count)
        self = Disk()
        write(Array(old))
    }
}
