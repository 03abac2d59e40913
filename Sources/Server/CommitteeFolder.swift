import Cryptography
import Foundation
import Telemetry

/// A new committee on disk: public files at the top, one folder a validator with its secrets, its configuration and, later, its data.
///
///     DIR/committee.json5              the public committee file
///     DIR/log.policy                   which signatures make a checkpoint (C2SP tlog-policy)
///     DIR/hold-out.bin                 what perception versions are judged by, if the committee trains any
///     DIR/authority.key                enrols vehicles; belongs to the authority, not to a validator
///     DIR/validator-K/validator.json5  how that validator runs
///     DIR/validator-K/keys/            its secrets
///     DIR/validator-K/log/             the served log, once it runs
public struct CommitteeFolder: Sendable {
    /// What a new committee looks like.
    public struct Plan: Sendable {
        /// The log's name.
        public var origin: String
        /// Number of validators, 1 to 15.
        public var validators: Int
        /// The host that all of them listen on.
        public var host: String
        /// First port; each validator takes three: peers, plain MQTT, MQTT over TLS; the next one starts four further on.
        public var firstPort: Int
        /// Port of the first validator's HTTP; the others count up.
        public var httpPort: Int
        /// The committee's map, if it has one.
        public var map: (path: String, terms: CommitteeFile.Map)?
        /// The models that it trains, and the file that perception is judged by.
        public var learning: (rounds: CommitteeFile.Learning, holdOut: [UInt8])?

        /// A committee on loopback.
        public init(
            origin: String, validators: Int, host: String = "127.0.0.1", firstPort: Int = 7300, httpPort: Int = 8080,
            map: (path: String, terms: CommitteeFile.Map)? = nil,
            learning: (rounds: CommitteeFile.Learning, holdOut: [UInt8])? = nil
        ) {
            self.origin = origin
            self.validators = validators
            self.host = host
            self.firstPort = firstPort
            self.httpPort = httpPort
            self.map = map
            self.learning = learning
        }
    }

    /// The folder.
    public let path: String

    /// The folder at `path`, whether or not a committee stands in it.
    public init(path: String) {
        self.path = path
    }

    /// The public committee file.
    public var committeePath: String { "\(path)/committee.json5" }
    /// The log's policy.
    public var policyPath: String { "\(path)/log.policy" }
    /// The file that perception versions are judged by.
    public var holdOutPath: String { "\(path)/hold-out.bin" }
    /// The enrolment authority's key.
    public var authorityPath: String { "\(path)/authority.key" }
    /// Folder of the validator with the number `index`, from 0.
    public func validatorPath(_ index: Int) -> String { "\(path)/validator-\(index + 1)" }
    /// Its configuration.
    public func configurationPath(_ index: Int) -> String { "\(validatorPath(index))/validator.json5" }

    /// Makes fresh keys and writes everything.
    public func create(_ plan: Plan) throws -> CommitteeFile {
        guard (1...15).contains(plan.validators) else {
            throw ConfigurationError.invalid("\(plan.validators) validators: 1 to 15 are possible in one checkpoint")
        }
        guard !FileManager.default.fileExists(atPath: committeePath) else {
            throw ConfigurationError.invalid("\(committeePath) exists: a committee is never overwritten")
        }
        let logSecret = SecureRandom.bytes(32)
        let authority = SigningKey.generate()
        var members: [CommitteeFile.Validator] = []
        for index in 0..<plan.validators {
            let keys = try ValidatorKeys.generate(name: "validator-\(index + 1)", logSecret: logSecret)
            try keys.save(to: "\(validatorPath(index))/keys")
            try write(configuration(plan, index), to: configurationPath(index))
            members.append(member(plan, index, keys))
        }
        try SecretFile.write(authority.seed, to: authorityPath)
        let file = CommitteeFile(
            origin: plan.origin, chainID: Hex.encode(SecureRandom.bytes(32)), epoch: 1, validators: members,
            authorities: [Hex.encode(authority.publicKey.bytes)], map: plan.map?.terms,
            learning: plan.learning?.rounds)
        if let holdOut = plan.learning?.holdOut { try Data(holdOut).write(to: URL(fileURLWithPath: holdOutPath)) }
        try write(try text(of: file), to: committeePath)
        try write(try file.policy().text, to: policyPath)
        return file
    }

    private func member(_ plan: Plan, _ index: Int, _ keys: ValidatorKeys) -> CommitteeFile.Validator {
        CommitteeFile.Validator(
            name: "validator-\(index + 1)", consensusKey: Hex.encode(keys.consensus.publicKey.bytes),
            logKey: Hex.encode(keys.log.publicKey.bytes), cosigningKey: Hex.encode(keys.cosigning.publicKey.bytes),
            tlsPin: keys.tls.pin.description, peerAddress: plan.address(index, 0),
            vehicleAddress: plan.address(index, 2))
    }

    private func configuration(_ plan: Plan, _ index: Int) -> String {
        let map = plan.map.map { "\"\($0.path)\"" } ?? "null"
        return """
            // How validator-\(index + 1) runs. Paths are relative to this file.
            {
                // The public committee file and this validator's name in it.
                committee: "../committee.json5",
                validator: "validator-\(index + 1)",
                // Secret keys: consensus, log, cosigning, log-secret, tls.
                keys: "keys",
                // Journal, index and the served log.
                data: ".",
                listen: {
                    // Other validators: TLS 1.3, both sides authenticated.
                    peers: "\(plan.address(index, 0))",
                    // Vehicles: plain MQTT, on loopback only. Leave it out to accept TLS alone.
                    mqtt: "\(plan.address(index, 1))",
                    // Vehicles: MQTT over TLS 1.3.
                    mqtts: "\(plan.address(index, 2))",
                    // People and auditors: explorer, API, tiles, metrics. Put a reverse proxy in front for HTTPS.
                    http: "\(plan.host):\(plan.httpPort + index)",
                },
                // The road network that observations may name edges of, or null.
                map: \(map),
                // The file that perception versions are judged by, or null. Vehicles must not have it.
                hold_out: \(plan.learning == nil ? "null" : "\"../hold-out.bin\""),
                // Signed reports are deleted after this time; their commitments stay in the log.
                record_retention_hours: 24,
                // How much of the journal is kept, within that time, for validators that are behind. What lies further back they take
                // from the snapshots and the log.
                journal_kept_mib: 1024,
            }

            """
    }

    private func text(of file: CommitteeFile) throws -> String {
        let json = String(decoding: try file.json(), as: UTF8.self)
        return "// The committee: public, the same file for every validator, auditor and vehicle.\n\(json)\n"
    }

    private func write(_ text: String, to path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

extension CommitteeFolder.Plan {
    /// Address of a validator's service: 0 peers, 1 plain MQTT, 2 MQTT over TLS.
    func address(_ index: Int, _ service: Int) -> String { "\(host):\(firstPort + 4 * index + service)" }
}
