import Wire

/// The others' answers to a validator that has just started, until they suffice.
struct Recall: Sendable {
    let nonce: UInt64
    /// Whether the journal was empty: a new committee's, or one that was lost.
    let isBlank: Bool
    /// Whether an answer has shown that the journal lacks something.
    private(set) var hasForgotten = false
    private(set) var answers: [ValidatorIndex: Recollection] = [:]
    private var lastAsked: Instant?
    private var firstAsked: Instant?

    init(nonce: UInt64, isBlank: Bool) {
        self.nonce = nonce
        self.isBlank = isBlank
    }

    mutating func take(_ answer: Recollection, from peer: ValidatorIndex) { answers[peer] = answer }

    mutating func distrustJournal() { hasForgotten = true }

    /// A validator with a journal learns nothing from one without.
    func counts(_ answer: Recollection) -> Bool { !answer.isBlank || isBlank && !hasForgotten }

    var counted: [Recollection] { answers.values.filter(counts) }

    // MARK: Asking

    func hasWaited(_ period: UInt64, at now: Instant) -> Bool { firstAsked.map { now >= $0 + period } ?? false }

    func deadline(period: UInt64) -> Instant? { lastAsked.map { $0 + period } }

    /// Whether to ask now; then it has asked.
    mutating func takeTurn(at now: Instant, period: UInt64) -> Bool {
        guard deadline(period: period).map({ now >= $0 }) ?? true else { return false }
        lastAsked = now
        firstAsked = firstAsked ?? now
        return true
    }
}

/// What a validator that has lost its memory keeps to from then on.
public struct Recovered: Hashable, Sendable {
    /// It says nothing in views up to here: it may have spoken there before.
    public let silentThrough: UInt64
    /// Per lane, the position up to which it acknowledges nothing.
    public let acknowledged: [UInt64]
    /// Where its own lane begins anew.
    public let incarnation: UInt64
}

extension Recovered: Layout {
    /// Reads the fields.
    public init(reading reader: inout Reader) throws(WireError) {
        silentThrough = try reader.read(UInt64.self)
        acknowledged = try reader.readEach(atMost: ConsensusLimits.validators) { (reader) throws(WireError) in
            try reader.read(UInt64.self)
        }
        incarnation = try reader.read(UInt64.self)
        guard incarnation <= CarHeader.lastIncarnation else {
            throw .invalid(field: "incarnation", value: incarnation)
        }
    }

    /// Writes the fields.
    public func write(into writer: inout Writer) {
        writer.write(silentThrough)
        writer.write(each: acknowledged) { $0.write($1) }
        writer.write(incarnation)
    }
}
