import Telemetry
import Testing

@Test func theCodesAreThoseOfTheStandard() {
    let codes: [UInt16] = [
        1, 2, 3, 5, 6, 7, 9, 10, 11, 12, 14, 15, 17, 18, 19, 20, 26, 27, 28, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100,
    ]
    #expect(HazardKind.allCases.map(\.rawValue) == codes)
    #expect(HazardKind(rawValue: 4) == nil)
    #expect(HazardKind(rawValue: 0) == nil)
}

@Test func everyKindHasItsOwnNameAndALimitedValidity() {
    for kind in HazardKind.allCases {
        #expect(HazardKind(name: kind.name) == kind)
        #expect(
            kind.name.utf8.allSatisfy {
                $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            })
        #expect((60_000...TelemetryLimits.observationAgeMilliseconds).contains(kind.validityMilliseconds))
    }
    #expect(HazardKind(name: "dragon") == nil)
}

@Test func everySafetyCategoryHasAKind() {
    #expect(Set(HazardKind.allCases.compactMap(\.category)) == Set(SafetyCategory.allCases))
    #expect(HazardKind.adhesion.category == .slipperyRoad)
    #expect(HazardKind.wrongWayDriving.category?.rawValue == "f")
    #expect(HazardKind.trafficCondition.category == nil)
}
