import Cryptography
import Telemetry
import Testing
import Wire

private func golden() throws -> [(Entry, String)] {
    [
        (
            .roundOpened(
                RoundOpenedEntry(
                    model: .perception, round: 7, baseVersion: try digest(1), deadline: Fleet.now,
                    terms: RoundTerms(
                        intervalMilliseconds: 0, durationMilliseconds: 0, cohortMinimum: 10, cohortLimit: 512,
                        aggregation: .mixedTrimmedMean, attackersPermille: 200, clipBound: 32_768, scaleBits: 14,
                        noiseMilli: 500, holdOut: try digest(2)))),
            """
            2a62080110071a2001010101010101010101010101010101010101010101010101010101010101012080d0dfb4ab33280a30\
            8004380340c80148808002500e58f40372200202020202020202020202020202020202020202020202020202020202020202
            """
        ),
        (
            .roundOpened(
                RoundOpenedEntry(
                    model: .travelTimes, round: 7, baseVersion: try digest(1), deadline: Fleet.now,
                    terms: RoundTerms(
                        intervalMilliseconds: 0, durationMilliseconds: 0, cohortMinimum: 10, cohortLimit: 512,
                        aggregation: .medianOfMeans, attackersPermille: 200, groups: 256, groupsMinimum: 3))),
            """
            2a3c080210071a2001010101010101010101010101010101010101010101010101010101010101012080d0dfb4ab33280a30\
            8004380440c8016080026803
            """
        ),
        (
            .updateAccepted(
                UpdateAcceptedEntry(
                    model: .perception, round: 7, nullifier: try digest(3), commitment: try digest(4))),
            """
            3248080110071a20030303030303030303030303030303030303030303030303030303030303030322200404040404040404\
            040404040404040404040404040404040404040404040404
            """
        ),
        (
            .roundClosed(
                RoundClosedEntry(model: .perception, round: 7, updates: 300, inputsRoot: try digest(5))),
            "3a290801100718ac0222200505050505050505050505050505050505050505050505050505050505050505"
        ),
        (
            .versionMade(
                VersionMadeEntry(
                    result: RoundResult(
                        model: .perception, round: 7, version: try digest(6),
                        score: RoundScore(parentCorrect: 800, versionCorrect: 850, samples: 1000)),
                    parent: try digest(1), inputsRoot: try digest(5))),
            """
            4273080110071a20060606060606060606060606060606060606060606060606060606060606060622200101010101010101\
            0101010101010101010101010101010101010101010101012a20050505050505050505050505050505050505050505050505\
            050505050505050530a00638d20640e807
            """
        ),
        (
            .versionMade(
                VersionMadeEntry(
                    result: RoundResult(
                        model: .travelTimes, round: 7, version: nil,
                        score: RoundScore(parentError: 1000, baseError: 2000, comparisons: 40)),
                    parent: try digest(1), inputsRoot: try digest(5))),
            """
            425008021007222001010101010101010101010101010101010101010101010101010101010101012a200505050505050505\
            05050505050505050505050505050505050505050505050548e80750d00f5828
            """
        ),
        (
            .versionDecided(
                VersionDecidedEntry(
                    model: .perception, round: 7, version: try digest(6), decision: .promoted,
                    current: try digest(6))),
            """
            4a4a080110071a20060606060606060606060606060606060606060606060606060606060606060620012a20060606060606\
            0606060606060606060606060606060606060606060606060606
            """
        ),
        (
            .versionDecided(
                VersionDecidedEntry(
                    model: .travelTimes, round: 7, version: nil, decision: .abandoned, current: try digest(1))),
            "4a280802100720042a200101010101010101010101010101010101010101010101010101010101010101"
        ),
    ]
}

// The bytes were made by Python's protobuf package.
@Test func anEntryOfTheRoundsHasItsGoldenBytes() throws {
    for (entry, hex) in try golden() {
        #expect(Hex.encode(entry.encoded()) == hex)
        #expect(try Entry(decoding: bytes(hex)) == entry)
    }
}

@Test func noChangedByteOfTheRoundsDecodesToTheSameEntry() throws {
    for (entry, hex) in try golden() {
        let honest = try bytes(hex)
        for index in honest.indices {
            var changed = honest
            changed[index] ^= 1
            if case .success(let other) = Result(catching: { () throws(Refusal) in try Entry(decoding: changed) }) {
                #expect(other != entry && other.encoded() == changed)
            }
        }
    }
}

@Test func anUpdateHasItsGoldenBytes() throws {
    let update = Update(
        certificateDigest: try digest(9), time: Fleet.now, salt: [UInt8](repeating: 3, count: 32), model: .perception,
        round: 7, baseVersion: try digest(1), payload: [1, 2, 3])
    let encoded = try bytes(
        """
        0a2009090909090909090909090909090909090909090909090909090909090909091080d0dfb4ab331a20030303030303030303\
        03030303030303030303030303030303030303030303032001280732200101010101010101010101010101010101010101010101\
        0101010101010101013a03010203
        """)
    #expect(update.encoded() == encoded)
    #expect(try Update(decoding: encoded) == update)
}

@Test func aClaimIsAnItemOfItsOwn() throws {
    let result = RoundResult(
        model: .travelTimes, round: 258, version: try digest(6),
        score: RoundScore(parentError: 3, baseError: 4, comparisons: 5))
    let item = CarItem.claim(result).encoded()
    #expect(item.count == 87 && item.prefix(10) == [5, 2, 0, 0, 0, 0, 0, 0, 1, 2] && item[10] == 1)
    #expect(try CarItem(decoding: item) == .claim(result))
    #expect(throws: Refusal.malformed) { try CarItem(decoding: item + [0]) }
    #expect(throws: Refusal.malformed) { try CarItem(decoding: Array(item.dropLast())) }
    var withoutVersion = item
    withoutVersion[10] = 0
    #expect(throws: Refusal.malformed, "one result has one encoding") { try CarItem(decoding: withoutVersion) }
}

@Test func aModelThatIsNotTrainedTakesNoUpdates() throws {
    let fleet = try Fleet()
    let update = Update(
        certificateDigest: Digest.sha256(fleet.certificate.bytes), time: Fleet.now,
        salt: [UInt8](repeating: 3, count: 32), model: .perception, round: 1, baseVersion: try digest(1), payload: [1])
    let signed = update.signed(by: fleet.vehicle, chain: Fleet.chain)
    let admitted = Admission(terms: fleet.terms).admitUpdate(envelope: signed.envelope(certificate: fleet.certificate))
    #expect(admitted == .failure(.roundNotOpen))
    let items = [CarItem.certificate(fleet.certificate).encoded(), CarItem.update(signed).encoded()]
    let inspected = CarInspector(terms: fleet.terms).inspect(items: items, sealedAt: Fleet.now)
    #expect(inspected == .failure(.item(index: 1, .roundNotOpen)))
}

@Test func aVehicleHasAnotherNullifierInEachRoundAndModel() throws {
    let secret = [UInt8](repeating: 7, count: 32)
    func nullifier(_ enrolment: UInt8, _ model: LearnedModel, _ round: UInt64) throws -> Digest {
        Nullifier.make(logSecret: secret, enrolment: try digest(enrolment), model: model, round: round)
    }
    let all = [
        try nullifier(1, .perception, 1), try nullifier(1, .perception, 2), try nullifier(1, .travelTimes, 1),
        try nullifier(2, .perception, 1),
    ]
    #expect(Set(all).count == 4)
    #expect(try nullifier(1, .perception, 1) == all[0])
}
