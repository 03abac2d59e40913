import Wire

/// When the machine wants to be woken if nothing else happens.
extension Consensus {
    /// The next time at which a `tick` does something; nil while only others can move it on. To be read after every step.
    public var nextDeadline: Instant? {
        guard hasStarted, !isHalted else { return nil }
        let deadlines =
            [
                sealDeadline, ownResendDeadline, heldBackDeadline, fetcher.nextDeadline, deliveryDeadline,
                recallDeadline, laneDeadline, standInDeadline,
            ] + viewDeadlines
        return deadlines.compactMap { $0 }.min()
    }

    private var viewDeadlines: [Instant?] {
        guard pacemaker.activeSince == nil else {
            return [nullifyDeadline, proposingDeadline, votingDeadline, pacemaker.resendDeadline]
        }
        return [notarizedPoint.map { instant(of: $0.timestamp + settings.heartbeat) }]
    }

    private var ownResendDeadline: Instant? {
        committee.n == 1 ? nil : own.resendDeadline(period: pacemaker.delay)
    }

    private var heldBackDeadline: Instant? { lanes.compactMap(\.heldBackUntil).min().map(instant(of:)) }

    private var deliveryDeadline: Instant? { hasDeliverable ? clock.instant : nil }

    /// When the own clock will show `time`, if it goes on as it does.
    func instant(of time: Timestamp) -> Instant {
        clock.instant + (time.milliseconds - min(time, clock.timestamp).milliseconds)
    }
}
