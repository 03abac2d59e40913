import Wire

/// When the machine wants to be woken if nothing else happens.
extension Consensus {
    /// The next time at which a `tick` does something; nil while only others can move it on. To be read after every step.
    public var nextDeadline: Instant? {
        guard hasStarted, !isHalted else { return nil }
        return sealDeadline.earlier(ownResendDeadline).earlier(heldBackDeadline).earlier(fetcher.nextDeadline)
            .earlier(deliveryDeadline).earlier(recallDeadline).earlier(laneDeadline).earlier(standInDeadline)
            .earlier(debts.nextDue).earlier(viewDeadline)
    }

    private var viewDeadline: Instant? {
        guard pacemaker.activeSince == nil else {
            return nullifyDeadline.earlier(proposingDeadline).earlier(votingDeadline).earlier(pacemaker.resendDeadline)
        }
        return notarizedPoint.map { instant(of: $0.timestamp + settings.heartbeat) }
    }

    private var ownResendDeadline: Instant? {
        committee.n == 1 ? nil : own.resendDeadline(period: pacemaker.delay)
    }

    private var heldBackDeadline: Instant? {
        lanes.indices.reduce(nil) { $0.earlier(lanes[$1].heldBackUntil.map(instant(of:))) }
    }

    private var deliveryDeadline: Instant? { hasDeliverable ? clock.instant : nil }

    /// When the own clock will show `time`, if it goes on as it does.
    func instant(of time: Timestamp) -> Instant {
        clock.instant + (time.milliseconds - min(time, clock.timestamp).milliseconds)
    }
}
