import Consensus
import Cryptography
import Hazards
import Replica
import Storage
import Telemetry
import TransparencyLog
import Wire

/// Takes executed blocks to the index and the log's files, behind the turn.
///
/// Both are derived from the journal, so nothing waits for them: blocks queue up here and one job of the pool at a time writes all that has come
/// together, at most every 200 ms; after a job that took long, up to a second later. A checkpoint is written with the entries below it, never before them.
struct Archive {
    let stores: Stores
    let submissionNames: SubmissionNames
    /// The log's files, while no job has them.
    private var tiles: TileStore?
    private var blocks: [IndexedBlock] = []
    private var leaves: [Leaves] = []
    private var checkpoint: SignedCheckpoint?
    private var snapshot: PendingSnapshot?
    private var inJob = 0
    /// Jobs that have ended: who looked into the stores in vain can tell whether to look again.
    private(set) var endedJobs = 0
    /// Where the journal has what has not been indexed yet.
    private var positions: [Digest: JournalPosition] = [:]

    init(stores: Stores, tiles: TileStore, submissionNames: SubmissionNames) {
        self.stores = stores
        self.tiles = tiles
        self.submissionNames = submissionNames
    }

    /// Blocks that wait to be written.
    var waitingBlocks: Int { blocks.count + inJob }

    /// Whether a job has the files.
    var isWriting: Bool { tiles == nil }

    /// Whether something waits that readers of the stores do not find yet.
    var isBehind: Bool { isWriting || !blocks.isEmpty || checkpoint != nil }

    /// Remembers where a record stands, if history will be read from it.
    mutating func note(_ record: Record, at position: JournalPosition) {
        switch record {
        case .car(let car): note(car.hash, at: position)
        case .block(let block): note(block.hash, at: position)
        case .signed(let signed):
            switch signed.statement {
            case .ownCar(let car): note(car.hash, at: position)
            case .proposal(let block): note(block.hash, at: position)
            case .ack, .vote: break
            }
        case .certificate, .finalized, .recovered, .snapshot: break
        }
    }

    private mutating func note(_ hash: Digest, at position: JournalPosition) {
        positions[hash] = position
        guard positions.count > ServerLimits.notedRecords else { return }
        // Blocks that were never final and cars of forked lanes are not asked for: the older half goes.
        let middle = positions.values.sorted()[positions.count / 2]
        positions = positions.filter { $0.value >= middle }
    }

    /// Queues an executed block.
    mutating func add(_ block: ExecutedBlock) {
        blocks.append(indexed(block))
        leaves.append(Leaves(first: block.firstIndex, leaves: block.leaves))
    }

    /// Passes over a block that index and files have already.
    mutating func pass(_ block: ExecutedBlock) {
        positions[block.hash] = nil
        for car in block.finalized.cars + block.finalized.voidCars { positions[car.hash] = nil }
    }

    /// The head that readers are to see once its entries are written.
    mutating func publish(_ checkpoint: SignedCheckpoint) {
        self.checkpoint = checkpoint
    }

    /// A snapshot to be written when index and files have all blocks up to it.
    mutating func keep(_ snapshot: PendingSnapshot) { self.snapshot = snapshot }

    /// Everything that waits, as a job for the pool; nil where nothing does or a job is under way.
    mutating func takeJob(pinned: Set<UInt64>) -> ArchiveJob? {
        guard let tiles, !blocks.isEmpty || checkpoint != nil || snapshot != nil else { return nil }
        let size = blocks.last?.size ?? tiles.size
        var job = ArchiveJob(
            tiles: tiles, stores: stores, blocks: blocks, leaves: leaves, checkpoint: nil, snapshot: snapshot,
            pinned: pinned)
        snapshot = nil
        // A head above the blocks that are here waits for them; one below can no longer be shown, since files do not go back.
        if let checkpoint, checkpoint.checkpoint.size <= size {
            job.checkpoint = checkpoint
            self.checkpoint = nil
        }
        self.tiles = nil
        inJob = blocks.count
        blocks = []
        leaves = []
        return job
    }

    /// The log's files, for a job that writes entries of blocks which were not executed here; nil while there is something else to write. They are
    /// given back with `finish`.
    mutating func lend() -> TileStore? {
        guard !isBehind, snapshot == nil else { return nil }
        defer { tiles = nil }
        return tiles
    }

    /// The job is done and gives the files back.
    mutating func finish(_ tiles: TileStore) {
        self.tiles = tiles
        inJob = 0
        endedJobs += 1
    }

    private mutating func indexed(_ block: ExecutedBlock) -> IndexedBlock {
        var row = IndexedBlock(
            height: block.height, view: block.view, time: block.time, size: block.head.size, root: block.head.root,
            hash: block.hash, journal: positions.removeValue(forKey: block.hash))
        row.finalization = block.finalized.certificate?.encoded()
        for car in block.finalized.cars + block.finalized.voidCars {
            row.cars[car.hash] = positions.removeValue(forKey: car.hash)
        }
        row.entries = block.entries.map(IndexedEntry.init)
        row.hazards = block.hazards.map(IndexedHazard.init)
        row.records = block.submissions.map { accepted in
            StoredRecord(
                digest: accepted.submission.digest, key: submissionNames.digest(of: accepted.submission.key),
                bytes: accepted.submission.bytes, signature: accepted.submission.signature.bytes,
                received: block.time, leaf: accepted.leaf)
        }
        return row
    }
}

/// The entries of one block, as they stand in the log.
struct Leaves: Sendable {
    let first: UInt64
    let leaves: [[UInt8]]
}

/// One write to index and files, on the pool.
struct ArchiveJob: Sendable {
    var tiles: TileStore
    let stores: Stores
    let blocks: [IndexedBlock]
    let leaves: [Leaves]
    var checkpoint: SignedCheckpoint?
    let snapshot: PendingSnapshot?
    /// Snapshots that are being sent to others.
    let pinned: Set<UInt64>

    /// Writes everything and gives the files back. What fails here can be made again from the journal, but not by this process.
    func run() -> Result<TileStore, ArchiveError> {
        var tiles = tiles
        do {
            try stores.index.apply(blocks)
            try show(in: &tiles)
            for block in leaves {
                try tiles.append(block.leaves, at: block.first)
                try show(in: &tiles)
            }
            // An epoch begins with a head that nobody has signed yet.
            if let snapshot, snapshot.beginsEpoch {
                try tiles.keep()
                // Newer ones would push it out, and are none that the replay could begin with.
                try stores.snapshots.remove(above: snapshot.state.height)
            }
            if let snapshot {
                // Last, so that whoever starts from it finds index and files as far along.
                try stores.snapshots.write(
                    StoredSnapshot(
                        height: snapshot.state.height, mark: snapshot.mark, end: snapshot.end,
                        bytes: snapshot.state.encoded()),
                    pinned: pinned)
            }
        } catch {
            return .failure(ArchiveError(description: "\(error)"))
        }
        return .success(tiles)
    }

    /// Readers are shown a head of exactly the entries that there are, so it goes in between blocks.
    private func show(in tiles: inout TileStore) throws(TileStoreError) {
        guard let checkpoint, checkpoint.checkpoint.size == tiles.size else { return }
        try tiles.publish(checkpoint)
    }
}

/// A state to be kept, and where the journal goes on from it.
struct PendingSnapshot: Sendable {
    let state: Snapshot
    let mark: JournalPosition
    /// The last record of what follows the mark.
    let end: JournalPosition
    /// Whether nothing of the journal before it will be read again.
    var beginsEpoch = false
}

/// Why index or files cannot be written.
struct ArchiveError: Error, CustomStringConvertible {
    let description: String
}

/// Names reports and updates in the index without naming vehicles: HMAC(log secret, kind || who sent it || what tells them apart).
struct SubmissionNames: Sendable {
    let secret: [UInt8]

    func digest(of key: SubmissionKey) -> Digest {
        var writer = Writer(capacity: 9)
        switch key {
        case .report(let vehicle, let sequence):
            writer.write(sequence)
            return name("report", vehicle.bytes, writer)
        case .update(let enrolment, let model, let round):
            writer.write(model.rawValue)
            writer.write(round)
            return name("update", enrolment.bytes, writer)
        }
    }

    private func name(_ kind: String, _ sender: [UInt8], _ rest: Writer) -> Digest {
        HMACSHA256.authenticate(key: secret, parts: [Array(kind.utf8), sender, rest.bytes])
    }
}

extension IndexedEntry {
    init(_ entry: Entry) {
        switch entry {
        case .roundOpened(let opened): self.init(entry, 5, opened.model, opened.round)
        case .updateAccepted(let accepted): self.init(entry, 6, accepted.model, accepted.round)
        case .roundClosed(let closed): self.init(entry, 7, closed.model, closed.round)
        case .versionMade(let made): self.init(entry, 8, made.result.model, made.result.round)
        case .versionDecided(let decided): self.init(entry, 9, decided.model, decided.round)
        case .block: self = .block
        case .report: self = .report
        case .revocation: self = .revocation
        case .evidence: self = .evidence
        case .committee: self = .committee
        case .observation(let observation):
            self = .observation(
                IndexedObservation(
                    cell: observation.cell.number, edge: observation.edge?.edge,
                    direction: observation.edge?.direction.rawValue, bucket: observation.bucket,
                    kind: observation.kind.rawValue, isSeen: observation.polarity == .seen, weight: observation.weight,
                    tag: observation.tag.bytes))
        }
    }
}

extension IndexedEntry {
    private init(_ entry: Entry, _ type: UInt8, _ model: LearnedModel, _ round: UInt64) {
        self = .learning(
            IndexedLearning(type: type, model: model.rawValue, round: round, bytes: entry.encoded()))
    }
}

extension IndexedHazard {
    init(_ hazard: Hazard) {
        self.init(
            id: hazard.id.bytes, kind: hazard.kind.rawValue, state: hazard.state.rawValue, cell: hazard.cell.number,
            edge: hazard.edge?.edge, direction: hazard.edge?.direction.rawValue, firstSeen: hazard.firstSeen,
            lastSeen: hazard.lastSeen, expires: hazard.expires, vehicles: hazard.vehicles, height: hazard.height)
    }
}
