import Consensus
import Cryptography
import Hazards
import Replica
import Storage
import TransparencyLog
import Wire

/// How far a validator is on its way to the others' state, whose journals reach less far back than it would need.
///
/// First the state's image, by hash from those who offer it alike (`StateTransfer`); then the log's entries up to that state, page by page, from
/// which files and index are made as if the blocks had been executed; then the files of the models that the state names. Only then does the
/// replica go on from it. What a validator gives that lies costs a second: everything is checked against what f + 1 vouch for.
struct Takeover {
    /// Where it goes.
    struct Target: Sendable {
        let state: Snapshot
        let image: [UInt8]
        /// Files of model versions that are not here.
        let missing: [Digest]
    }

    /// A model version's file on its way.
    private struct File {
        var bytes: [UInt8] = []
        var attempts = 0
        var nextAttempt: UInt64 = 0
    }

    private(set) var transfer: StateTransfer
    private(set) var target: Target?
    private var sources: [ValidatorIndex] = []
    /// The log so far; nil before the first page.
    var rebuild: LogRebuild?
    /// The pool has a job of it.
    var isWorking = false
    /// The hazards that vehicles were told of when the state was handed to the replica; nil before.
    private var handedOver: [Hazard]?
    /// Pages that are here and not written, and when those that are not are asked for again: both by their first entry.
    private var pages: [UInt64: LogPage] = [:]
    private var asked: [UInt64: UInt64] = [:]
    /// Whose turn it is to be asked.
    private var turn = 0
    private var files: [Digest: File] = [:]

    private let committee: Committee

    init(_ configuration: ReplicaConfiguration) {
        committee = configuration.committee
        transfer = StateTransfer(configuration.committee)
    }

    // MARK: The image

    mutating func take(_ offers: [SnapshotOffer], from peer: ValidatorIndex, above height: UInt64) {
        if target == nil { transfer.take(offers, from: peer, above: height) }
    }

    mutating func take(piece: [UInt8]) { transfer.take(piece: piece) }

    /// The pieces to ask for now.
    mutating func pieceRequests(at milliseconds: UInt64) -> [(piece: Digest, from: ValidatorIndex)] {
        guard target == nil else { return [] }
        return transfer.takeRequests(
            at: Instant(milliseconds: milliseconds), period: ServerLimits.transferPatience)
    }

    /// The image is here and good.
    mutating func begin(_ target: Target) {
        self.target = target
        sources = transfer.offeredBy
        transfer.reset()
        files = Dictionary(target.missing.map { ($0, File()) }) { first, _ in first }
    }

    /// What was gathered is of no use, or not any more.
    mutating func reset() {
        self = Takeover(committee: committee)
    }

    private init(committee: Committee) {
        self.committee = committee
        transfer = StateTransfer(committee)
    }

    // MARK: The log

    mutating func take(_ page: LogPage) {
        guard page.request.size == target?.state.size, asked.removeValue(forKey: page.request.first) != nil else {
            return
        }
        pages[page.request.first] = page
    }

    /// The pages that are here and follow the log so far, in order.
    mutating func takePages() -> [LogPage] {
        guard var end = rebuild?.size else { return [] }
        var following: [LogPage] = []
        while let page = pages.first(where: { $0.value.request.first <= end && end < $0.value.end })?.value {
            following.append(page)
            end = page.end
        }
        pages = pages.filter { $0.value.end > end }
        return following
    }

    /// The pages to ask for now, and whom: those after the log so far, a few ahead. One that does not come is asked of the next.
    mutating func pageRequests(at milliseconds: UInt64) -> [(request: PageRequest, from: ValidatorIndex)] {
        guard let size = target?.state.size, let rebuild else { return [] }
        var requests: [(request: PageRequest, from: ValidatorIndex)] = []
        let step = UInt64(ReplicaLimits.entriesPerPage)
        asked = asked.filter { $0.key + step > rebuild.size }
        var next = rebuild.size
        for _ in 0..<ServerLimits.pagesAhead where next < size {
            if let page = pages.values.first(where: { $0.request.first <= next && next < $0.end }) {
                next = page.end
                continue
            }
            if asked[next, default: 0] <= milliseconds {
                asked[next] = milliseconds + ServerLimits.transferPatience
                requests.append((PageRequest(first: next, size: size), sources[turn % sources.count]))
                turn += 1
            }
            next += step
        }
        return requests
    }

    // MARK: The models' files

    /// The parts to ask for now, and whom.
    mutating func fileRequests(at milliseconds: UInt64) -> [(request: FileRequest, from: ValidatorIndex)] {
        var requests: [(request: FileRequest, from: ValidatorIndex)] = []
        for (digest, file) in files where file.nextAttempt <= milliseconds {
            // A validator goes on without the file: the others can decide rounds, and serve vehicles.
            guard file.attempts < 2 * sources.count else {
                files[digest] = nil
                continue
            }
            let request = FileRequest(digest: digest, offset: UInt64(file.bytes.count))
            requests.append((request, sources[file.attempts % sources.count]))
            files[digest]?.nextAttempt = milliseconds + ServerLimits.transferPatience
            // Taken back when the part comes: who does not answer, or not truly, is passed over.
            files[digest]?.attempts += 1
        }
        return requests
    }

    /// Takes a part of a file; the file, once it is whole and true.
    mutating func take(_ part: FilePart) -> [UInt8]? {
        let digest = part.request.digest
        guard var file = files[digest], part.request.offset == UInt64(file.bytes.count), file.attempts > 0 else {
            return nil
        }
        file.bytes += part.bytes
        file.nextAttempt = 0
        let isLast = part.bytes.count < ReplicaLimits.pieceBytes
        if isLast, Digest.sha256(file.bytes) == digest {
            files[digest] = nil
            return file.bytes
        }
        if isLast || file.bytes.count > ModelFiles.byteLimit {
            file.bytes = []
        } else {
            file.attempts -= 1
        }
        files[digest] = file
        return nil
    }

    // MARK: The replica

    /// Everything is here: the state that the replica is to go on from, once.
    mutating func handOver(whileActive hazards: [Hazard]) -> Snapshot? {
        guard let target, let rebuild, rebuild.size == target.state.size, files.isEmpty, handedOver == nil else {
            return nil
        }
        handedOver = hazards
        return target.state
    }

    /// The image, and the hazards that were active before, when the replica goes on from a state of that height which it was handed. With that,
    /// it is over.
    mutating func end(at height: UInt64) -> (image: [UInt8], hazardsBefore: [Hazard])? {
        guard let handedOver, let target, target.state.height == height else { return nil }
        reset()
        return (target.image, handedOver)
    }
}
