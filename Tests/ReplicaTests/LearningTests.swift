import Consensus
import Cryptography
import Federation
import Models
import Telemetry
import Testing
import Wire

@testable import Replica

/// The town with a perception model to train, in rounds of five seconds for two vehicles and more.
enum School {
    static let samples = [LabelledFeatures](
        zip(Surface.allCases, 0...).compactMap { surface, number in
            try? LabelledFeatures(features: [Int16](repeating: Int16(number) * 100 - 200, count: 38), surface: surface)
        })

    static func holdOut() throws -> [UInt8] { try HoldOut(samples: samples).encoded() }

    static func terms() throws -> CommitteeTerms {
        var terms = Town.terms
        terms.learning = LearningTerms([
            .perception: RoundTerms(
                intervalMilliseconds: 10_000, durationMilliseconds: 5000, cohortMinimum: 2, cohortLimit: 3,
                aggregation: .trimmedMean, attackersPermille: 0, clipBound: 46_340, scaleBits: 14,
                holdOut: Digest.sha256(try holdOut()))
        ])
        return terms
    }

    /// A vehicle's update in the first round, whose values are all `value`.
    static func update(_ vehicle: Town.Vehicle, value: Int16, at time: Timestamp = Town.start) throws -> AdmittedUpdate
    {
        var payload = Writer()
        for _ in 0..<PerceptionModel.parameterCount { payload.write(value) }
        let update = Update(
            certificateDigest: vehicle.digest, time: time, salt: [UInt8](repeating: 4, count: 32), model: .perception,
            round: 1, baseVersion: Digest.sha256(InitialVersion.bytes(of: .perception)), payload: payload.bytes)
        let envelope = update.signed(by: vehicle.key, chain: Town.chain).envelope(certificate: vehicle.certificate)
        return try Admission(terms: terms()).admitUpdate(envelope: envelope).get()
    }
}

extension Blocks {
    mutating func next(_ updates: [AdmittedUpdate], at time: Timestamp = Town.start) -> FinalizedBlock {
        let items = updates.flatMap { [CarItem.certificate($0.enrolment.signed), .update($0.signed)] }
        return next(items: items.map { $0.encoded() }, at: time)
    }
}

@Test func anUpdateBecomesAnEntryThatNamesNoVehicle() throws {
    var (ledger, blocks) = (Ledger.town(terms: try School.terms()), Blocks())
    let update = try School.update(Town.Vehicle(10), value: 5)
    let (block, refused) = ledger.execute(blocks.next([update]))
    #expect(refused.isEmpty && block.submissions.map(\.submission) == [.update(update)])
    guard case .roundOpened(let opened) = block.entries[1], case .updateAccepted(let accepted) = block.entries[2] else {
        throw Wrong("a round opens with the first block, and takes the update")
    }
    #expect(opened.round == 1 && block.submissions.map(\.leaf) == [2])
    #expect(accepted.commitment == update.commitment)
    let nullifier = Nullifier.make(
        logSecret: Town.logSecret, enrolment: update.enrolment.digest, model: .perception, round: 1)
    #expect(accepted.nullifier == nullifier)
}

@Test func aRevokedOrStaleVehicleTakesNoPart() throws {
    var (ledger, blocks) = (Ledger.town(terms: try School.terms()), Blocks())
    let (revoked, stale) = (Town.Vehicle(10), Town.Vehicle(11))
    _ = ledger.execute(blocks.next(revoking: [try Town.revocation(of: revoked)]))
    let updates = [
        try School.update(revoked, value: 1), try School.update(stale, value: 1, at: Town.start - 61_000),
        try School.update(Town.Vehicle(12), value: 1), try School.update(Town.Vehicle(12), value: 2),
    ]
    let (block, refused) = ledger.execute(blocks.next(updates, at: Town.start + 1))
    #expect(refused.map(\.refusal) == [.revoked, .stale, .secondUpdate])
    #expect(block.submissions.map(\.submission) == [.update(updates[2])])
}

@Test func theRoundsAreInTheStateRoot() throws {
    let updates = try (UInt8(10)..<12).map { try School.update(Town.Vehicle($0), value: 3) }
    func root(_ updates: [AdmittedUpdate]) throws -> Digest {
        var (ledger, blocks) = (Ledger.town(terms: try School.terms()), Blocks())
        _ = ledger.execute(blocks.next(updates))
        return ledger.stateRoot
    }
    #expect(try root(updates) == root(updates.reversed()))
    #expect(try root(updates) != root([updates[0]]))
}

/// A committee of one that trains, and three updates: the round is full.
private func fullRound() throws -> (lone: Lone, tokens: [SubmissionToken]) {
    var lone = try Lone(terms: try School.terms())
    lone.start()
    // The first block opens the round.
    while lone.blocks.isEmpty { lone.pass(100) }
    let now = try #require(lone.blocks.last).time
    let tokens = try (UInt8(10)..<13).map { seed in
        lone.submit(.update(try School.update(Town.Vehicle(seed), value: Int16(seed), at: now)))
    }
    lone.pass(200)
    return (lone, tokens)
}

@Test func aFullRoundIsComputedClaimedAndDecided() throws {
    var (lone, tokens) = try fullRound()
    for token in tokens {
        guard case .committed(.updateAccepted, _, _, _) = try lone.answer(token) else {
            throw Wrong("an update is answered with its entry")
        }
    }
    let job = try #require(lone.jobs.first)
    #expect(lone.jobs.count == 1 && job.inputs.count == 3)
    let base = InitialVersion.bytes(of: .perception)
    let outcome = try job.run(base: base, holdOut: School.holdOut())
    #expect(lone.replica.currentVersion(of: .perception) == Digest.sha256(base))
    lone.tell(.computed(outcome.result))
    lone.pass(200)
    let decided = lone.blocks.flatMap(\.entries).compactMap { entry -> VersionDecidedEntry? in
        if case .versionDecided(let decided) = entry { decided } else { nil }
    }
    #expect(decided.map(\.version) == [outcome.result.version])
    #expect(lone.replica.currentVersion(of: .perception) == decided.first?.current)
    // The trimmed mean of 10, 11 and 12 with no attackers assumed is 11 quanta of 2^−14, 44 of 2^−16.
    let (before, after) = (try PerceptionModel(decoding: base), try PerceptionModel(decoding: #require(outcome.file)))
    #expect(zip(before.parameters, after.parameters).allSatisfy { $1 - $0 == 44 })
    lone.tell(.computed(outcome.result))
    lone.pass(200)
    #expect(lone.replica.divergentClaims == 0)
}

@Test func aRestartComputesAgainWhatWasUnderWay() throws {
    let (lone, _) = try fullRound()
    var restored = try Lone(restoring: lone.journal, terms: School.terms())
    #expect(restored.jobs.isEmpty && restored.leaves == lone.leaves)
    restored.start()
    #expect(restored.jobs == lone.jobs)
}
