import Cryptography
import Geography
import Telemetry
import Wire

/// How sure the validators are.
public enum HazardState: UInt8, Sendable {
    /// One vehicle at least saw it: an advice that may be false.
    case reported = 1
    /// Three distinct vehicles saw it within 120 s.
    case confirmed = 2
    /// Three distinct vehicles saw none, or nobody saw it again for as long as its kind lasts.
    case cleared = 3
    /// Two distinct vehicles at least saw it, as one validator knows and others vouch for; it is not in the log yet. What the log leads to is never
    /// in this state.
    case provisional = 4
}

/// What the validators believe about one hazard, as told to vehicles when it begins, changes or ends. All times are log
/// time.
public struct Hazard: Hashable, Sendable {
    /// Its name as long as it lasts. A hazard that comes back is another one.
    public var id: HazardID
    /// What it is.
    public var kind: HazardKind
    /// How sure the validators are.
    public var state: HazardState
    /// The cell of the sighting with which it began.
    public var cell: Cell
    /// The road, where the observations name one on the committee's map.
    public var edge: MapEdge?
    /// When its first sighting was committed.
    public var firstSeen: Timestamp
    /// When its last sighting was committed.
    public var lastSeen: Timestamp
    /// When it ends if nobody sees it again.
    public var expires: Timestamp
    /// So many distinct vehicles saw it, at least: the most in any one hour, and 64 stands for more.
    public var vehicles: UInt32
    /// The block that made this change.
    public var height: UInt64

    /// A hazard.
    public init(
        id: HazardID, kind: HazardKind, state: HazardState, cell: Cell, edge: MapEdge? = nil, firstSeen: Timestamp,
        lastSeen: Timestamp, expires: Timestamp, vehicles: UInt32, height: UInt64
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.cell = cell
        self.edge = edge
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.expires = expires
        self.vehicles = vehicles
        self.height = height
    }

    /// Its place as far as anyone knows it: the middle of its cell.
    public var coordinate: Coordinate { cell.centre }

    /// What its observations are grouped by.
    public var place: HazardPlace { edge.map(HazardPlace.edge) ?? .cell(cell) }
}
