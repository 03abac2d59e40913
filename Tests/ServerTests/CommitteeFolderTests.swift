import Cryptography
import Foundation
import Telemetry
import Testing
import TransparencyLog

@testable import Server

/// Everything that `serve` reads before it starts.
private func load(_ folder: CommitteeFolder, _ index: Int) throws -> Validator {
    let configuration = try ServerConfiguration(path: folder.configurationPath(index))
    return try Validator(
        configuration, committee: try CommitteeFile(path: configuration.committee),
        keys: try ValidatorKeys.load(from: configuration.keys))
}

@Test func aNewCommitteeIsReadyToServe() throws {
    let scratch = try Scratch()
    let (folder, _) = try scratch.committee()
    for index in 0..<4 {
        let validator = try load(folder, index)
        #expect(validator.replica.me == index)
        #expect(validator.names == ["validator-1", "validator-2", "validator-3", "validator-4"])
        #expect(validator.peers.map(\.index) == (0..<4).filter { $0 != index })
        #expect(validator.listen.peers == "127.0.0.1:\(7300 + 4 * index)")
        #expect(validator.replica.committee.quorum == 3)
    }
}

@Test func theValidatorsAgreeOnAllThatTheyMustAgreeOn() throws {
    let scratch = try Scratch()
    let (folder, _) = try scratch.committee()
    let all = try (0..<4).map { try load(folder, $0).replica }
    #expect(Set(all.map(\.terms)).count == 1)
    #expect(Set(all.map(\.logSecret)).count == 1)
    #expect(Set(all.map(\.committee.chainID)).count == 1)
    #expect(Set(all.map(\.cosigners.keys)).count == 1)
}

@Test func everyKeyIsItsOwn() throws {
    let scratch = try Scratch()
    let (_, file) = try scratch.committee()
    let keys = file.validators.flatMap { [$0.consensusKey, $0.logKey, $0.cosigningKey, $0.tlsPin] } + file.authorities
    #expect(Set(keys).count == 17)
}

@Test func theCommitteeFileReadsAsItWasMade() throws {
    let scratch = try Scratch()
    let (folder, file) = try scratch.committee()
    let again = try CommitteeFile(path: folder.committeePath)
    #expect(try again.chain() == file.chain())
    #expect(try again.terms() == file.terms())
    #expect(try again.policy().text == scratch.read("log.policy"))
    #expect(try Policy(parsing: Array(scratch.read("log.policy").utf8)).text == file.policy().text)
}

@Test func secretsAreTheirOwnersToRead() throws {
    let scratch = try Scratch()
    _ = try scratch.committee(1)
    let keys = "\(scratch.path)/validator-1/keys"
    let files = try FileManager.default.contentsOfDirectory(atPath: keys).map { "\(keys)/\($0)" }
    #expect(files.count == 6)
    for path in files + ["\(scratch.path)/authority.key"] {
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(permissions?.intValue == 0o600, "\(path)")
    }
}

@Test func nothingIsEverOverwritten() throws {
    let scratch = try Scratch()
    let (folder, _) = try scratch.committee(1)
    let again = complaint { _ = try folder.create(.init(origin: "town.example/log", validators: 1)) }
    #expect(again?.contains("a committee is never overwritten") == true)
    let key = complaint { try SecretFile.write([UInt8](repeating: 1, count: 32), to: folder.authorityPath) }
    #expect(key?.contains("a key is never overwritten") == true)
}

@Test(arguments: [0, 16]) func aCommitteeHasOneToFifteenValidators(count: Int) throws {
    let scratch = try Scratch()
    #expect(complaint { _ = try scratch.committee(count) }?.contains("1 to 15 are possible") == true)
}

// MARK: What is wrong is said in words

@Test func aMissingKeyIsNamed() throws {
    let scratch = try Scratch()
    let (folder, _) = try scratch.committee(1)
    try FileManager.default.removeItem(atPath: "\(scratch.path)/validator-1/keys/cosigning.key")
    let said = complaint { _ = try load(folder, 0) }
    #expect(said?.hasPrefix("cannot read \(scratch.path)/validator-1/keys/cosigning.key") == true)
}

@Test(arguments: ["consensus", "log", "cosigning"]) func anothersKeyIsToldApart(name: String) throws {
    let scratch = try Scratch()
    let (folder, _) = try scratch.committee(2)
    try scratch.write(try scratch.read("validator-2/keys/\(name).key"), to: "validator-1/keys/\(name).key")
    let said = complaint { _ = try load(folder, 0) }
    #expect(said?.hasPrefix("the \(name) key in") == true)
    #expect(said?.hasSuffix("is not validator-1's in the committee file") == true)
}

@Test func anothersTLSKeyIsToldApart() throws {
    let scratch = try Scratch()
    let (folder, _) = try scratch.committee(2)
    for name in ["tls.key.pem", "tls.certificate.pem"] {
        try scratch.write(try scratch.read("validator-2/keys/\(name)"), to: "validator-1/keys/\(name)")
    }
    #expect(complaint { _ = try load(folder, 0) }?.hasPrefix("the tls key in") == true)
}

@Test(arguments: ["", "00", String(repeating: "g", count: 64), String(repeating: "0", count: 65)])
func aKeyFileIsThirtyTwoBytesInHexadecimal(text: String) throws {
    let scratch = try Scratch()
    let (folder, _) = try scratch.committee(1)
    try scratch.write(text, to: "validator-1/keys/log-secret.key")
    #expect(complaint { _ = try load(folder, 0) }?.hasSuffix("not 64 hexadecimal digits") == true)
}

@Test(arguments: [
    ("\"validator-1\"", "\"validator-7\"", "validator-7 is not a validator of the committee file"),
    ("    data: \".\",\n", "", "validator.json5: data is missing"),
    ("\"127.0.0.1:7301\"", "\"0.0.0.0:7301\"", "plain MQTT is for loopback only, use listen.mqtts"),
    ("\"127.0.0.1:7301\"", "\"192.0.2.1:7301\"", "plain MQTT is for loopback only, use listen.mqtts"),
    ("\"127.0.0.1:7300\"", "\"127.0.0.1\"", "127.0.0.1 is not host:port"),
    ("record_retention_hours: 24", "record_retention_hours: 0", "1 to 8,784 hours are possible"),
    ("record_retention_hours: 24", "record_retention_hours: -1", "a number in it is out of its range"),
    ("record_retention_hours: 24", "record_retention_hours: \"x\"", "record_retention_hours is not a UInt32"),
    ("journal_kept_mib: 1024", "journal_kept_mib: 16777217", "0 to 16,777,216 MiB are possible"),
    ("{", "", "validator.json5: not JSON5"),
])
func aWrongConfigurationIsExplained(old: String, new: String, reason: String) throws {
    let scratch = try Scratch()
    let (folder, _) = try scratch.committee(1)
    try scratch.edit("validator-1/validator.json5", old, new)
    let said = complaint { _ = try load(folder, 0) }
    #expect(said?.contains(reason) == true, "it says: \(said ?? "nothing")")
}

@Test func aWrongCommitteeFileIsExplained() throws {
    let scratch = try Scratch()
    let (folder, file) = try scratch.committee(1)
    try scratch.edit("committee.json5", file.validators[0].consensusKey, "abcd")
    let said = complaint { _ = try load(folder, 0) }
    #expect(said?.contains("is not validator-1's in the committee file") == true)
    #expect(
        complaint { _ = try CommitteeFile(path: folder.committeePath).committee() }
            == "consensus_key of validator-1 is not 64 hexadecimal digits")
}

@Test func aMissingFileIsNamed() {
    let said = complaint { _ = try ServerConfiguration(path: "/nowhere/validator.json5") }
    #expect(said?.hasPrefix("cannot read /nowhere/validator.json5") == true)
}

@Test func pathsStandBesideTheFileUnlessTheyAreAbsolute() throws {
    let scratch = try Scratch()
    _ = try scratch.committee(1)
    try scratch.edit("validator-1/validator.json5", "keys: \"keys\"", "keys: \"/etc/waymark/keys\"")
    let configuration = try ServerConfiguration(path: "\(scratch.path)/validator-1/validator.json5")
    #expect(configuration.committee == "\(scratch.path)/committee.json5")
    #expect(configuration.keys == "/etc/waymark/keys")
    #expect(configuration.map == nil)
}

// MARK: Endpoints

@Test(arguments: [
    ("127.0.0.1:80", "127.0.0.1", UInt16(80), true), ("localhost:0", "localhost", 0, true),
    ("[::1]:65535", "::1", 65535, true),
    ("0.0.0.0:1883", "0.0.0.0", 1883, false), ("town.example:8883", "town.example", 8883, false),
    ("127.example:1883", "127.example", 1883, false),
])
func anEndpointIsAHostAndAPort(text: String, host: String, port: UInt16, isLoopback: Bool) throws {
    let endpoint = try Endpoint(text)
    #expect(endpoint.host == host && endpoint.port == port && endpoint.isLoopback == isLoopback)
    #expect(endpoint.description == text)
}

@Test(arguments: ["", "host", ":80", "host:", "host:65536", "host:-1", "host:80x", "[]:80"])
func whatIsNoEndpointIsRefused(text: String) {
    #expect(throws: ConfigurationError.self) { try Endpoint(text) }
}

// MARK: Learning

private func learn(_ rounds: CommitteeFile.Rounds, in scratch: Scratch) throws -> CommitteeFile {
    let holdOut = [UInt8](repeating: 1, count: 8)
    return try CommitteeFolder(path: scratch.path).create(
        .init(
            origin: "town.example/log", validators: 1,
            learning: (CommitteeFile.Learning(perception: rounds), holdOut)))
}

@Test func aCommitteeThatTrainsHasItsHoldOut() throws {
    let scratch = try Scratch()
    let rounds = CommitteeFile.Rounds.perception(holdOut: Digest.sha256([UInt8](repeating: 1, count: 8)))
    let file = try learn(rounds, in: scratch)
    let terms = try #require(try file.terms().learning[.perception])
    #expect(terms.aggregation == .mixedTrimmedMean && terms.intervalMilliseconds == 600_000)
    #expect(try load(CommitteeFolder(path: scratch.path), 0).holdOut == [UInt8](repeating: 1, count: 8))
    try scratch.write("another file", to: "hold-out.bin")
    let said = complaint { _ = try load(CommitteeFolder(path: scratch.path), 0) }
    #expect(said?.contains("is not the committee's hold-out") == true)
}

@Test func termsOfLearningThatCannotBeMeantAreNamed() throws {
    let digest = Digest.sha256([1])
    let changes: [(String, (inout CommitteeFile.Rounds) -> Void)] = [
        ("interval", { $0.intervalS = 0 }), ("duration", { $0.durationS = 601 }),
        ("cohort_limit", { $0.cohortLimit = 0 }),
        ("cohort_limit", { $0.cohortLimit = 1025 }), ("cohort_minimum", { $0.cohortMinimum = 0 }),
        ("attackers_permille", { $0.attackersPermille = 500 }), ("clip_bound", { $0.clipBound = 46_341 }),
        ("scale_bits", { $0.scaleBits = 16 }), ("noise_milli", { $0.noiseMilli = .max }),
        ("hold_out", { $0.holdOut = nil }),
        ("aggregation", { $0.aggregation = "median-of-means" }), ("aggregation", { $0.aggregation = "vote" }),
    ]
    for (field, change) in changes {
        var rounds = CommitteeFile.Rounds.perception(holdOut: digest)
        change(&rounds)
        var file = try Scratch().committee(1).file
        file.learning = CommitteeFile.Learning(perception: rounds)
        let said = complaint { _ = try file.terms() }
        #expect(said?.contains(field) == true, "\(field): \(said ?? "nothing was said")")
    }
}

@Test func aJournalIsNotReplayedUnderOtherTerms() throws {
    let scratch = try Scratch()
    let (_, file) = try scratch.committee(1)
    try TermsFile(directory: scratch.path).check(file.terms())
    try TermsFile(directory: scratch.path).check(file.terms())
    var other = file
    other.learning = CommitteeFile.Learning(travelTimes: .travelTimes)
    let said = complaint { try TermsFile(directory: scratch.path).check(other.terms()) }
    #expect(said?.contains("are not those that the journal") == true)
}
