/// What can go wrong beside validators that lie. The name is what `--without` takes.
public enum Fault: String, CaseIterable, Sendable {
    // The network.
    case loss, duplication, spikes, cuts, partitions
    case slowLinks = "slow-links"
    // Processes.
    case crashes, blackouts, relapses, pauses
    // Clocks.
    case skew, jumps, drift
    // Disks.
    case slowDisks = "slow-disks"
    case diskErrors = "disk-errors"
    case tornWrites = "torn-writes"
    case bitFlips = "bit-flips"
    // Load.
    case bursts, crowds
    case hotLane = "hot-lane"
    // The committee.
    case changes

    /// How often it strikes, for what happens now and then: milliseconds between two, at the least and at the greatest intensity.
    var interval: (rarely: UInt64, often: UInt64)? {
        switch self {
        case .cuts, .partitions: (20_000, 2000)
        case .slowLinks: (20_000, 4000)
        case .crashes, .pauses: (30_000, 3000)
        case .blackouts: (90_000, 20_000)
        case .jumps: (40_000, 8000)
        case .diskErrors: (60_000, 10_000)
        case .tornWrites: (20_000, 2000)
        case .bursts: (30_000, 5000)
        case .changes: (40_000, 10_000)
        case .loss, .duplication, .spikes, .relapses, .skew, .drift, .slowDisks, .bitFlips, .crowds, .hotLane: nil
        }
    }

    /// What it does at its greatest intensity, for what is there all the time.
    var greatest: (amount: UInt64, unit: String)? {
        switch self {
        case .loss: (300, "‰ of messages")
        case .duplication: (500, "‰ of messages")
        case .spikes: (60, "‰ of messages late by up to 2 s")
        case .relapses: (500, "‰ of starts")
        case .skew: (1200, "ms")
        case .drift: (100, "‰ of the clock's rate")
        case .slowDisks: (400, "ms a sync, on one disk")
        case .bitFlips: (600, "‰ of stops, in the newest snapshot")
        case .crowds: (400, "‰ of reports sent to two validators")
        case .hotLane: (1000, "‰ of reports to one validator")
        case .cuts, .partitions, .slowLinks, .crashes, .pauses, .blackouts, .jumps, .diskErrors, .tornWrites, .bursts,
            .changes:
            nil
        }
    }
}
