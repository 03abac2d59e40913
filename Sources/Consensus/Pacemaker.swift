import Wire

/// The timers of the current view, all multiples of D, and D itself.
///
/// D grows by a step with every nullified view and shrinks by a small one with every finalized block, which also brings it down to its
/// start: additive both ways, so that neither an outage nor a slow hour is remembered for long. Timers run only while the view is
/// *active*: an idle committee waits without counting.
struct Pacemaker: Sendable {
    private let settings: ConsensusSettings
    /// D, in milliseconds.
    private(set) var delay: UInt64
    private(set) var enteredAt = Instant(milliseconds: 0)
    private(set) var activeSince: Instant?
    private var lastResend: Instant?
    /// When the view's proposal came.
    private var proposedAt: Instant?
    /// Four times what proposals took lately to be notarized.
    private var recentVoting: UInt64 = 0

    init(_ settings: ConsensusSettings) {
        self.settings = settings
        delay = settings.startDelay
    }

    /// A view begins; whether it is active is found out next.
    mutating func enter(at now: Instant, afterBlock: Bool) {
        if afterBlock, let proposedAt {
            recentVoting =
                recentVoting - recentVoting / 4 + min(now.milliseconds - proposedAt.milliseconds, settings.minimumDelay)
        }
        proposedAt = nil
        enteredAt = now
        rest()
    }

    mutating func proposalArrived(at now: Instant) {
        if proposedAt == nil { proposedAt = now }
    }

    /// How far apart blocks are under full load: four times what their votes take, so that ordering gets a fifth of what there is, be it processors
    /// or a network. Cars do not wait for it.
    var blockSpacing: UInt64 {
        let bounds = settings.blockSpacing...max(settings.blockSpacing, settings.blockSpacingLimit)
        return min(max(recentVoting, bounds.lowerBound), bounds.upperBound)
    }

    /// How long others are given to make a certificate themselves before they are sent one.
    var courtesy: UInt64 { min(max(recentVoting, 10), delay / 4) }

    private mutating func rest() {
        activeSince = nil
        lastResend = nil
    }

    mutating func set(active: Bool, at now: Instant) {
        guard active else { return rest() }
        if activeSince == nil { activeSince = now }
    }

    mutating func viewWasNullified() {
        if settings.planted == .endlessDelay { return delay = min(delay * 2, 1 << 40) }
        delay = min(settings.maximumDelay, delay + settings.delayGrowth)
    }

    mutating func blockWasFinalized() {
        let reset = settings.planted == .endlessDelay ? delay : min(delay, settings.startDelay)
        delay = max(settings.minimumDelay, reset > settings.delayDecay ? reset - settings.delayDecay : 0)
    }

    /// A leader with nothing to order, or without what it takes to propose, waits until here.
    var leaderDeadline: Instant? { activeSince.map { $0 + delay } }

    /// t_l: without a proposal the view is nullified, once the leader's patience is at an end.
    func proposalDeadline(patience: UInt64) -> Instant? { activeSince.map { $0 + patience } }

    /// t_a: without a certificate the view is nullified.
    var advanceDeadline: Instant? { activeSince.map { $0 + 3 * delay } }

    /// t_r: what was said in this view is said again.
    var resendDeadline: Instant? { (lastResend ?? activeSince).map { $0 + delay } }

    mutating func resent(at now: Instant) { lastResend = now }
}

/// The rule that makes block times a clock which f liars cannot move.
enum LogTime {
    enum Verdict: Equatable, Sendable {
        case accept
        case refuse
        /// In the own clock's future: looked at again then.
        case early(until: Timestamp)
    }

    /// How far a block's time may stand in the own clock's future.
    static let tolerance: UInt64 = 1000

    /// The time of a block that is made now.
    static func next(after parent: Timestamp, now: Timestamp) -> Timestamp { max(now, parent + 1) }

    /// A committee whose clocks stepped back moves on by a millisecond a block, so that step is always accepted. Anything else must not be
    /// older than the slowest honest proposal, by the clock at its arrival, and is not voted for before its time.
    static func judge(
        _ time: Timestamp, parent: Timestamp, arrivedAt: Timestamp, now: Timestamp, maximumDelay: UInt64
    ) -> Verdict {
        if time == parent + 1 { return .accept }
        guard time > parent, time >= arrivedAt - (3 * maximumDelay + tolerance) else { return .refuse }
        return time > now + tolerance ? .early(until: time - tolerance) : .accept
    }
}
