import Cryptography
import Models
import Telemetry
import Testing
import Wire

@testable import VehicleKit

private func round(_ model: LearnedModel, noiseMilli: UInt32) -> RoundOpenedEntry {
    RoundOpenedEntry(
        model: model, round: 1, baseVersion: .zero, deadline: Timestamp(milliseconds: 1),
        terms: RoundTerms(
            intervalMilliseconds: 0, durationMilliseconds: 0, cohortMinimum: 1, cohortLimit: 1,
            aggregation: .trimmedMean, attackersPermille: 0, clipBound: 1000, scaleBits: 14, noiseMilli: noiseMilli))
}

@Test func aVehicleKnowsWhatItsUpdatesHaveTold() throws {
    var book = PrivacyBook()
    #expect(book.epsilon(of: .perception, delta: 1e-5) == 0)
    // σ is ten times the clip bound: a hundred rounds are the row q = 1, σ = 10, T = 100 of the accountant's figures.
    for _ in 0..<100 { book.spend(round(.perception, noiseMilli: 10_000_000)) }
    let spent = try #require(book.epsilon(of: .perception, delta: 1e-5))
    #expect(abs(spent - 4.7285) < 1e-3)
    #expect(book.epsilon(of: .travelTimes, delta: 1e-5) == 0, "each model has its own account")
}

@Test func anUpdateWithoutNoiseIsBoundedByNothing() {
    var book = PrivacyBook()
    book.spend(round(.travelTimes, noiseMilli: 5000))
    #expect(book.epsilon(of: .travelTimes, delta: 1e-5) != nil)
    book.spend(round(.travelTimes, noiseMilli: 0))
    #expect(book.epsilon(of: .travelTimes, delta: 1e-5) == nil)
}
