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
    public func configurationPath(_ index: Int) -> String { MemberFolder(path: validatorPath(index)).configurationPath }

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
            let folder = MemberFolder(path: validatorPath(index))
            members.append(try folder.create(member(plan, index, logSecret: logSecret)))
        }
        try SecretFile.write(authority.seed, to: authorityPath)
        let file = CommitteeFile(
            origin: plan.origin, chainID: Hex.encode(SecureRandom.bytes(32)), epoch: 1, validators: members,
            authorities: [Hex.encode(authority.publicKey.bytes)], map: plan.map?.terms,
            learning: plan.learning?.rounds)
        if let holdOut = plan.learning?.holdOut { try Data(holdOut).write(to: URL(fileURLWithPath: holdOutPath)) }
        try write(String(decoding: try file.text(), as: UTF8.self), to: committeePath)
        try write(try file.policy().text, to: policyPath)
        return file
    }

    private func member(_ plan: Plan, _ index: Int, logSecret: [UInt8]) -> MemberFolder.Plan {
        MemberFolder.Plan(
            name: "validator-\(index + 1)", host: plan.host, firstPort: plan.firstPort + 4 * index,
            httpPort: plan.httpPort + index, logSecret: logSecret, committee: "../committee.json5", map: plan.map?.path,
            holdOut: plan.learning == nil ? nil : "../hold-out.bin")
    }

    private func write(_ text: String, to path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
