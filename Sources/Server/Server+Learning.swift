import Cryptography
import Federation
import Replica
import Storage
import Telemetry
import TransparencyLog

/// The rounds' side of a server: computing them off the loop, and telling vehicles of them.
extension Server {
    /// Computes a closed round on the pool; its result becomes this validator's claim.
    func compute(_ job: RoundJob) {
        let work = models
        loop.pool.run({ work.run(job) }) { [self] outcome in
            assumeIsolated { $0.computed(outcome) }
        }
    }

    private func computed(_ outcome: Result<RoundResult, ModelWorkError>) {
        switch outcome {
        case .success(let result):
            counters.roundsComputed += 1
            inbox.append(.computed(result))
        case .failure(let reason):
            // The others can decide the round; this validator has no word in it.
            counters.roundsNotComputed += 1
            logger.error("a round cannot be computed: \(reason)")
        }
        // The others may have decided on this version before its file was here.
        announce()
    }

    /// Posts what a block says of the rounds, and shows it to watchers.
    func post(_ block: ExecutedBlock) {
        for model in board.post(block) { gateway.retain(Topics.round(model), [], now: now) }
        for (offset, entry) in block.entries.enumerated() where RoundKey(entry) != nil {
            let index = block.firstIndex + UInt64(offset)
            notices.yield(.learning(LearningNotice(entry: entry, index: index, time: block.time)))
        }
    }

    /// Announces what stands below the newest published head.
    func announce() {
        guard let head = replica.published, !isStopping else { return }
        for notice in board.unannounced(below: head.head.size) {
            board.mark(notice, isAnnounced: true)
            let proof = replica.inclusionProof(of: notice.leaf, below: head)
            let receipt = proof.map { receipts.receipt(leaf: notice.leaf, proof: $0, head) }
            prepare(notice, receipt: receipt)
        }
    }

    /// Fetches on the pool what the announcement lacks: the version's file, and the proof where the tree in memory is past it.
    private func prepare(_ notice: LearningBoard.Notice, receipt: [UInt8]?) {
        let (stores, files) = (archive.stores, models.files)
        loop.pool.run({ Announced.make(notice, receipt: receipt, stores, files) }) { [self] announced in
            assumeIsolated { $0.show(announced, notice) }
        }
    }

    private func show(_ announced: Result<Announced, ModelWorkError>, _ notice: LearningBoard.Notice) {
        guard board.stands(notice) else { return }
        switch announced {
        case .success(let announced):
            if let file = announced.file { show(file, of: notice.model) }
            gateway.retain(notice.topic, announced.bytes, now: now)
        case .failure(let reason):
            // The file is still being computed, or the log's files are behind: the next head or result tries again.
            logger.debug("not announced yet: \(reason)")
            board.mark(notice, isAnnounced: false)
        }
    }

    /// Puts a version's file where vehicles fetch it, in place of the one before.
    private func show(_ file: [UInt8], of model: LearnedModel) {
        let digest = Digest.sha256(file)
        guard shownVersions[model]?.digest != digest else { return }
        if let old = shownVersions[model] {
            for chunk in 0..<old.chunks { gateway.retain(Topics.blob(old.digest, chunk: chunk), [], now: now) }
        }
        let size = AnnouncementLimits.chunkBytes
        let chunks = (file.count + size - 1) / size
        for chunk in 0..<chunks {
            let bytes = Array(file[chunk * size..<min((chunk + 1) * size, file.count)])
            gateway.retain(Topics.blob(digest, chunk: chunk), bytes, now: now)
        }
        shownVersions[model] = (digest, chunks)
    }
}

/// An announcement, ready to be sent.
private struct Announced: Sendable {
    let bytes: [UInt8]
    let file: [UInt8]?

    static func make(
        _ notice: LearningBoard.Notice, receipt: [UInt8]?, _ stores: Stores, _ files: ModelFiles
    ) -> Result<Announced, ModelWorkError> {
        do {
            let file = try notice.version.map { version throws(ModelFileError) in try files.read(version) }
            let leaf = notice.leaf
            let receipt = try receipt ?? stores.receipt { _ throws(IndexError) in leaf }.get().receipt
            let announcement = Announcement(notice.entry, receipt: receipt, blobBytes: UInt64(file?.count ?? 0))
            return .success(Announced(bytes: announcement.encoded(), file: file))
        } catch {
            return .failure(ModelWorkError(description: "\(error)"))
        }
    }
}
