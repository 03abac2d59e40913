import Cryptography
import Wire

/// How the validator stands at one moment: read by `/healthz` and `/api/v1/status`, never awaited.
public struct StatusSnapshot: Sendable, Equatable {
    /// The committee's epoch that it takes part in.
    public var epoch: UInt64
    /// The consensus view it is in.
    public var view: UInt64
    /// Blocks executed.
    public var height: UInt64
    /// Entries of its log.
    public var size: UInt64
    /// Root of its log.
    public var root: Digest
    /// Log time: the last block's.
    public var logTime: Timestamp
    /// How long ago the head advanced, in milliseconds of a monotonic clock; before the first block, how long ago the process started.
    public var millisecondsSinceAdvance: UInt64
    /// Whether it is fetching blocks that the others have executed already.
    public var isCatchingUp: Bool
    /// Vehicles connected.
    public var vehicles: Int
    /// Validators connected, itself not counted.
    public var peers: Int

    /// A validator's standing.
    public init(
        epoch: UInt64, view: UInt64, height: UInt64, size: UInt64, root: Digest, logTime: Timestamp,
        millisecondsSinceAdvance: UInt64, isCatchingUp: Bool = false, vehicles: Int = 0, peers: Int = 0
    ) {
        self.epoch = epoch
        self.view = view
        self.height = height
        self.size = size
        self.root = root
        self.logTime = logTime
        self.millisecondsSinceAdvance = millisecondsSinceAdvance
        self.isCatchingUp = isCatchingUp
        self.vehicles = vehicles
        self.peers = peers
    }

    /// Why the validator is not well, or nil where it is. An idle committee is well: it proposes a heartbeat block every 5 s.
    var complaint: String? {
        if isCatchingUp { return "catching up with the committee: at height \(height)" }
        guard millisecondsSinceAdvance <= InspectionLimits.headMilliseconds else {
            return "the head has not advanced for \(millisecondsSinceAdvance / 1000) s"
        }
        return nil
    }
}
