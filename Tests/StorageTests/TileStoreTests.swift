import Cryptography
import Foundation
import Testing
import TransparencyLog

@testable import Storage

private func open(_ scratch: Scratch) throws -> TileStore {
    try TileStore(directory: scratch.path("log"), work: scratch.path("log.work"))
}

/// A process that has the store for as long as `body` runs.
private func withStore(_ scratch: Scratch, _ body: (inout TileStore) throws -> Void) throws {
    var store = try open(scratch)
    try body(&store)
}

private func audit(_ scratch: Scratch, _ signer: Signer) -> Audit {
    LogAuditor(policy: signer.policy).audit(DirectorySource(scratch.path("log")))
}

/// As after the machine was started again.
private func forgetBoot(_ scratch: Scratch) throws {
    try scratch.write(Array("another boot".utf8), to: "log.work/boot")
}

@Test func everyPublishedHeadPassesTheAudit() throws {
    let (scratch, signer) = (try Scratch(), try Signer())
    var store = try open(scratch)
    for size in [0, 1, 2, 255, 256, 257, 600, 600] {
        try store.append(entries(Int(store.size)..<size), at: store.size)
        try store.publish(signer.head(size))
        let audit = audit(scratch, signer)
        #expect(audit.findings == [] && audit.entriesBeyondHead == 0)
    }
    #expect(try store.published == signer.head(600))
    #expect(
        try scratch.files("log").sorted() == [
            "checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/1", "tile/1/000.p/2",
            "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
        ])
}

@Test func partialFilesOfEarlierHeadsStayUntilTheFullOneIsThere() throws {
    let (scratch, signer) = (try Scratch(), try Signer())
    var store = try open(scratch)
    for size in [10, 20] {
        try store.append(entries(Int(store.size)..<size), at: store.size)
        try store.publish(signer.head(size))
    }
    #expect(try Set(scratch.files("log")).isSuperset(of: ["tile/0/000.p/10", "tile/entries/000.p/20"]))
    try store.append(entries(20..<256), at: 20)
    #expect(try scratch.files("log").sorted() == ["checkpoint", "tile/0/000", "tile/entries/000"])
    // The head is still that of 20 entries, and readers find the full files in place of the partial ones.
    #expect(audit(scratch, signer).findings == [])
}

@Test func aKilledProcessLeavesALogThatPassesAndGoesOn() throws {
    let (scratch, signer) = (try Scratch(), try Signer())
    try withStore(scratch) { store in
        try store.append(entries(0..<300), at: 0)
        try store.publish(signer.head(300))
        try store.append(entries(300..<900), at: 300)
    }
    // Killed here: full files of 768 entries are there, and the head of 300.
    #expect(audit(scratch, signer).findings == [])
    var reopened = try open(scratch)
    #expect(reopened.size == 300)
    #expect(try reopened.published == signer.head(300))
    try reopened.append(entries(0..<700), at: 0)
    #expect(audit(scratch, signer).findings == [])
    try reopened.publish(signer.head(700))
    #expect(audit(scratch, signer).findings == [])
}

@Test func oneProcessAtATimeWritesALog() throws {
    let scratch = try Scratch()
    try withStore(scratch) { store in
        #expect(throws: TileStoreError.inUse(directory: scratch.path("log"))) { try open(scratch) }
        try store.append([entry(0)], at: 0)
    }
    #expect(try open(scratch).size == 0)
}

@Test func entriesAndHeadsMustFitWhatIsThere() throws {
    let (scratch, signer) = (try Scratch(), try Signer())
    var store = try open(scratch)
    try store.append(entries(0..<10), at: 0)
    #expect(throws: TileStoreError.gap(size: 10, first: 11)) { try store.append([entry(11)], at: 11) }
    #expect(throws: TileStoreError.otherSize(size: 10, head: 9)) { try store.publish(signer.head(9)) }
    #expect(throws: TileStoreError.otherRoot(size: 10)) { try store.publish(signer.sign(size: 10, root: Digest.zero)) }
    try store.append(entries(3..<8), at: 3)
    #expect(store.size == 10)
    #expect(try scratch.files("log") == [])
}

@Test func aHeadMayBePublishedAgainWithMoreCosignatures() throws {
    let (scratch, signer) = (try Scratch(), try Signer())
    var store = try open(scratch)
    try store.append(entries(0..<10), at: 0)
    try store.publish(signer.head(10))
    let later = try signer.sign(size: 10, root: Merkle.root(of: entries(0..<10)), seconds: 1_700_000_009)
    try store.publish(later)
    #expect(try scratch.bytes("log/checkpoint") == later.bytes)
}

@Test func afterALossOfPowerEveryFileIsReadAgain() throws {
    let (scratch, signer) = (try Scratch(), try Signer())
    try withStore(scratch) { store in
        try store.append(entries(0..<700), at: 0)
        try store.publish(signer.head(700))
    }
    try forgetBoot(scratch)
    #expect(try open(scratch).published == signer.head(700))

    let expected: [(file: String, size: UInt64)] = [
        ("tile/entries/000", 0), ("tile/0/000", 0), ("tile/0/001", 256), ("tile/entries/001", 256),
        ("tile/0/002.p/188", 512), ("tile/entries/002.p/188", 512), ("tile/1/000.p/2", 512),
    ]
    for (file, size) in expected {
        // A file whose content never reached the disk.
        try scratch.write([], to: "log/" + file)
        try forgetBoot(scratch)
        try withStore(scratch) { damaged in
            #expect(damaged.size == size && damaged.published == nil, "\(file)")
            #expect(try !scratch.files("log").contains("checkpoint"))
            try damaged.append(entries(0..<700), at: 0)
            try damaged.publish(signer.head(700))
        }
        #expect(audit(scratch, signer).findings == [], "\(file)")
    }
}

@Test func aDamagedEdgeIsNoticedEvenWithoutALossOfPower() throws {
    let (scratch, signer) = (try Scratch(), try Signer())
    try withStore(scratch) { store in
        try store.append(entries(0..<300), at: 0)
        try store.publish(signer.head(300))
    }
    try scratch.write([1, 2, 3], to: "log/tile/0/001.p/44")
    try withStore(scratch) { #expect($0.size == 256 && $0.published == nil) }
    try scratch.write([], to: "log/checkpoint")
    #expect(try open(scratch).size == 0)
}

@Test func aDirectoryIsReadStrictly() throws {
    let scratch = try Scratch()
    let source = DirectorySource(scratch.path)
    #expect(throws: SourceError.missing) { try source.read(.checkpoint) }
    try scratch.write([UInt8](repeating: 0, count: 33), to: "long")
    try FileManager.default.createDirectory(atPath: scratch.path("tile/0"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: scratch.path)
    try scratch.write([UInt8](repeating: 0, count: 8193), to: "tile/0/000")
    #expect(throws: SourceError.tooLong(limit: 8192)) { try source.read(.tile(level: 0, index: 0, width: 256)) }
    #expect(try source.list()?.sorted() == ["link", "long", "tile/0/000"])
}

@Test(
    .enabled(
        if: ProcessInfo.processInfo.environment["LOGCHECK"] != nil,
        "LOGCHECK names no logcheck binary: an independent client is not asked"))
func anIndependentClientAcceptsTheLog() throws {
    let logcheck = try #require(ProcessInfo.processInfo.environment["LOGCHECK"])
    let (scratch, signer) = (try Scratch(), try Signer())
    try scratch.write(signer.policy.bytes, to: "policy")
    var store = try open(scratch)
    func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: logcheck)
        process.arguments = ["-policy", scratch.path("policy")] + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
    for size in [1, 255, 256, 300, 700] {
        try store.append(entries(Int(store.size)..<size), at: store.size)
        try store.publish(signer.head(size))
        let log = ["-log", scratch.path("log")]
        #expect(try run(log + ["-audit", "-old", scratch.path("seen")]) == 0)
        #expect(try run(log + ["-index", "\(size - 1)", "-out", scratch.path("theirs")]) == 0)
        let theirs = try InclusionReceipt(parsing: scratch.bytes("theirs"))
        try theirs.verify(entry: entry(size - 1), policy: signer.policy)
        let reader = TileReader(DirectorySource(scratch.path("log")), size: UInt64(size))
        let ours = InclusionReceipt(
            index: UInt64(size / 2), proof: try reader.inclusionProof(of: UInt64(size / 2)),
            signed: try signer.head(size))
        try scratch.write(ours.bytes, to: "ours")
        try scratch.write(entry(size / 2), to: "leaf")
        #expect(try run(["-proof", scratch.path("ours"), "-leaf", scratch.path("leaf")]) == 0)
    }
    var tampered = try scratch.bytes("log/tile/entries/000")
    tampered[3] ^= 1
    try scratch.write(tampered, to: "log/tile/entries/000")
    #expect(try run(["-log", scratch.path("log"), "-audit"]) == 1)
}

@Test func whatIsKeptWithoutAHeadIsThereAfterARestart() throws {
    let (scratch, signer) = (try Scratch(), try Signer())
    try withStore(scratch) { store in
        try store.append(entries(0..<300), at: 0)
        try store.publish(signer.head(300))
        try store.append(entries(300..<900), at: 300)
        try store.append(entries(900..<1000), at: 900)
        try store.keep()
    }
    #expect(audit(scratch, signer).findings == [])
    let shown = try signer.head(300)
    try withStore(scratch) { #expect($0.size == 1000 && $0.published == shown) }
    // After another boot nothing is believed: what can be read is there, but its head is not shown.
    try forgetBoot(scratch)
    try withStore(scratch) { store in
        #expect(store.size == 1000 && store.published == nil)
        try store.append(entries(1000..<1001), at: 1000)
        try store.publish(signer.head(1001))
    }
    try withStore(scratch) { #expect($0.size == 1001) }
    #expect(audit(scratch, signer).findings == [])
}

@Test func aLogThatGoesOnBehindAHeadIsProvenFromFilesOfALaterOne() throws {
    let (scratch, signer) = (try Scratch(), try Signer())
    var store = try open(scratch)
    try store.append(entries(0..<1000), at: 0)
    try store.publish(signer.head(1000))
    let reader = TileReader(DirectorySource(scratch.path("log")), size: 1000)
    for (old, new) in [(0, 700), (256, 700), (300, 700), (700, 700), (999, 1000)] as [(Int, Int)] {
        let proof = try reader.consistencyProof(from: UInt64(old), to: UInt64(new))
        let (from, to) = (try signer.head(old).checkpoint, try signer.head(new).checkpoint)
        #expect(
            MerkleProof.verifyConsistency(from: from.size, root: from.root, to: to.size, root: to.root, proof: proof))
    }
    #expect(throws: LogError.self) { try reader.consistencyProof(from: 10, to: 1001) }
}
