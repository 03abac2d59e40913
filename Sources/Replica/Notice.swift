import Cryptography
import Geography
import Hazards
import Telemetry
import Wire

/// What a validator tells those who watch it: explorer pages, terminals, subscribers of events. Watchers may miss some, and never slow it.
public enum Notice: Sendable {
    /// A block was executed and its entries stand in the log.
    case block(BlockSummary)
    /// A hazard appeared, changed or ended.
    case hazard(Hazard)
    /// A round opened, took an update, closed, or made a version.
    case learning(LearningNotice)
    /// A vehicle whose owner consents to it is somewhere.
    case sighting(VehicleSighting)
}

/// An entry of a model's rounds: `roundOpened`, `updateAccepted`, `roundClosed`, `versionMade` or `versionDecided`.
public struct LearningNotice: Sendable, Equatable {
    /// The entry.
    public var entry: Entry
    /// Where it stands in the log.
    public var index: UInt64
    /// Log time.
    public var time: Timestamp

    /// An entry, where it stands and when.
    public init(entry: Entry, index: UInt64, time: Timestamp) {
        self.entry = entry
        self.index = index
        self.time = time
    }
}

/// An executed block in numbers.
public struct BlockSummary: Sendable, Equatable {
    /// Blocks executed up to this one.
    public var height: UInt64
    /// The consensus view that it was proposed in.
    public var view: UInt64
    /// Log time.
    public var time: Timestamp
    /// Entries that it added, its own included.
    public var entries: Int
    /// Reports that it added.
    public var reports: Int
    /// Observations that it added.
    public var observations: Int
    /// Entries of the log after it.
    public var size: UInt64
    /// Root of the log after it.
    public var root: Digest

    /// A block in numbers.
    public init(
        height: UInt64, view: UInt64, time: Timestamp, entries: Int, reports: Int, observations: Int, size: UInt64,
        root: Digest
    ) {
        self.height = height
        self.view = view
        self.time = time
        self.entries = entries
        self.reports = reports
        self.observations = observations
        self.size = size
        self.root = root
    }
}

/// Where a vehicle is now, under a name that lasts as long as its session.
public struct VehicleSighting: Sendable, Equatable {
    /// The session's own number on this validator: not the vehicle's identity.
    public var session: UInt64
    /// Where it says to be.
    public var coordinate: Coordinate
    /// Speed in centimetres a second.
    public var speedCentimetresPerSecond: UInt32
    /// Heading in hundredths of a degree, clockwise from north.
    public var headingCentidegrees: UInt32
    /// When it said so.
    public var time: Timestamp

    /// A position that an owner consents to show.
    public init(
        session: UInt64, coordinate: Coordinate, speedCentimetresPerSecond: UInt32, headingCentidegrees: UInt32,
        time: Timestamp
    ) {
        self.session = session
        self.coordinate = coordinate
        self.speedCentimetresPerSecond = speedCentimetresPerSecond
        self.headingCentidegrees = headingCentidegrees
        self.time = time
    }
}

/// One number of a validator at one time, as Prometheus names it.
public struct MetricSample: Sendable, Equatable {
    /// Whether it only rises.
    public enum Kind: String, Sendable {
        /// Rises, or starts again at zero.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// `waymark_…`, the unit last.
    public var name: String
    /// What it counts, for people.
    public var help: String
    /// Whether it only rises.
    public var kind: Kind
    /// Label names and values, in order.
    public var labels: [(name: String, value: String)]
    /// The number.
    public var value: Double

    /// A number with its name.
    public init(
        _ name: String, help: String, kind: Kind, labels: [(name: String, value: String)] = [], value: Double
    ) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        self.value = value
    }

    /// Whether name, labels and value agree.
    public static func == (left: MetricSample, right: MetricSample) -> Bool {
        left.name == right.name && left.value == right.value
            && left.labels.elementsEqual(right.labels) { $0.name == $1.name && $0.value == $1.value }
    }
}
