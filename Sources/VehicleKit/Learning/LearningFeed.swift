import Cryptography
import Telemetry
import Wire

/// What a vehicle knows of the rounds and versions of the models that it runs, and how it comes by a version's file.
///
///  1. It takes proven entries only: whoever calls has checked that they stand in the log.
///  2. What stands later in the log holds. A gateway that lags, or repeats what it said, changes nothing.
///  3. A round is told once, when the version that it builds on runs. Until then it waits; it is dropped when it is
///     over.
///  4. A version runs when all of its file is there and has its digest; until then the one before it does. The last
///     good one and the first one need no fetching.
///  5. Chunks are one gateway's: with the connection they go, so that none spoils what another sends.
struct LearningFeed: Sendable {
    enum News: Hashable, Sendable {
        case round(RoundOpenedEntry)
        case version(LearnedModel, Digest)
    }

    /// What is known of a model.
    fileprivate struct Track: Sendable {
        /// The newest round.
        var round: (entry: RoundOpenedEntry, index: UInt64)?
        /// Whether it waits for its version.
        var isWaiting = false
        /// The newest decision, and whether its version was made of the one that ran when it was heard.
        var decision: (entry: VersionDecidedEntry, index: UInt64, isMadeOfRunning: Bool)?
        var download: VersionDownload?
    }

    private var tracks: [LearnedModel: Track] = [:]
    private(set) var shelf = ModelShelf()
    /// What to be subscribed to.
    private(set) var filters: Set<String> = []

    /// A vehicle that runs these models, each in its first version.
    init(models: [LearnedModel]) {
        for model in models { tracks[model] = Track() }
        setFilters()
    }

    /// The models that it runs.
    var models: [LearnedModel] { LearnedModel.allCases.filter { tracks[$0] != nil } }

    /// When the download that has waited longest for a chunk last got one.
    var leastProgressed: Instant? { tracks.values.compactMap(\.download?.progressed).min() }

    /// The name of the version that runs; nil of a model that the vehicle does not run.
    func running(_ model: LearnedModel) -> Digest? { tracks[model].map { _ in shelf[model].digest } }

    /// A round has opened, by the entry at `index` of the log.
    mutating func take(_ opened: RoundOpenedEntry, at index: UInt64, now: Moment) -> [News] {
        guard var track = tracks[opened.model], track.round.map({ $0.index < index }) ?? true else { return [] }
        track.round = (opened, index)
        let isDecided = track.decision.map { $0.entry.round >= opened.round } ?? false
        track.isWaiting = !isDecided && now.timestamp <= opened.deadline
        tracks[opened.model] = track
        return dueRound(of: opened.model, now: now)
    }

    /// A gateway says that the model's round is over.
    mutating func endRound(of model: LearnedModel) {
        tracks[model]?.isWaiting = false
    }

    /// It was decided which version runs, by the entry at `index`; a gateway has its file, of so many bytes.
    mutating func take(
        _ decided: VersionDecidedEntry, at index: UInt64, bytes: UInt64, now: Moment
    ) throws(VersionFault) -> [News] {
        let model = decided.model
        guard var track = tracks[model], track.decision.map({ $0.index <= index }) ?? true else { return [] }
        let isMadeOfRunning = track.isMadeOfRunning(decided, at: index, running: shelf[model].digest)
        track.decision = (decided, index, isMadeOfRunning)
        if let round = track.round, round.entry.round <= decided.round { track.isWaiting = false }
        if track.download?.digest != decided.current { track.download = nil }
        tracks[model] = track
        defer { setFilters() }
        if let news = useWhatIsThere(decided, isMadeOfRunning) { return news + dueRound(of: model, now: now) }
        if track.download == nil {
            tracks[model]?.download = try VersionDownload(
                decided.current, bytes: bytes, isMadeOfRunning: isMadeOfRunning, now: now.instant)
        }
        return []
    }

    /// What the decision changes where its version is on the shelf; nil where it is to be fetched.
    private mutating func useWhatIsThere(_ decided: VersionDecidedEntry, _ isMadeOfRunning: Bool) -> [News]? {
        let (model, current) = (decided.model, decided.current)
        if current == shelf[model].digest { return [] }
        let first = ModelShelf.first(of: model)
        if current == shelf.previous(model)?.digest {
            shelf.goBack(model)
        } else if current == first.digest {
            shelf.install(first, of: model, isMadeOfRunning: isMadeOfRunning)
        } else {
            return nil
        }
        return [.version(model, current)]
    }

    /// A chunk of a version's file came. Of one that is not fetched, or no more, it is left.
    mutating func take(
        _ chunk: [UInt8], number: Int, of digest: Digest, now: Moment
    ) throws(VersionFault) -> [News] {
        guard let model = models.first(where: { tracks[$0]?.download?.digest == digest }),
            var download = tracks[model]?.download
        else { return [] }
        // So that no other copy of the chunks is left while this one changes.
        tracks[model]?.download = nil
        let version = try download.take(chunk, number: number, now: now.instant)
        guard let version else {
            tracks[model]?.download = download
            return []
        }
        setFilters()
        shelf.install(version, of: model, isMadeOfRunning: download.isMadeOfRunning)
        return [.version(model, digest)] + dueRound(of: model, now: now)
    }

    /// The round that waited for the version that runs now.
    private mutating func dueRound(of model: LearnedModel, now: Moment) -> [News] {
        guard let track = tracks[model], track.isWaiting, let round = track.round?.entry,
            round.baseVersion == shelf[model].digest
        else { return [] }
        tracks[model]?.isWaiting = false
        return now.timestamp <= round.deadline ? [.round(round)] : []
    }

    /// The gateway has gone, and what was fetched from it.
    mutating func connectionEnded() {
        for model in models { tracks[model]?.download = nil }
        setFilters()
    }

    /// Keeps the same bytes as others that run the same versions.
    mutating func share(with shared: inout SharedVersions) {
        shelf.share(with: &shared)
    }

    private mutating func setFilters() {
        let downloads = models.compactMap { tracks[$0]?.download?.digest }
        filters = Set(models.map(VehicleTopic.filter(of:)) + downloads.map(VehicleTopic.filter(ofVersion:)))
    }
}

extension LearningFeed.Track {
    /// Whether a decision that changes the version does so by what was made of the running one: it is of the round that
    /// was heard to build on it, or of the round after the one that the running version is of.
    fileprivate func isMadeOfRunning(_ decided: VersionDecidedEntry, at index: UInt64, running: Digest) -> Bool {
        // Another gateway repeats it: what was known then is not known any more.
        if let decision, decision.index == index { return decision.isMadeOfRunning }
        guard decided.decision == .promoted else { return false }
        if let round, round.entry.round == decided.round { return round.entry.baseVersion == running }
        let last = (round: decision?.entry.round ?? 0, version: decision?.entry.current ?? running)
        return last.round + 1 == decided.round && last.version == running
    }
}
