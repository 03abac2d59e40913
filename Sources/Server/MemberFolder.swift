import Cryptography
import Foundation

/// A validator's folder on disk: its secrets, how it runs and, later, its data.
public struct MemberFolder: Sendable {
    /// What a new validator looks like.
    public struct Plan: Sendable {
        /// Its name in the committee file.
        public var name: String
        /// The host that it listens on.
        public var host: String
        /// The first of its three ports: peers, plain MQTT, MQTT over TLS.
        public var firstPort: Int
        /// Port of its HTTP.
        public var httpPort: Int
        /// The secret that the committee's validators share.
        public var logSecret: [UInt8]
        /// The committee file, as its configuration names it: relative to the folder, or from the root.
        public var committee: String
        /// The map file, if it has one.
        public var map: String?
        /// The file that perception versions are judged by, if it has one.
        public var holdOut: String?

        /// A validator at that host.
        public init(
            name: String, host: String, firstPort: Int, httpPort: Int, logSecret: [UInt8], committee: String,
            map: String?, holdOut: String?
        ) {
            self.name = name
            self.host = host
            self.firstPort = firstPort
            self.httpPort = httpPort
            self.logSecret = logSecret
            self.committee = committee
            self.map = map
            self.holdOut = holdOut
        }
    }

    /// The folder.
    public let path: String

    /// The folder at `path`, whether or not a validator stands in it.
    public init(path: String) {
        self.path = path
    }

    /// Its secrets.
    public var keysPath: String { "\(path)/keys" }
    /// How it runs.
    public var configurationPath: String { "\(path)/validator.json5" }
    /// What the committee file will say of it.
    public var memberPath: String { "\(path)/member.json5" }

    /// Makes fresh keys and writes everything; what the committee file is to say of it.
    public func create(_ plan: Plan) throws -> CommitteeFile.Validator {
        let keys = try ValidatorKeys.generate(name: plan.name, logSecret: plan.logSecret)
        try keys.save(to: keysPath)
        try Data(plan.configuration.utf8).write(to: URL(fileURLWithPath: configurationPath), options: .atomic)
        return CommitteeFile.Validator(
            name: plan.name, consensusKey: Hex.encode(keys.consensus.publicKey.bytes),
            logKey: Hex.encode(keys.log.publicKey.bytes), cosigningKey: Hex.encode(keys.cosigning.publicKey.bytes),
            tlsPin: keys.tls.pin.description, peerAddress: plan.address(0), vehicleAddress: plan.address(2))
    }

    /// Writes down what the committee file is to say of it: a public file, for whoever prepares a change.
    public func show(_ member: CommitteeFile.Validator) throws {
        let text = try ConfigurationError.encode(member) + [UInt8(ascii: "\n")]
        try Data(text).write(to: URL(fileURLWithPath: memberPath), options: .atomic)
    }
}

extension CommitteeFile.Validator {
    /// Reads what `MemberFolder.show` wrote.
    public init(path: String) throws(ConfigurationError) {
        self = try ConfigurationError.decode(CommitteeFile.Validator.self, path: path)
    }
}

extension MemberFolder.Plan {
    /// Address of a service: 0 peers, 1 plain MQTT, 2 MQTT over TLS.
    fileprivate func address(_ service: Int) -> String { "\(host):\(firstPort + service)" }

    fileprivate var configuration: String {
        func path(_ path: String?) -> String { path.map { "\"\($0)\"" } ?? "null" }
        return """
            // How \(name) runs. Paths are relative to this file.
            {
                // The public committee file and this validator's name in it.
                committee: "\(committee)",
                validator: "\(name)",
                // Secret keys: consensus, log, cosigning, log-secret, tls.
                keys: "keys",
                // Journal, index and the served log.
                data: ".",
                listen: {
                    // Other validators: TLS 1.3, both sides authenticated.
                    peers: "\(address(0))",
                    // Vehicles: plain MQTT, on loopback only. Leave it out to accept TLS alone.
                    mqtt: "\(address(1))",
                    // Vehicles: MQTT over TLS 1.3.
                    mqtts: "\(address(2))",
                    // People and auditors: explorer, API, tiles, metrics. Put a reverse proxy in front for HTTPS.
                    http: "\(host):\(httpPort)",
                },
                // The road network that observations may name edges of, or null.
                map: \(path(map)),
                // The file that perception versions are judged by, or null. Vehicles must not have it.
                hold_out: \(path(holdOut)),
                // Signed reports are deleted after this time; their commitments stay in the log.
                record_retention_hours: 24,
                // How much of the journal is kept, within that time, for validators that are behind. What lies further back they take
                // from the snapshots and the log.
                journal_kept_mib: 1024,
            }

            """
    }
}
