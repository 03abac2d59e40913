import Cryptography
import Federation
import Telemetry
import Testing
import Wire

private let start = Class.start

@Test func aRoundOpensWithTheFirstBlockAndThenAtEachInterval() throws {
    var federation = Class.federation()
    let opened = federation.advance(to: start).entries
    #expect(
        opened == [
            .roundOpened(
                RoundOpenedEntry(
                    model: .perception, round: 1, baseVersion: Class.base, deadline: start + 5000, terms: Class.rounds))
        ])
    #expect(federation.advance(to: start + 5000).isEmpty, "the deadline itself is inside")
    let closed = federation.advance(to: start + 5001)
    #expect(closed.decision?.decision == .abandoned, "nobody took part")
    #expect(federation.advance(to: start + 9999).isEmpty)
    guard case .roundOpened(let second)? = federation.advance(to: start + 10_000).entries.first else {
        throw Unexpected("a round opens")
    }
    #expect(second.round == 2 && second.baseVersion == Class.base)
}

@Test func aVehicleHasOneUpdateARound() throws {
    var federation = Class.federation()
    _ = federation.advance(to: start)
    let update = try Class.update(1)
    #expect(federation.standing(update, of: 1) == .fresh)
    try federation.count(1)
    #expect(federation.standing(update, of: 1) == .repeated)
    #expect(federation.standing(try Class.update(1, at: start + 31_000), of: 1) == .repeated, "signed again")
    #expect(federation.standing(try Class.update(1, value: 2), of: 1) == .refused(.secondUpdate))
    #expect(federation.standing(try Class.update(2), of: 2) == .fresh)
}

@Test func anUpdateOfAnotherRoundOrBaseIsRefused() throws {
    var federation = Class.federation()
    #expect(federation.standing(try Class.update(1), of: 1) == .refused(.roundNotOpen), "none has opened")
    _ = federation.advance(to: start)
    #expect(federation.standing(try Class.update(1, round: 2), of: 1) == .refused(.roundNotOpen))
    #expect(federation.standing(try Class.update(1, base: .sha256([9])), of: 1) == .refused(.wrongBase))
    try federation.count(1)
    try federation.count(2)
    _ = federation.advance(to: start + 5001)
    #expect(federation.standing(try Class.update(3), of: 3) == .refused(.roundNotOpen), "the round is over")
    #expect(federation.standing(try Class.update(1), of: 1) == .repeated, "what counts still counts")
}

@Test func aFullRoundClosesAtOnceAndItsInputsAreSorted() throws {
    var federation = Class.federation()
    _ = federation.advance(to: start)
    for vehicle in UInt8(1)...3 { #expect(try federation.count(vehicle).isEmpty) }
    let steps = try federation.count(4)
    let job = try #require(steps.jobs.first)
    #expect(job.inputs.map(\.nullifier) == (UInt8(1)...4).map(Class.nullifier).sorted())
    let leaves = job.inputs.map { $0.nullifier.bytes + $0.commitment.bytes }
    #expect(
        steps.entries == [
            .roundClosed(
                RoundClosedEntry(model: .perception, round: 1, updates: 4, inputsRoot: Merkle.root(of: leaves)))
        ])
    #expect(federation.awaitsClaims(.perception, round: 1) && federation.openJobs == [job])
}

@Test func theRoundsAreTheSameInAnyOrderOfTheirUpdates() throws {
    func after(_ order: [UInt8]) throws -> (Digest, RoundJob?) {
        var federation = Class.federation()
        _ = federation.advance(to: start)
        var steps: [RoundStep] = []
        for vehicle in order { steps += try federation.count(vehicle, value: Int16(vehicle)) }
        return (federation.digest, steps.jobs.first)
    }
    let first = try after([1, 2, 3, 4])
    let second = try after([4, 2, 1, 3])
    #expect(first.0 == second.0 && first.1 == second.1 && first.1 != nil)
    #expect(try after([1, 2, 3]).0 != first.0)
}

/// Rounds of which the first was closed with two updates.
private func closedRound() throws -> Federation {
    var federation = Class.federation()
    _ = federation.advance(to: start)
    try federation.count(1)
    try federation.count(2)
    #expect(federation.advance(to: start + 5001).jobs.count == 1)
    return federation
}

@Test func theFirstResultOfEnoughValidatorsIsTheRounds() throws {
    var federation = try closedRound()
    #expect(federation.take(Class.claim(correct: 90), from: 0).isEmpty)
    #expect(federation.take(Class.claim(correct: 90), from: 0).isEmpty, "a validator has one word")
    #expect(federation.take(Class.claim(correct: 99), from: 1).isEmpty)
    #expect(federation.take(Class.claim(correct: 90), from: 1).isEmpty, "and its first one counts")
    let steps = federation.take(Class.claim(correct: 90), from: 2)
    #expect(steps.decision?.decision == .promoted)
    #expect(federation.currentVersion(of: .perception) == Class.claim(correct: 90).version)
    #expect(federation.divergentClaims == 1)
    _ = federation.take(Class.claim(correct: 90), from: 3)
    #expect(federation.divergentClaims == 1, "a late claim of the same is no fault")
    _ = federation.take(Class.claim(correct: 91), from: 3)
    #expect(federation.divergentClaims == 2)
}

@Test func aClaimOfAnotherRoundSaysNothing() throws {
    var federation = try closedRound()
    for validator in 0..<4 { #expect(federation.take(Class.claim(correct: 90, round: 2), from: validator).isEmpty) }
    #expect(federation.awaitsClaims(.perception, round: 1))
}

private let verdicts: [(correct: UInt64, decision: VersionDecision)] = [
    (78, .promoted), (77, .refused), (80, .promoted), (0, .refused),
]

@Test(arguments: verdicts) func aVersionMayLoseTwoPoints(verdict: (correct: UInt64, decision: VersionDecision)) throws {
    let (correct, expected) = verdict
    var federation = try closedRound()
    _ = federation.take(Class.claim(correct: correct), from: 0)
    let decided = try #require(federation.take(Class.claim(correct: correct), from: 1).decision)
    #expect(decided.decision == expected && decided.version == Class.claim(correct: correct).version)
    let current = expected == .promoted ? Class.claim(correct: correct).version : Class.base
    #expect(decided.current == current && federation.currentVersion(of: .perception) == current)
}

@Test func aRoundWithoutAgreementIsAbandonedAndTheNextOneOpens() throws {
    var federation = try closedRound()
    _ = federation.take(Class.claim(correct: 90), from: 0)
    _ = federation.take(Class.claim(correct: 91), from: 1)
    #expect(federation.advance(to: start + 65_001).isEmpty)
    #expect(federation.advance(to: start + 65_002).decision?.decision == .abandoned)
    #expect(!federation.awaitsClaims(.perception, round: 1))
    guard case .roundOpened(let opened)? = federation.advance(to: start + 65_003).entries.first else {
        throw Unexpected("a round opens")
    }
    #expect(opened.round == 2 && opened.baseVersion == Class.base)
}

@Test func everythingThatMayHappenChangesTheDigest() throws {
    var federation = Class.federation()
    var digests = [federation.digest]
    _ = federation.advance(to: start)
    digests.append(federation.digest)
    for vehicle in UInt8(1)...2 {
        try federation.count(vehicle)
        digests.append(federation.digest)
    }
    _ = federation.advance(to: start + 5001)
    digests.append(federation.digest)
    let claims = federation.claims(on: .perception)
    _ = federation.take(Class.claim(correct: 90), from: 0)
    #expect(federation.digest == digests.last && federation.claims(on: .perception) != claims, "claims are private")
    _ = federation.take(Class.claim(correct: 90), from: 1)
    digests.append(federation.digest)
    #expect(Set(digests).count == digests.count)
    #expect(federation.claims(on: .perception).isEmpty)
}

@Test func updatesOutOfTheirBoundsAreRefusedForTheirReason() throws {
    let admission = Admission(terms: Class.terms)
    func refusal(_ payload: [UInt8]) -> String? {
        guard case .failure(let refusal) = admission.admitUpdate(envelope: Class.envelope(1, payload: payload)) else {
            return nil
        }
        return refusal.label
    }
    #expect(refusal(Class.payload(26)) == nil, "1,413 · 26² is below 1,000²")
    #expect(refusal(Class.payload(27)) == "norm_exceeded")
    #expect(refusal(Class.payload(.min)) == "norm_exceeded")
    #expect(refusal(Array(Class.payload(1).dropLast(2))) == "out_of_bounds", "one value too few")
    #expect(refusal(Class.payload(1) + [0]) == "out_of_bounds")
    let bare = CommitteeTerms(chainID: Class.chain, authorities: [Class.authority.publicKey])
    let untrained = Admission(terms: bare).admitUpdate(envelope: Class.envelope(1, payload: Class.payload(1)))
    #expect(untrained == .failure(.roundNotOpen))
}

@Test func smallLossesDoNotAddUp() throws {
    var federation = Class.federation()
    var decisions: [VersionDecision] = []
    // Each version loses two points against its parent; the fourth has lost more than five against the best.
    for round in UInt64(1)...4 {
        let (before, after) = (92 - 2 * round, 90 - 2 * round)
        _ = federation.advance(to: start + round * 10_000)
        let base = try #require(federation.currentVersion(of: .perception))
        for vehicle in UInt8(1)...4 { try federation.count(vehicle, round: round, base: base) }
        let claim = RoundResult(
            model: .perception, round: round, version: Digest.sha256([UInt8(after)]),
            score: RoundScore(parentCorrect: before, versionCorrect: after, samples: 100))
        let steps = federation.take(claim, from: 0) + federation.take(claim, from: 1)
        decisions.append(try #require(steps.decision).decision)
    }
    #expect(decisions == [.promoted, .promoted, .promoted, .refused])
}

struct Unexpected: Error {
    let what: String

    init(_ what: String) {
        self.what = what
    }
}
