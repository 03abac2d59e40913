import Testing

@testable import Traffic

private let driver = CarFollowing()
private let v0 = 13.89

@Test func onAFreeRoadADriverAcceleratesToTheDesiredSpeed() {
    #expect(driver.acceleration(s: .infinity, v: 0, Δv: 0, v0: v0) == driver.a)
    #expect(abs(driver.acceleration(s: .infinity, v: v0, Δv: 0, v0: v0)) < 1e-12)
    #expect(driver.acceleration(s: .infinity, v: v0 * 1.1, Δv: 0, v0: v0) < 0)
}

@Test func standingCarsKeepTheirGap() {
    #expect(abs(driver.acceleration(s: driver.s0, v: 0, Δv: 0, v0: v0)) < 1e-12)
    #expect(driver.acceleration(s: driver.s0 / 2, v: 0, Δv: 0, v0: v0) < 0)
}

@Test func theEquilibriumGapIsWhereNobodyAccelerates() {
    for v in stride(from: 0.5, to: 13.5, by: 0.5) {
        let gap = driver.equilibriumGap(v: v, v0: v0)
        #expect(abs(driver.acceleration(s: gap, v: v, Δv: 0, v0: v0)) < 1e-9)
        #expect(driver.acceleration(s: gap * 1.1, v: v, Δv: 0, v0: v0) > 0)
    }
}

@Test func noDriverBrakesHarderThanTyresCan() {
    for s in [-5.0, 0, 0.01, 1] {
        #expect(driver.acceleration(s: s, v: 40, Δv: 40, v0: v0) == -driver.hardest)
    }
}

@Test func whoApproachesFasterBrakesHarder() {
    let brakings = [0.0, 2, 4, 8].map { driver.acceleration(s: 30, v: 13, Δv: $0, v0: v0) }
    #expect(brakings == brakings.sorted(by: >))
}
