import Consensus
import Cryptography
import Testing
import TransparencyLog
import Wire

@testable import Replica

/// Four validators' cosigning keys.
private struct Four {
    let cosigners: Cosigners

    init() throws {
        let keys = (UInt8(1)...4).compactMap {
            VerifierKey(name: "town.example/log/\($0)", kind: .cosigner, publicKey: Town.key($0).publicKey)
        }
        guard let cosigners = Cosigners(origin: "town.example/log", keys: keys) else { throw Wrong("origin") }
        self.cosigners = cosigners
    }

    func cosignature(_ validator: Int, _ head: Head) throws -> VerifiedCosignature {
        let signature = Town.key(UInt8(validator + 1)).sign(cosigners.statement(of: head))
        let claim = Cosignature(validator: validator, head: head, signature: signature, asksForReturn: false)
        guard let verified = cosigners.verify(claim) else { throw Wrong("an honest cosignature verifies") }
        return verified
    }
}

private func head(_ height: UInt64, root: UInt8 = 0) -> Head {
    Head(height: height, time: Town.start + height, size: 10 * height, root: Digest.sha256([root]))
}

/// What comes of each of these validators' cosignatures of `head`, in turn.
private func receive(
    _ heads: inout Heads, from validators: some Sequence<Int>, _ head: Head
) throws -> [Head?] {
    let four = try Four()
    return try validators.map { heads.receive(try four.cosignature($0, head))?.head }
}

@Test func aHeadIsPublishedOnceAQuorumStandsBehindIt() throws {
    var heads = Heads(quorum: 3)
    let atOnce = heads.execute(head(1))
    #expect(atOnce == nil && heads.unpublished == head(1))
    let outcomes = try receive(&heads, from: [3, 0, 2], head(1))
    #expect(outcomes == [nil, nil, head(1)])
    #expect(heads.published?.cosignatures.map(\.validator) == [0, 2, 3], "in committee order")
    #expect(heads.publishedHeight == 1 && heads.unpublished == nil)
}

@Test func oneValidatorCountsOnce() throws {
    var heads = Heads(quorum: 3)
    _ = heads.execute(head(1))
    let outcomes = try receive(&heads, from: [1, 1, 1, 1, 1], head(1))
    #expect(outcomes.allSatisfy { $0 == nil })
}

@Test func cosignaturesWaitForTheBlockTheySpeakOf() throws {
    var heads = Heads(quorum: 3)
    let early = try receive(&heads, from: 0..<3, head(2))
    #expect(early == [nil, nil, nil])
    let outcomes = [heads.execute(head(1)), heads.execute(head(2))]
    #expect(outcomes.map { $0?.head } == [nil, head(2)])
}

@Test func aNewerHeadCoversAnOlderOne() throws {
    var heads = Heads(quorum: 3)
    _ = heads.execute(head(1))
    _ = heads.execute(head(2))
    let newer = try receive(&heads, from: 0..<3, head(2))
    let older = try receive(&heads, from: 0..<4, head(1))
    #expect(newer == [nil, nil, head(2)] && older == [nil, nil, nil, nil])
    #expect(heads.publishedHeight == 2 && heads.divergences == 0)
}

@Test func anotherRootIsCountedAndNeverPublished() throws {
    var heads = Heads(quorum: 3)
    _ = try receive(&heads, from: [0], head(1, root: 9))
    _ = heads.execute(head(1))
    #expect(heads.divergences == 1)
    _ = try receive(&heads, from: 1..<4, head(1, root: 9))
    #expect(heads.divergences == 4 && heads.published == nil)
    // Those who agree are a quorum as ever.
    let outcomes = try receive(&heads, from: 0..<3, head(1))
    #expect(outcomes == [nil, nil, head(1)])
}

@Test func aLiarsFloodOfHeightsPushesOutNothingThatIsNear() throws {
    var heads = Heads(quorum: 3)
    _ = try receive(&heads, from: [0], head(1))
    for height in UInt64(2)...UInt64(ReplicaLimits.openHeads) + 500 {
        _ = try receive(&heads, from: [3], head(height, root: 9))
    }
    _ = try receive(&heads, from: [1, 2], head(1))
    let published = heads.execute(head(1))
    #expect(published?.head == head(1))
}

@Test func aValidatorWithoutOthersKeepsABoundedNumberOfHeads() throws {
    var heads = Heads(quorum: 3)
    let last = UInt64(ReplicaLimits.openHeads) + 500
    for height in 1...last {
        _ = heads.execute(head(height))
        _ = try receive(&heads, from: [0], head(height))
    }
    #expect(heads.unpublished == head(last))
    _ = try receive(&heads, from: 1..<3, head(last))
    #expect(heads.publishedHeight == last)
}

// MARK: Cosignatures as messages

@Test func aCosignatureIsAFixedLayout() throws {
    let signature = try #require(Signature(bytes: [UInt8](repeating: 5, count: 64)))
    let cosignature = Cosignature(
        validator: 3,
        head: Head(height: 1, time: Timestamp(milliseconds: 2), size: 3, root: .zero), signature: signature,
        asksForReturn: true)
    let zeros = [UInt8](repeating: 0, count: 7)
    let bytes: [UInt8] =
        [0, 3] + zeros + [1] + zeros + [2] + zeros + [3] + [UInt8](repeating: 0, count: 32)
        + [UInt8](repeating: 5, count: 64) + [1]
    #expect(cosignature.encoded() == bytes)
    #expect(try Cosignature(decoding: bytes) == cosignature)
    for count in 0..<bytes.count {
        #expect(throws: WireError.self) { try Cosignature(decoding: Array(bytes.prefix(count))) }
    }
    #expect(throws: WireError.self) { try Cosignature(decoding: bytes + [0]) }
    #expect(throws: WireError.self) { try Cosignature(decoding: bytes.dropLast() + [2]) }
}

@Test func aCosignatureIsOfItsHeadAndItsValidatorOnly() throws {
    let four = try Four()
    let good = try four.cosignature(1, head(1)).cosignature
    var (otherRoot, otherTime, otherSigner, nobody) = (good, good, good, good)
    otherRoot.head.root = Digest.sha256([9])
    otherTime.head.time = good.head.time + 1000
    otherSigner.validator = 2
    nobody.validator = 4
    for forged in [otherRoot, otherTime, otherSigner, nobody] { #expect(four.cosigners.verify(forged) == nil) }
}
