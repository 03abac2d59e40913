import Cryptography
import Testing

@testable import TransparencyLog

private func compare(_ sources: [MemorySource], _ committee: Committee) -> LogComparison {
    LogComparison(sources.enumerated().map { (name: "\($0.offset)", source: $0.element) }, policy: committee.policy)
}

@Test func copiesOfOneHistoryAgreeEvenWhereSomeLag() throws {
    let committee = try Committee()
    let sources = try [300, 600, 0, 600, 1].map { try MemorySource.log([$0], committee: committee) }
    let comparison = compare(sources, committee)
    #expect(comparison.passed && !comparison.headsAreEqual)
    #expect(comparison.views.map(\.signed?.checkpoint.size) == [300, 600, 0, 600, 1])
    #expect(compare([sources[1], sources[3]], committee).headsAreEqual)
}

@Test func aSplitViewIsFoundAtOneSizeAndAcrossSizes() throws {
    let committee = try Committee()
    let honest = try MemorySource.log([600], committee: committee)
    let other = { (index: Int) in index == 20 ? entry(-1) : entry(index) }
    let split = try MemorySource.log([600], committee: committee, from: other)
    let lagging = try MemorySource.log([300], committee: committee, from: other)
    #expect(compare([honest, split], committee).findings == [Finding("1", .head(.splitView(size: 600)))])
    #expect(compare([honest, lagging], committee).findings == [Finding("1", .head(.rewritten(size: 600, seen: 300)))])
}

@Test func aCopyWhoseHeadIsNotBelievedIsNamed() throws {
    let committee = try Committee()
    let honest = try MemorySource.log([600], committee: committee)
    var bad = honest
    bad.files["checkpoint"] = try committee.sign(size: 600, root: tree(600).root, cosigners: [1]).bytes
    var gone = honest
    gone.files["checkpoint"] = nil
    let comparison = compare([bad, honest, gone], committee)
    let tooFew = LogError.quorumMissing(quorum: "validators", cosigned: ["validator-1"])
    #expect(comparison.findings == [Finding("0", .head(tooFew)), Finding("2", .missing)])
    #expect(comparison.views.map { $0.signed == nil } == [true, false, true])
}

@Test func aLargestCopyThatWithholdsTilesIsNotBelieved() throws {
    let committee = try Committee()
    var largest = try MemorySource.log([600], committee: committee)
    largest.files["tile/0/001"] = nil
    let small = try MemorySource.log([300], committee: committee)
    #expect(
        compare([largest, small], committee).findings
            == [Finding("1", .head(.unavailable(path: "tile/0/001", .missing)))])
}
