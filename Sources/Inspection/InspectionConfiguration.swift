import Hazards
import Logging
import Storage

/// How a validator shows itself to people and auditors.
public struct InspectionConfiguration: Sendable {
    /// The address to listen on, a name or a number.
    public var host: String
    /// The TCP port; 0 for any free one.
    public var port: Int
    /// The folder of the C2SP tree: `checkpoint` and `tile/`.
    public var logDirectory: String
    /// The index of blocks and rounds; without it `/api/v1/blocks` knows only those of this process's life, and `/api/v1/models` nothing.
    public var index: Index?
    /// The folder of models' versions, each file under its SHA-256 in 64 digits; without it there are no `/blobs` and no learned speeds.
    public var modelsDirectory: String?
    /// What the explorer page is called, for example the region's name.
    public var title: String
    /// The validator's name in its committee.
    public var validator: String
    /// How many validators the committee has.
    public var committeeSize: Int
    /// The name of the log, its checkpoints' first line.
    public var origin: String
    /// Who the validators are, as JSON; served as it is.
    public var committee: [UInt8]?
    /// The log's keys and quorum as a C2SP tlog-policy; served as it is. Auditors should have it from elsewhere too.
    public var policy: String?
    /// Hazards that stand when the server starts; later ones come as notices.
    public var hazards: [Hazard]
    /// Where this module writes what its operator should know.
    public var logger: Logger

    /// A configuration.
    public init(
        host: String, port: Int, logDirectory: String, index: Index? = nil, modelsDirectory: String? = nil,
        title: String, validator: String, committeeSize: Int, origin: String, committee: [UInt8]? = nil,
        policy: String? = nil, hazards: [Hazard] = [],
        logger: Logger = Logger(label: "waymark.inspection")
    ) {
        self.host = host
        self.port = port
        self.logDirectory = logDirectory
        self.index = index
        self.modelsDirectory = modelsDirectory
        self.title = title
        self.validator = validator
        self.committeeSize = committeeSize
        self.origin = origin
        self.committee = committee
        self.policy = policy
        self.hazards = hazards
        self.logger = logger
    }
}
