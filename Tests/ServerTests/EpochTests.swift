import Consensus
import Cryptography
import Foundation
import Replica
import Telemetry
import Testing

@testable import Server

/// The present committee's file and the keys folders of its validators.
private func town(_ scratch: Scratch) throws -> (file: CommitteeFile, keys: [String]) {
    let (folder, file) = try scratch.committee()
    return (file, (0..<4).map { "\(folder.validatorPath($0))/keys" })
}

/// A newcomer's folder, and what the others know of it.
private func newcomer(_ scratch: Scratch, besides keys: String) throws -> (
    folder: MemberFolder, CommitteeFile.Validator
) {
    let folder = MemberFolder(path: scratch.path + "/validator-5")
    let secret = try SecretFile.read("\(keys)/log-secret.key")
    let member = try folder.create(
        .init(
            name: "validator-5", host: "127.0.0.1", firstPort: 7400, httpPort: 8090, logSecret: secret,
            committee: "../next.json5", map: nil, holdOut: nil))
    try folder.show(member)
    return (folder, try CommitteeFile.Validator(path: folder.memberPath))
}

private func sign(_ change: inout ChangeFile, _ folders: [String]) throws {
    for folder in folders {
        for key in try ValidatorKeys.consensusKeys(in: folder) { try change.sign(with: key) }
    }
}

@Test func aChangeThatIsSignedByOperatorsIsWhatTheCommitteeAccepts() throws {
    let scratch = try Scratch()
    let (file, keys) = try town(scratch)
    let (folder, member) = try newcomer(scratch, besides: keys[0])
    var change = ChangeFile(after: file)
    try change.remove("validator-2")
    change.add(member)
    try sign(&change, [keys[0], keys[2], keys[3], folder.keysPath])
    let path = scratch.path + "/change.json5"
    try change.write(to: path)
    let signed = try ChangeFile(path: path).signed()
    try file.committee().check(signed)
    let next = file.succeeded(by: signed.change)
    #expect(next.epoch == 2)
    #expect(next.validators.map(\.name) == ["validator-1", "validator-3", "validator-4", "validator-5"])
    #expect(try next.change() == signed.change)
    #expect(next.chainID == file.chainID && next.authorities == file.authorities)
    #expect(try next.policy().text != file.policy().text)
    let configuration = try ServerConfiguration(path: folder.configurationPath)
    let loaded = try ValidatorKeys.load(from: configuration.keys, for: member)
    #expect(try Validator(configuration, committee: next, keys: loaded).replica.me == 3)
}

@Test func whatChangesAfterASignatureIsNotSigned() throws {
    let scratch = try Scratch()
    let (file, keys) = try town(scratch)
    var change = ChangeFile(after: file)
    try change.remove("validator-2")
    try sign(&change, [keys[0]])
    try change.remove("validator-3")
    #expect(change.approvals.isEmpty)
    #expect(throws: ConfigurationError.self) { try change.remove("validator-9") }
    change.approvals = [.init(consensusKey: "12", signature: "34")]
    #expect(throws: ConfigurationError.self) { try change.signed() }
}

@Test func aValidatorTakesTheKeyThatItsCommitteeNames() throws {
    let scratch = try Scratch()
    let (file, keys) = try town(scratch)
    let fresh = try ValidatorKeys.makeNextConsensusKey(in: keys[2])
    #expect(throws: ConfigurationError.self) { try ValidatorKeys.makeNextConsensusKey(in: keys[2]) }
    var change = ChangeFile(after: file)
    try change.rotate("validator-3", to: fresh)
    try sign(&change, Array(keys.prefix(3)))
    try file.committee().check(try change.signed())
    let next = file.succeeded(by: try change.change())
    #expect(try ValidatorKeys.load(from: keys[2], for: next.validators[2]).consensus.publicKey == fresh)
    let present = try ValidatorKeys.load(from: keys[2], for: file.validators[2]).consensus.publicKey
    #expect(Hex.encode(present.bytes) == file.validators[2].consensusKey)
}

@Test func aStartGoesByTheNewestEpoch() throws {
    let scratch = try Scratch()
    let (file, _) = try town(scratch)
    let epochs = EpochFolder(data: scratch.path + "/data")
    #expect(try epochs.committees(from: file).map(\.epoch) == [1])
    var later = file
    for epoch: UInt64 in [10, 9] {
        later.epoch = epoch
        try epochs.keep(later)
    }
    #expect(try epochs.committees(from: file).map(\.epoch) == [10, 9, 1])
    later.epoch = 12
    #expect(try epochs.committees(from: later).map(\.epoch) == [12, 10, 9])
    later.chainID = Hex.encode([UInt8](repeating: 1, count: 32))
    #expect(throws: ConfigurationError.self) { try epochs.committees(from: later) }
    try Data("junk".utf8).write(to: URL(fileURLWithPath: scratch.path + "/data/epochs/1.end"))
    #expect(epochs.closings().isEmpty, "what cannot be read is as good as missing")
}
