import Consensus
import Cryptography
import Replica
import Storage
import Telemetry
import TransparencyLog
import Wire

/// Why something cannot be read back from the stores.
enum StoresError: Error, CustomStringConvertible {
    case index(IndexError)
    case journal(JournalError)
    case log(LogError)
    case unreadable(String)
    case unknownReport
    case leafNotShown(UInt64)
    /// The journal no longer has it, or never had.
    case cutOff

    var description: String {
        switch self {
        case .index(let error): "\(error)"
        case .journal(let error): "\(error)"
        case .log(let error): "\(error)"
        case .unreadable(let what): what
        case .unknownReport: "the report is in the log, but not in the index"
        case .leafNotShown(let leaf): "entry \(leaf) is not below the checkpoint of the log's files"
        case .cutOff: "the journal does not reach back so far"
        }
    }

    /// Whether it may be so only until the stores are written the next time.
    var maySoonBeThere: Bool {
        switch self {
        case .unknownReport, .leafNotShown: true
        case .index, .journal, .log, .unreadable, .cutOff: false
        }
    }
}

/// What has been written to the disk, to read from on any thread: the journal's records, the index, the log's own files.
struct Stores: Sendable {
    let index: Index
    let journal: JournalReader
    let log: DirectorySource
    let snapshots: SnapshotFiles

    // MARK: Receipts of earlier reports

    /// The leaf that is found and its `.tlog-proof`, under the checkpoint that the log's files end at.
    func receipt(leaf find: (Index) throws(IndexError) -> UInt64?) -> Result<ProvenEntry, StoresError> {
        Result.of { () throws(StoresError) in
            let leaf: UInt64?
            do throws(IndexError) { leaf = try find(index) } catch { throw StoresError.index(error) }
            guard let leaf else { throw StoresError.unknownReport }
            return try receipt(of: leaf)
        }
    }

    private func receipt(of leaf: UInt64) throws(StoresError) -> ProvenEntry {
        let signed = try shownHead()
        guard leaf < signed.checkpoint.size else { throw .leafNotShown(leaf) }
        let (entry, proof): ([UInt8], [Digest])
        do {
            let tiles = TileReader(log, size: signed.checkpoint.size)
            (entry, proof) = (try tiles.entry(at: leaf), try tiles.inclusionProof(of: leaf))
        } catch {
            throw .log(error)
        }
        let receipt = InclusionReceipt(index: leaf, proof: proof, signed: signed).bytes
        do {
            return ProvenEntry(entry: try Entry(decoding: entry), receipt: receipt)
        } catch {
            throw .unreadable("entry \(leaf): \(error)")
        }
    }

    /// The head that the log's files are shown at.
    func shownHead() throws(StoresError) -> SignedCheckpoint {
        let bytes: [UInt8]
        do { bytes = try log.read(.checkpoint) } catch { throw .unreadable("checkpoint: \(error)") }
        do { return try SignedCheckpoint(parsing: bytes) } catch { throw .log(error) }
    }

    /// The decisions on committees that stand in the log, as far as its files have them.
    func decisions() -> Result<[SignedCommitteeChange], StoresError> {
        Result.of { () throws(StoresError) in
            let numbers: [UInt64]
            do throws(IndexError) { numbers = try index.decisions() } catch { throw .index(error) }
            let size = try shownHead().checkpoint.size
            var decisions: [SignedCommitteeChange] = []
            for number in numbers where number < size {
                do {
                    let entry = try Entry(decoding: TileReader(log, size: size).entry(at: number))
                    if case .committee(let entry) = entry { decisions.append(entry.decision) }
                } catch {
                    throw .unreadable("entry \(number): \(error)")
                }
            }
            return decisions
        }
    }

    // MARK: History for a peer

    /// Final blocks from the requested height on, as many as one answer carries; those of the asker's epoch. Its end, where that is past, is shown by
    /// `closing`.
    func history(_ request: HistoryRequest, closing: HistoryBatch?) -> Result<PeerMessage?, StoresError> {
        Result.of { () throws(StoresError) in
            if let closing, closing.firstHeight == request.height { return .historyBatch(closing) }
            let rows = try rows(from: request.height)
            guard !rows.isEmpty else { return nil }
            let first = try firstSegment()
            var chain: [(block: Block, certificate: Certificate?)] = []
            for row in rows {
                // Only the beginning is cut off, and blocks that were never executed here come after some that were.
                guard let position = row.journal, position.segment >= first else { break }
                let block = try block(row, at: position)
                guard block.header.epoch == request.epoch else { break }
                chain.append((block, try certificate(row)))
            }
            if let last = chain.last?.block, let closing, last.height == closing.firstHeight,
                let batch = closing.preceded(by: chain.dropLast().map(\.block))
            {
                return .historyBatch(batch)
            }
            guard let batch = HistoryBatch(of: chain) else {
                if chain.count == rows.count { return nil }
                throw .cutOff
            }
            return .historyBatch(batch)
        }
    }

    /// A run of a lane's cars, as many as one answer carries.
    func cars(_ request: CarRequest) -> Result<PeerMessage?, StoresError> {
        Result.of { () throws(StoresError) in
            var failure: StoresError?
            let batch = CarBatch(answering: request) { hash in
                do throws(StoresError) {
                    return try car(hash)
                } catch {
                    failure = error
                    return nil
                }
            }
            if batch == nil, let failure { throw failure }
            if batch == nil, try isCut() { throw .cutOff }
            return batch.map(PeerMessage.carBatch)
        }
    }

    private func rows(from height: UInt64) throws(StoresError) -> [IndexedBlock] {
        // A few more than one answer holds: its last block may be final through a later one.
        let limit = ConsensusLimits.blocksPerHistory + 32
        do { return try index.blocks(from: height, limit: limit).items } catch { throw .index(error) }
    }

    private func isCut() throws(StoresError) -> Bool {
        do { return try journal.segments.isCut() } catch { throw .journal(error) }
    }

    private func firstSegment() throws(StoresError) -> UInt64 {
        do { return try journal.segments.first() ?? 1 } catch { throw .journal(error) }
    }

    private func block(_ row: IndexedBlock, at position: JournalPosition) throws(StoresError) -> Block {
        switch try record(at: position) {
        case .block(let block): return block
        case .signed(let signed):
            if case .proposal(let block) = signed.statement { return block }
            throw .unreadable("another record stands for block \(row.height)")
        case .car, .certificate, .finalized, .recovered, .snapshot:
            throw .unreadable("another record stands for block \(row.height)")
        }
    }

    private func certificate(_ row: IndexedBlock) throws(StoresError) -> Certificate? {
        guard let bytes = row.finalization else { return nil }
        do { return try Certificate(decoding: bytes) } catch { throw .unreadable("certificate: \(error)") }
    }

    private func car(_ hash: Digest) throws(StoresError) -> SignedCar? {
        let position: JournalPosition?
        do { position = try index.car(hash) } catch { throw .index(error) }
        guard let position else { return nil }
        switch try record(at: position) {
        case .car(let car): return car
        case .signed(let signed):
            if case .ownCar(let car) = signed.statement { return SignedCar(car: car, signature: signed.signature) }
            return nil
        case .block, .certificate, .finalized, .recovered, .snapshot: return nil
        }
    }

    private func record(at position: JournalPosition) throws(StoresError) -> Record {
        let bytes: [UInt8]
        do { bytes = try journal.read(at: position) } catch { throw .journal(error) }
        do { return try Record(decoding: bytes) } catch { throw .unreadable("a record at \(position): \(error)") }
    }
}

/// An entry of the log and the proof that it stands there.
struct ProvenEntry: Sendable {
    let entry: Entry
    let receipt: [UInt8]
}

extension Result where Failure == StoresError {
    /// What `body` returns, or why it cannot.
    static func of(_ body: () throws(StoresError) -> Success) -> Result {
        do {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }
}
