import Wire

/// The others' answers to a validator that has just started, until they suffice.
struct Recall: Sendable {
    let startedAt: Moment
    /// Whether the journal was empty: a new committee's, or one that was lost.
    let isBlank: Bool
    /// Whether an answer has shown that the journal lacks something.
    private(set) var hasForgotten = false
    /// Whether the answers have sufficed to vote again; the own lane waits longer.
    private(set) var isSettled = false
    private(set) var answers: [ValidatorIndex: Recollection] = [:]
    private var lastAsked: Instant?

    init(startedAt: Moment, isBlank: Bool) {
        self.startedAt = startedAt
        self.isBlank = isBlank
    }

    /// Tells this start's answers from those of earlier ones.
    var nonce: UInt64 { startedAt.timestamp.milliseconds }

    mutating func take(_ answer: Recollection, from peer: ValidatorIndex) { answers[peer] = answer }

    /// What was settled on fewer answers is open again.
    mutating func distrustJournal() {
        guard !hasForgotten else { return }
        hasForgotten = true
        isSettled = false
    }

    mutating func settle() { isSettled = true }

    /// A validator with a journal learns nothing from one without.
    func counts(_ answer: Recollection) -> Bool { !answer.isBlank || isBlank && !hasForgotten }

    /// Whether the peer need not be asked again. One without a journal may have settled meanwhile: then it counts.
    func hasLearned(from peer: ValidatorIndex) -> Bool { answers[peer].map(counts) ?? false }

    var counted: [Recollection] { answers.values.filter(counts) }

    // MARK: Asking

    func hasWaited(_ period: UInt64, at now: Instant) -> Bool { now >= startedAt.instant + period }

    func deadline(period: UInt64) -> Instant? { lastAsked.map { $0 + period } }

    /// Whether to ask now; then it has asked.
    mutating func takeTurn(at now: Instant, period: UInt64) -> Bool {
        guard deadline(period: period).map({ now >= $0 }) ?? true else { return false }
        lastAsked = now
        return true
    }
}

/// What a validator that has lost its memory keeps to from then on.
public struct Recovered: Hashable, Sendable {
    /// It says nothing in views up to here: it may have spoken there before.
    public let silentThrough: UInt64
    /// Per lane, the position up to which it acknowledges nothing.
    public let acknowledged: [UInt64]
}

extension Recovered: Layout {
    /// Reads the fields.
    public init(reading reader: inout Reader) throws(WireError) {
        silentThrough = try reader.read(UInt64.self)
        acknowledged = try reader.readEach(atMost: ConsensusLimits.validators) { (reader) throws(WireError) in
            try reader.read(UInt64.self)
        }
    }

    /// Writes the fields.
    public func write(into writer: inout Writer) {
        writer.write(silentThrough)
        writer.write(each: acknowledged) { $0.write($1) }
    }
}
