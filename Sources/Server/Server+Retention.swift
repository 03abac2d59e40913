import Storage
import Wire

/// What does not stay: signed reports after their time, and the journal where snapshots stand for it.
extension Server {
    /// Once a minute.
    func deleteWhatIsOld() {
        let limit = now.timestamp - UInt64(configuration.recordRetentionHours) * 3_600_000
        let job = RetentionJob(stores: archive.stores, limit: limit, journalBytes: configuration.journalKeptBytes)
        loop.pool.run({ job.run() }) { [self] complaints in
            assumeIsolated { server in
                for complaint in complaints { server.logger.error("\(complaint)") }
            }
        }
    }
}

/// Deletes on the pool what is old, or more than is to be kept.
struct RetentionJob: Sendable {
    let stores: Stores
    /// What is older than this goes.
    let limit: Timestamp
    /// So much of the journal is kept at most, before the snapshots.
    let journalBytes: Int

    /// What could not be done, in words.
    func run() -> [String] {
        var complaints: [String] = []
        do { try stores.index.deleteRecords(receivedBefore: limit) } catch {
            complaints.append("old records stay: \(error)")
        }
        do { try cutJournal() } catch { complaints.append("the journal stays as long as it is: \(error)") }
        return complaints
    }

    /// Drops segments, the oldest first, that lie before the older of the two newest snapshots and hold nothing but what is old, or more than is
    /// to be kept. Vehicles' signed reports stand in cars, so what is deleted from the index must not stay there.
    private func cutJournal() throws {
        let all = try stores.journal.segments.all()
        // Most of the time there is nothing to drop, and the snapshots need not be read.
        guard let oldest = all.first, oldest.changed < limit || all.reduce(0, { $0 + $1.byteCount }) > journalBytes,
            let end = try firstNeeded()
        else { return }
        let superfluous = all.prefix { $0.number < end }
        var bytes = superfluous.reduce(0) { $0 + $1.byteCount }
        let dropped = superfluous.prefix { segment in
            defer { bytes -= segment.byteCount }
            return bytes > journalBytes || segment.changed < limit
        }
        guard let last = dropped.last else { return }
        try stores.journal.segments.remove(before: last.number + 1)
        try stores.index.forgetCars(before: last.number + 1)
    }

    /// The segment that a start may have to read from, were the newest snapshot damaged; nil where there are not two, or the log's files are not
    /// shown so far that they were there after a crash of the machine.
    private func firstNeeded() throws -> UInt64? {
        let heights = try stores.snapshots.heights().prefix(2)
        guard heights.count == 2 else { return nil }
        let marks = try heights.map { try stores.snapshots.read($0).mark.segment }
        guard let older = try stores.index.block(at: heights[1]), try stores.shownHead().checkpoint.size >= older.size
        else { return nil }
        return marks.min()
    }
}
