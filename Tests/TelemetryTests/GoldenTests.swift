import Cryptography
import Geography
import Telemetry
import Testing
import Wire

// Bytes and signatures here were made by docs/examples/report.py and Python's protobuf and cryptography packages, not
// by this code.

@Test func aReportSignedInPythonIsAdmitted() throws {
    let fleet = try Fleet()
    let envelope = try bytes(
        """
        0a690a20967924994dbc467932915cc8b3a646333f3ea086647a2bbfc5a1abc1bf283d0a10071880d0dfb4ab33222003030303030303\
        03030303030303030303030303030303030303030303030303321a0806100118a4c4dfb4ab3320f0cae9bd042880b1eaed0148840712\
        40bd7d93bd152fd6b5733e2668a2e5e2460c9b54722e4ec22a1dd28c7e5cdfdad45834be00b1258cdd6a399995af6a8245a58a5b1fd4\
        5a1c64c74de3d21fb9ce0b1a96010a520a208139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394108098c6\
        8bab33188088f9ddab3322208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c12403813e7380a53aae9\
        a586fad0f7c2cea2f14716cb0c80620f0a53a7dd5a3022a218773ca1988ab8da46e523f239083d4c9a1f5c5149d238e97ef38805449e\
        940b
        """)
    let admitted = try Admission(terms: fleet.terms).admitReport(envelope: envelope).get()
    #expect(admitted.digest.description == "9647f35f5ba0afbe06f68a35acd7bb395e1f0324a1e6b77a16f2b5ccc3a3e972")
    #expect(admitted.commitment.description == "2dc45067e2dc078b644f6805bcef4fd25835eadfece242d8412971488bc78565")
    #expect(admitted.certificateDigest == Digest.sha256(fleet.certificate.bytes))
    #expect(admitted.report.sequence == 7)
    #expect(admitted.report.observations == [fleet.observation(at: Fleet.now - 1500)])
    #expect(admitted.refusal(atLogTime: Fleet.now + 100, terms: fleet.terms) == nil)
}

@Test func swiftAndPythonWriteTheSameReport() throws {
    let fleet = try Fleet()
    let report = Report(
        certificateDigest: Digest.sha256(fleet.certificate.bytes), sequence: 8, time: Fleet.now,
        salt: [UInt8](repeating: 4, count: 32), mapDigest: try digest(0xAA),
        observations: [
            Observation(
                kind: .stationaryVehicle, polarity: .notSeen, time: Fleet.now,
                coordinate: place(-337_700_000, -1_800_000_000),
                place: EdgePlace(edge: 0, direction: .backward, offsetCentimetres: 12_345), confidencePermille: 1)
        ])
    let encoded = try bytes(
        """
        0a20967924994dbc467932915cc8b3a646333f3ea086647a2bbfc5a1abc1bf283d0a10081880d0dfb4ab332220040404040404040404\
        04040404040404040404040404040404040404040404042a20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
        aaaaaa321e085e10021880d0dfb4ab3320bf9287c20228ffc7ceb40d380240b9604801
        """)
    #expect(report.encoded() == encoded)
    #expect(try Report(decoding: encoded) == report)
}

@Test func telemetrySignedInPythonIsAdmitted() throws {
    let fleet = try Fleet()
    let envelope = try bytes(
        """
        0a620a20967924994dbc467932915cc8b3a646333f3ea086647a2bbfc5a1abc1bf283d0a10091880d0dfb4ab3320f0cae9bd042880b1\
        eaed0130ed0a389f99024220aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa4801124019d9ffbd5896\
        650406d7bb8d65b2db88a08f189032dad73f0e99d4e041e3b4261a05d98cf41920fb02791f1d9accaef704a34469aca7baa2478f00c9\
        ef0507051a96010a520a208139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394108098c68bab33188088f9\
        ddab3322208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c12403813e7380a53aae9a586fad0f7c2ce\
        a2f14716cb0c80620f0a53a7dd5a3022a218773ca1988ab8da46e523f239083d4c9a1f5c5149d238e97ef38805449e940b
        """)
    let admitted = try Admission(terms: fleet.terms).admitTelemetry(envelope: envelope).get()
    var expected = fleet.sample(sequence: 9)
    expected.modelDigest = try digest(0xAA)
    expected.showsPosition = true
    #expect(admitted.sample == expected)
    #expect(expected.signed(by: fleet.vehicle, chain: Fleet.chain).envelope(certificate: fleet.certificate) == envelope)
}

@Test func aRevocationSignedInPythonIsAdmitted() throws {
    let fleet = try Fleet()
    let envelope = try bytes(
        """
        0a6d0a20967924994dbc467932915cc8b3a646333f3ea086647a2bbfc5a1abc1bf283d0a1080d0dfb4ab331a20050505050505050505\
        050505050505050505050505050505050505050505050522208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b4\
        0f6f5c1240f392fab975743addefb96ccac9ac441e578b95b9a1aba7741567f099af9a6f5aa5fe22f2a395d13b9194898f028ce10874\
        a152f937099ebd2e8d1eabe4d37007
        """)
    let admitted = try Admission(terms: fleet.terms).admitRevocation(envelope: envelope).get()
    #expect(admitted.revocation.certificateDigest == Digest.sha256(fleet.certificate.bytes))
    #expect(fleet.revocation(by: fleet.authority).envelope() == envelope)
}

@Test func aTagIsAnHMACOverAFixedLayout() throws {
    let fleet = try Fleet()
    let cell = try #require(Cell(quadkey: "12013231101332313"))
    let edge = MapEdge(mapDigest: try digest(0xAA), edge: 77, direction: .forward)
    func tag(_ place: HazardPlace) -> String {
        ObserverTag.make(
            logSecret: [UInt8](repeating: 9, count: 32), enrolment: Digest.sha256(fleet.certificate.bytes),
            place: place,
            kind: .adhesion, window: ObserverTag.window(at: Fleet.now)
        ).description
    }
    #expect(tag(.cell(cell)) == "92f3d518d4481980073d48c17ff338017824ae514e847b783d19bd19d114a6ff")
    #expect(tag(.edge(edge)) == "44f1b1013f2233bd2346a983da5e95cbf08f05ba2473451ac3e58c158e8c4a06")
}
