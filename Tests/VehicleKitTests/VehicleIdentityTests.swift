import Cryptography
import Foundation
import Telemetry
import Testing
import TransparencyLog
import Wire

@testable import VehicleKit

private let committee = TestCommittee()

@Test func anIdentityFileIsReadBack() throws {
    let identity = committee.identity()
    let read = try VehicleIdentity(json: identity.json)
    #expect(read.chain == identity.chain)
    #expect(read.key.seed == identity.key.seed)
    #expect(read.certificate == identity.certificate)
    #expect(read.certificateDigest == identity.certificateDigest)
    #expect(read.policy == nil)
}

@Test func aPolicyTravelsWithTheIdentity() throws {
    let plain = committee.identity()
    let identity = VehicleIdentity(
        chain: plain.chain, key: plain.key, certificate: plain.certificate, policy: try committee.policy())
    #expect(try VehicleIdentity(json: identity.json).policy == identity.policy)
}

@Test func theFileSaysWhatItsPageSays() throws {
    let identity = committee.identity()
    let object = try #require(
        try JSONSerialization.jsonObject(with: Data(identity.json)) as? [String: String])
    #expect(Set(object.keys) == ["chain_id", "vehicle_seed", "certificate"])
    #expect(object["chain_id"] == TestCommittee.chain.description)
    #expect(object["vehicle_seed"] == String(repeating: "64", count: 32))
    let envelope = try #require(object["certificate"].flatMap { Data(base64Encoded: $0) })
    #expect(Array(envelope) == identity.certificate.envelope())
}

private func changed(_ field: String, _ value: String) throws -> [UInt8] {
    var object = try #require(
        try JSONSerialization.jsonObject(with: Data(committee.identity().json)) as? [String: String])
    object[field] = value
    return Array(try JSONSerialization.data(withJSONObject: object))
}

@Test func aBadFieldIsNamed() throws {
    for (field, value) in [("chain_id", "00"), ("vehicle_seed", "zz"), ("certificate", "!")] {
        let json = try changed(field, value)
        #expect(throws: IdentityError.invalid(field: field)) { try VehicleIdentity(json: json) }
    }
    let policy = try changed("policy", "nonsense\n")
    #expect(throws: IdentityError.self) { try VehicleIdentity(json: policy) }
}

@Test func aCertificateForAnotherKeyIsRefused() throws {
    let json = try changed("vehicle_seed", String(repeating: "65", count: 32))
    #expect(throws: IdentityError.otherKey) { try VehicleIdentity(json: json) }
}

@Test func whatIsNoJSONIsMalformed() {
    for text in ["", "[]", "{}", "{\"chain_id\": 3}"] {
        #expect(throws: IdentityError.malformed) { try VehicleIdentity(json: Array(text.utf8)) }
    }
}

@Test func aSavedIdentityIsItsOwnersOnly() throws {
    let path = NSTemporaryDirectory() + "waymark-identity-\(UInt64.random(in: 0...UInt64.max))"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let identity = committee.identity()
    try identity.save(to: path)
    try identity.save(to: path)
    #expect(try VehicleIdentity(path: path).json == identity.json)
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(permissions == 0o600)
}

@Test func aFileThatIsNotThereIsUnreadable() {
    #expect(throws: IdentityError.unreadable(path: "/nonexistent/x")) { try VehicleIdentity(path: "/nonexistent/x") }
    #expect(throws: IdentityError.unwritable(path: "/nonexistent/x")) {
        try committee.identity().save(to: "/nonexistent/x")
    }
}
