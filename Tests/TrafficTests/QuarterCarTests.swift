import Models
import Testing

@testable import Traffic

private let Δt = 0.001

/// The states of a car, one each millisecond, on a road whose height at each time is given.
private func drive(_ car: QuarterCar, from start: QuarterCar.State = .init(), seconds: Double, road: (Double) -> Double)
    -> [(state: QuarterCar.State, body: Double)]
{
    var state = start
    return (0..<Int(seconds / Δt)).map { step in
        let body = car.advance(&state, h: road(Double(step) * Δt), Δt: Δt)
        return (state, body)
    }
}

@Test func aCarAtRestStaysAtRest() {
    let states = drive(QuarterCar(), seconds: 5) { _ in 0 }
    #expect(states.allSatisfy { $0.state == QuarterCar.State() && $0.body == 0 })
}

@Test func aSensorOnAFlatRoadShowsGravity() {
    var (ride, random) = (Ride(), SeededGenerator(seed: 1))
    ride.noise = 0
    let flat = RoadShape(roughness: 0, obstacle: .none)
    let series = ride.acceleration(over: flat, speed: 10, samples: 150, obstacleShare: 0.3, random: &random)
    #expect(series == Array(repeating: Float(9.81), count: 150))
}

@Test func aCarOnAStepSettlesOnIt() throws {
    let end = try #require(drive(QuarterCar(), seconds: 10) { _ in 0.05 }.last)
    #expect(abs(end.state.zs - 0.05) < 1e-9 && abs(end.state.zu - 0.05) < 1e-9)
}

@Test func theReferenceCarSwingsAtTheFrequenciesOfItsBodyAndItsWheel() {
    let (body, wheel) = QuarterCar().naturalFrequencies
    #expect((1.0...1.5).contains(body), "\(body) Hz")
    #expect((10.0...12.0).contains(wheel), "\(wheel) Hz")
}

@Test func anUndampedBodySwingsAtItsNaturalFrequency() {
    var car = QuarterCar()
    car.c = 0
    var start = QuarterCar.State()
    // The mode in which the wheel follows the body: z_u = z_s·(k₁ − ω²)/k₁.
    let ω = 2 * .pi * car.naturalFrequencies.body
    (start.zs, start.zu) = (0.01, 0.01 * (car.k1 - ω * ω) / car.k1)
    let heights = drive(car, from: start, seconds: 20) { _ in 0 }.map(\.state.zs)
    let crossings = zip(heights, heights.dropFirst()).count { ($0 < 0) != ($1 < 0) }
    #expect(abs(Double(crossings) / 40 - car.naturalFrequencies.body) <= 0.05)
}

@Test func aDampedCarOnlyLosesEnergyAndAnUndampedOneKeepsIt() throws {
    var start = QuarterCar.State()
    (start.zs, start.vs) = (0.03, 0.4)
    for c in [0.0, 3, 6] {
        var car = QuarterCar()
        car.c = c
        let first = car.energy(start, h: 0)
        let energies = drive(car, from: start, seconds: 10) { _ in 0 }.map { car.energy($0.state, h: 0) }
        let most = try #require(energies.max())
        let last = try #require(energies.last)
        // The rule keeps energy up to a swing of a few hundredths.
        #expect(most <= first * 1.05)
        if c == 0 { #expect(last >= first * 0.95) } else { #expect(last < first * 1e-6) }
    }
}

@Test func aTyreNeverPullsTheWheelIntoAHole() {
    let car = QuarterCar()
    let fall = car.accelerations(QuarterCar.State(), h: -10).wheel
    // The spring's load and gravity are all that moves it down.
    #expect(fall == -(1 + car.μ) * QuarterCar.g / car.μ)
    #expect(car.accelerations(QuarterCar.State(), h: 0.01).wheel == car.k2 * 0.01 / car.μ)
}

@Test func aHarderReboundPullsTheBodyDownMoreThanItPushesItUp() {
    var car = QuarterCar()
    car.asymmetry = 0.5
    var (up, down) = (QuarterCar.State(), QuarterCar.State())
    (up.vu, down.vu) = (1, -1)
    #expect(car.accelerations(up, h: 0).body == car.c * 0.5)
    #expect(car.accelerations(down, h: 0).body == -car.c * 1.5)
}

@Test func theRoughnessOfAProfileIsTheOneAskedFor() {
    var random = SeededGenerator(seed: 3)
    var squares = 0.0
    let (count, length) = (40, 400.0)
    for _ in 0..<count {
        var profile = RoadProfile(length: length)
        profile.roughen(64e-6, random: &random)
        let ends = profile.height(at: 200) - profile.height(at: 201)
        squares += ends * ends
    }
    // A walk spreads by (2πn₀)²·G_d/2 in a metre, and patches scale that by the mean square of their shares.
    let share = (2.5 * 2.5 - 0.25 * 0.25) / (2 * 2.302_585)
    let expected = 0.394_784 * 64e-6 / 2 * share
    #expect((0.5...1.8).contains(squares / Double(count) / expected), "\(squares / Double(count)) m², \(expected) m²")
}

@Test func aWheelBridgesAShortHoleAndLengthensAShortBump() {
    var profile = RoadProfile(length: 4)
    profile.add(.hole(length: 0.1, depth: 0.05, rim: 0.01), at: 1)
    profile.add(.studs(rows: 1, pitch: 0.3, length: 0.2, height: 0.05), at: 3)
    let way = profile.enveloped(radius: 0.3)
    #expect(profile.height(at: 1.05) < -0.04 && way.height(at: 1.05) > -0.01)
    #expect(profile.height(at: 2.95) == 0 && way.height(at: 2.95) > 0.01)
    #expect(zip(profile.heights, way.heights).allSatisfy { $0 <= $1 })
}
