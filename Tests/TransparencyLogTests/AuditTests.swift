import Cryptography
import Testing

@testable import TransparencyLog

private func findings(_ source: MemorySource, _ committee: Committee, since: SignedCheckpoint? = nil) -> [Finding] {
    LogAuditor(policy: committee.policy).audit(source, since: since).findings
}

@Test(arguments: [0, 1, 255, 256, 257, 600, 768], [true, false])
func anHonestLogHasNoFindings(size: Int, isListed: Bool) throws {
    let committee = try Committee()
    var source = try MemorySource.log([size], committee: committee)
    source.isListed = isListed
    let audit = LogAuditor(policy: committee.policy).audit(source)
    #expect(audit.findings == [])
    #expect(audit.entries == UInt64(size) && audit.entriesBeyondHead == 0)
    #expect(audit.files == source.files.count)
    #expect(audit.endorsement?.cosigners.count == 3)
}

@Test func partialFilesOfEarlierHeadsAreCheckedToo() throws {
    let committee = try Committee()
    var source = try MemorySource.log([3, 100, 300, 301, 600], committee: committee)
    let audit = LogAuditor(policy: committee.policy).audit(source)
    #expect(audit.passed && audit.files == source.files.count)
    source.files["tile/0/000.p/100"]?[5] ^= 1
    source.files["tile/entries/001.p/44"]?[5] ^= 1
    #expect(
        findings(source, committee) == [
            Finding("tile/0/000.p/100", .differs(position: 0)), Finding("tile/entries/001.p/44", .differs(position: 0)),
        ])
}

@Test func aFlippedByteInAnyFileIsFound() throws {
    let committee = try Committee()
    let source = try MemorySource.log([10, 300, 600], committee: committee)
    var dice = Dice(state: 5)
    for (path, bytes) in source.files {
        var tampered = source
        tampered.files[path]?[Int.random(in: bytes.indices, using: &dice)] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
        #expect(!findings(tampered, committee).isEmpty, "\(path)")
    }
}

@Test func aChangedEntryIsNamedByTheFilesThatItContradicts() throws {
    let committee = try Committee()
    var source = try MemorySource.log([300], committee: committee)
    source.files["tile/entries/001.p/44"]?[2] ^= 1
    let head = try #require(source.files["checkpoint"])
    let derived = findings(source, committee)
    #expect(derived.first?.path == "checkpoint" && derived.last?.path == "tile/0/001.p/44")
    #expect(derived.last?.reason == .differs(position: 0))
    guard case .rootDiffers(300, _)? = derived.first?.reason else {
        Issue.record("\(derived)")
        return
    }
    #expect(try SignedCheckpoint(parsing: head).checkpoint.root == tree(300).root)
}

@Test(arguments: [true, false])
func aWithheldBundleIsMissedAndTheRestIsStillChecked(isListed: Bool) throws {
    let committee = try Committee()
    var source = try MemorySource.log([600], committee: committee)
    source.isListed = isListed
    source.files["tile/entries/000"] = nil
    #expect(findings(source, committee) == [Finding("tile/entries/000", .missing)])
    source.files["tile/0/001"]?[0] ^= 1
    #expect(
        findings(source, committee) == [
            Finding("tile/entries/000", .missing), Finding("tile/0/001", .differs(position: 0)),
        ])
}

@Test(arguments: [true, false])
func everyMissingFileIsFound(isListed: Bool) throws {
    let committee = try Committee()
    let source = try MemorySource.log([600], committee: committee)
    for path in source.files.keys {
        var tampered = source
        tampered.isListed = isListed
        tampered.files[path] = nil
        #expect(findings(tampered, committee) == [Finding(path, .missing)])
    }
}

@Test func aWebServerMayHaveOnlyTheFullFileLeft() throws {
    let committee = try Committee()
    var source = try MemorySource.log([300, 600], committee: committee)
    source.files["checkpoint"] = try committee.sign(size: 300, root: tree(300).root).bytes
    source.isListed = false
    for path in ["tile/0/001.p/44", "tile/entries/001.p/44"] { source.files[path] = nil }
    #expect(findings(source, committee) == [])
    source.files["tile/entries/001"]?[4] ^= 1
    #expect(findings(source, committee).count == 2)
}

@Test func aLogBeingWrittenMayBeAheadOfItsHead() throws {
    let committee = try Committee()
    var source = try MemorySource.log([300, 600], committee: committee)
    source.files["checkpoint"] = try committee.sign(size: 300, root: tree(300).root).bytes
    let audit = LogAuditor(policy: committee.policy).audit(source)
    #expect(audit.findings == [] && audit.entriesBeyondHead == 300)
    // What is ahead has to fit together all the same.
    source.files["tile/0/002.p/88"]?[40] ^= 1
    #expect(findings(source, committee) == [Finding("tile/0/002.p/88", .differs(position: 1))])
}

@Test func aLogCutOffBetweenAnyTwoWritesPasses() throws {
    let committee = try Committee()
    var source = MemorySource()
    var growth = TileGrowth()
    source.files["checkpoint"] = try committee.sign(size: 0, root: growth.root).bytes
    for size in [250, 252, 515, 520] {
        for index in Int(growth.size)..<size { growth.append(entry(index)) }
        let head = LogFile(path: .checkpoint, bytes: try committee.sign(size: growth.size, root: growth.root).bytes)
        for file in growth.takeFull() + growth.partial + [head] {
            source.files[file.path.text] = file.bytes
            #expect(findings(source, committee) == [], "after \(file.path.text) of \(size)")
            // Once a full file is there, its partial ones may go.
            source.files = source.files.filter { !$0.key.hasPrefix(file.path.text + ".p/") }
            #expect(findings(source, committee) == [], "after what \(file.path.text) replaces")
        }
    }
}

@Test func filesThatNothingCoversAreFindings() throws {
    let committee = try Committee()
    var source = try MemorySource.log([300], committee: committee)
    source.files["tile/0/002"] = [UInt8](repeating: 0, count: 8192)
    source.files["tile/0/001.p/45"] = [UInt8](repeating: 0, count: 45 * 32)
    source.files["tile/3/000.p/1"] = Digest.zero.bytes
    source.files["tile/entries/009"] = []
    source.files["tile/0/000.tmp"] = []
    source.files["index.html"] = []
    #expect(
        Set(findings(source, committee)) == [
            Finding("index.html", .unknownFile), Finding("tile/0/000.tmp", .unknownFile),
            Finding("tile/0/001.p/45", .differs(position: 0)), Finding("tile/0/002", .notCovered),
            Finding("tile/3/000.p/1", .notCovered), Finding("tile/entries/009", .notCovered),
        ])
}

@Test func aFileThatIsTooShortOrTooLongIsAFinding() throws {
    let committee = try Committee()
    let source = try MemorySource.log([300], committee: committee)
    func findings(_ path: String, _ change: (inout [UInt8]) -> Void) -> [Finding] {
        var tampered = source
        change(&tampered.files[path, default: []])
        return LogAuditor(policy: committee.policy).audit(tampered).findings
    }
    #expect(
        findings("tile/0/000") { $0.removeLast() }
            == [Finding("tile/0/000", .badLength(bytes: 8191, expected: 8192))])
    #expect(
        findings("tile/1/000.p/1") { $0.append(0) }
            == [Finding("tile/1/000.p/1", .unreadable(.tooLong(limit: 32)))])
    #expect(findings("tile/entries/000") { $0 += [0, 0] } == [Finding("tile/entries/000", .badBundle)])
    #expect(findings("tile/entries/001.p/44") { $0.removeLast() } == [Finding("tile/entries/001.p/44", .badBundle)])
}

@Test func whereNeitherEntriesNorHashesAreLeftTheRestIsNotCovered() throws {
    let committee = try Committee()
    var source = try MemorySource.log([300], committee: committee)
    source.files["tile/entries/000"] = nil
    source.files["tile/0/000"] = nil
    #expect(
        findings(source, committee) == [
            Finding("tile/entries/000", .missing), Finding("tile/entries/001.p/44", .notCovered),
            Finding("tile/0/001.p/44", .notCovered), Finding("tile/1/000.p/1", .notCovered),
        ])
}

@Test func aHeadThatTooFewCosignedIsAFinding() throws {
    let committee = try Committee()
    var source = try MemorySource.log([300], committee: committee)
    func put(_ signed: SignedCheckpoint) { source.files["checkpoint"] = signed.bytes }
    let root = tree(300).root

    put(try committee.sign(size: 300, root: root, cosigners: [0, 2]))
    let tooFew = LogError.quorumMissing(quorum: "validators", cosigned: ["validator-0", "validator-2"])
    #expect(findings(source, committee) == [Finding("checkpoint", .head(tooFew))])

    put(try committee.sign(size: 300, root: root, cosigners: [0, 2, 2]))
    let twice = LogError.repeatedSignature(name: "waymark.example/test/2")
    #expect(findings(source, committee) == [Finding("checkpoint", .head(twice)), Finding("checkpoint", .head(tooFew))])

    var unsigned = try committee.sign(size: 300, root: root)
    unsigned.signatures.removeFirst()
    put(unsigned)
    #expect(findings(source, committee) == [Finding("checkpoint", .head(.unsigned(origin: committee.origin)))])

    var stranger = try committee.sign(size: 300, root: root)
    stranger.signatures.append(
        try #require(stranger.checkpoint.cosignature(name: "stranger", key: try key(77), seconds: 1)))
    put(stranger)
    #expect(findings(source, committee) == [Finding("checkpoint", .head(.unknownSignature(name: "stranger")))])
}

@Test func aChangedSizeBreaksTheSignatures() throws {
    let committee = try Committee()
    var source = try MemorySource.log([300], committee: committee)
    let text = try #require(String(validating: source.files["checkpoint"] ?? [], as: UTF8.self))
    source.files["checkpoint"] = Array(text.replacing("\n300\n", with: "\n299\n").utf8)
    #expect(findings(source, committee).contains(Finding("checkpoint", .head(.badSignature(name: committee.origin)))))
}

@Test func aSignedHeadOverOtherEntriesIsFound() throws {
    let committee = try Committee()
    var source = try MemorySource.log([300], committee: committee)
    source.files["checkpoint"] = try committee.sign(size: 300, root: Digest.zero).bytes
    #expect(findings(source, committee) == [Finding("checkpoint", .rootDiffers(size: 300, derived: tree(300).root))])
}

@Test func extensionLinesAreAFinding() throws {
    let committee = try Committee()
    var source = try MemorySource.log([1], committee: committee)
    let plain = try committee.sign(size: 1, root: tree(1).root).checkpoint.body
    let head = try Checkpoint(lines: (plain + "height 9").split(separator: "\n").map(String.init))
    let lines = try (0..<3).map {
        try #require(head.cosignature(name: "\(committee.origin)/\($0)", key: committee.cosigningKeys[$0], seconds: 1))
    }
    source.files["checkpoint"] =
        SignedCheckpoint(
            head, signatures: [head.logSignature(key: committee.logKeys[0])] + lines
        ).bytes
    #expect(findings(source, committee) == [Finding("checkpoint", .extensionLines(1))])
}

@Test func aLaterHeadMustContinueTheOneSeenBefore() throws {
    let committee = try Committee()
    let source = try MemorySource.log([300, 600], committee: committee)
    for size in [0, 1, 256, 300, 599, 600] {
        let before = try committee.sign(size: UInt64(size), root: tree(size).root)
        #expect(findings(source, committee, since: before) == [])
    }
    let rewritten = try committee.sign(size: 300, root: Digest.zero)
    #expect(
        findings(source, committee, since: rewritten)
            == [Finding("checkpoint", .head(.rewritten(size: 600, seen: 300)))])
    let split = try committee.sign(size: 600, root: Digest.zero)
    #expect(findings(source, committee, since: split) == [Finding("checkpoint", .head(.splitView(size: 600)))])
    let ahead = try committee.sign(size: 601, root: tree(601).root)
    #expect(
        findings(source, committee, since: ahead) == [Finding("checkpoint", .head(.rollback(size: 600, seen: 601)))])
}

@Test func whatCannotBeReadAsAHeadEndsTheAudit() throws {
    let committee = try Committee()
    var source = try MemorySource.log([5], committee: committee)
    source.files["checkpoint"] = Array("nonsense".utf8)
    #expect(findings(source, committee) == [Finding("checkpoint", .head(.unfinishedLine))])
    source.files["checkpoint"] = nil
    #expect(findings(source, committee) == [Finding("checkpoint", .missing)])
}

@Test func aThousandFindingsAreEnough() throws {
    let committee = try Committee()
    var source = try MemorySource.log([1], committee: committee)
    for number in 0..<1500 { source.files["junk\(number)"] = [] }
    #expect(findings(source, committee).count == 1000)
}
