import Cryptography
import Telemetry
import Testing
import Wire

private struct Car {
    let fleet: Fleet
    let inspector: CarInspector

    init() throws {
        fleet = try Fleet()
        inspector = CarInspector(terms: fleet.terms)
    }

    var certificate: [UInt8] { CarItem.certificate(fleet.certificate).encoded() }
    var revocation: [UInt8] { CarItem.revocation(fleet.revocation(by: fleet.authority)).encoded() }

    func report(_ sequence: UInt64, at time: Timestamp = Fleet.now) -> [UInt8] {
        CarItem.report(fleet.signed(fleet.report(sequence: sequence, at: time))).encoded()
    }

    func fault(_ items: [[UInt8]], sealedAt: Timestamp = Fleet.now) -> CarFault? {
        switch inspector.inspect(items: items, sealedAt: sealedAt) {
        case .success: nil
        case .failure(let fault): fault
        }
    }
}

@Test func aCarIsReadInItsOrder() throws {
    let car = try Car()
    let items = [car.certificate, car.report(1), car.revocation, car.report(2)]
    let inspected = try car.inspector.inspect(items: items, sealedAt: Fleet.now).get()
    let sequences = inspected.map { item -> UInt64? in
        if case .report(let report) = item { report.report.sequence } else { nil }
    }
    #expect(sequences == [1, nil, 2])
    #expect(car.inspector.decode(items: items) == inspected)
}

@Test func anItemHasAFixedLayout() throws {
    let car = try Car()
    let signed = car.fleet.signed(car.fleet.report())
    let item = CarItem.report(signed).encoded()
    #expect(item == [2, 0, 0, 0, UInt8(signed.bytes.count)] + signed.bytes + signed.signature.bytes)
    #expect(car.certificate.first == 1 && car.revocation.first == 3)
    #expect(try CarItem(decoding: item) == .report(signed))
}

@Test(
    arguments: [[], [0], [9, 0, 0, 0, 0], [5], [4, 0, 0, 0, 1, 7], [2, 255, 255, 255, 255], [2, 0, 0, 0, 1, 7]]
        as [[UInt8]])
func bytesThatAreNoItemAreMalformed(bytes: [UInt8]) {
    #expect(throws: Refusal.malformed) { try CarItem(decoding: bytes) }
}

@Test func anItemEndsWhereItsSignatureEnds() throws {
    let longer = try Car().report(1) + [0]
    #expect(throws: Refusal.malformed) { try CarItem(decoding: longer) }
    let huge = [UInt8](repeating: 2, count: TelemetryLimits.carItemBytes + 1)
    #expect(throws: Refusal.oversized) { try CarItem(decoding: huge) }
}

@Test func aReportNeedsItsCertificateBeforeItInTheSameCar() throws {
    let car = try Car()
    #expect(car.fault([car.report(1)]) == .item(index: 0, .uncertified))
    #expect(car.fault([car.report(1), car.certificate]) == .item(index: 0, .uncertified))
    #expect(car.inspector.decode(items: [car.report(1), car.certificate]).isEmpty)
}

@Test func aRepeatedCertificateIsReadOnce() throws {
    let car = try Car()
    #expect(car.fault([car.certificate, car.report(1), car.certificate, car.report(2)]) == nil)
}

@Test func aRepeatedCertificateWithABadSignatureIsAFault() throws {
    let car = try Car()
    let honest = car.fleet.certificate
    let forged = Signed(honest.value, bytes: honest.bytes, signature: car.fleet.stranger.sign(honest.bytes))
    let items = [car.certificate, CarItem.certificate(forged).encoded()]
    #expect(car.fault(items) == .item(index: 1, .badSignature))
}

@Test func aForgedReportIsTheOwnersFault() throws {
    let car = try Car()
    let forged = car.fleet.report(sequence: 2).signed(by: car.fleet.stranger, chain: Fleet.chain)
    let items = [car.certificate, car.report(1), CarItem.report(forged).encoded()]
    #expect(car.fault(items) == .item(index: 2, .badSignature))
    #expect(car.inspector.decode(items: items).count == 2, "a proof of availability decides once")
}

@Test func aForgedOrStrangeRevocationIsTheOwnersFault() throws {
    let car = try Car()
    let strange = CarItem.revocation(car.fleet.revocation(by: car.fleet.stranger)).encoded()
    #expect(car.fault([strange]) == .item(index: 0, .uncertified))
}

@Test(arguments: [(-30_001, Refusal.future), (-30_000, nil), (30_000, nil), (30_001, .stale)] as [(Int64, Refusal?)])
func aReportIsSignedWithinHalfAMinuteOfTheSealing(offset: Int64, refusal: Refusal?) throws {
    let car = try Car()
    let sealedAt = Timestamp(milliseconds: UInt64(Int64(Fleet.now.milliseconds) + offset))
    let expected = refusal.map { CarFault.item(index: 1, $0) }
    #expect(car.fault([car.certificate, car.report(1)], sealedAt: sealedAt) == expected)
}

@Test func aCarHasABoundedNumberOfItems() throws {
    let car = try Car()
    let items = Array(repeating: car.certificate, count: TelemetryLimits.carItems + 1)
    #expect(car.fault(items) == .tooManyItems(count: items.count))
}

@Test func whatCannotBeReadIsSkippedAfterItsProof() throws {
    let car = try Car()
    let items = [[1, 2, 3], car.certificate, [], car.report(1)]
    #expect(car.inspector.decode(items: items).count == 1)
}
