import Cryptography
import Telemetry
import Testing
import Transport
import TransparencyLog
import Wire

@testable import Consensus
@testable import Replica
@testable import Server

// MARK: Frames between validators

@Test func aFrameReadsAsItWasWritten() throws {
    let request = PeerMessage.blockRequest(BlockRequest(epoch: 1, hash: Digest.sha256([1])))
    let message = PeerFrame.message(request).encoded()
    guard case .message(let read) = try PeerFrame(decoding: message) else { throw Missing(text: "a message") }
    #expect(read == request && message.first == 1)

    let signature = try #require(Signature(bytes: [UInt8](repeating: 5, count: 64)))
    let head = Head(height: 1, time: Timestamp(milliseconds: 2), size: 3, root: Digest.sha256([4]))
    let cosignature = Cosignature(validator: 2, head: head, signature: signature, asksForReturn: true)
    let bytes = PeerFrame.cosignature(cosignature).encoded()
    guard case .cosignature(let again) = try PeerFrame(decoding: bytes) else { throw Missing(text: "a cosignature") }
    #expect(again == cosignature && bytes.first == 2)
}

@Test func whatIsNoFrameIsRefused() {
    let good = PeerFrame.message(.blockRequest(BlockRequest(epoch: 1, hash: .zero))).encoded()
    let bad: [[UInt8]] = [[], [0], [1], [2], [3] + good.dropFirst(), good + [0], good.dropLast(), [255, 255]]
    for bytes in bad { #expect(throws: WireError.self) { try PeerFrame(decoding: bytes) } }
}

// MARK: What vehicles are told

@Test func everyRefusalIsAFailureThatAPUBACKMayCarry() {
    // MQTT 5, table 3-4.
    let allowed: Set<UInt8> = [0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]
    for refusal in Refusal.all {
        #expect(refusal.mqttReason.isFailure && allowed.contains(refusal.mqttReason.rawValue), "\(refusal)")
    }
}

@Test func vehiclesPublishOnFourTopics() {
    #expect(AdmissionRequest.Kind(topic: "waymark/v1/reports") == .report)
    #expect(AdmissionRequest.Kind(topic: "waymark/v1/updates") == .update)
    #expect(AdmissionRequest.Kind(topic: "waymark/v1/telemetry") == .telemetry)
    #expect(AdmissionRequest.Kind(topic: "waymark/v1/revocations") == .revocation)
    for topic in ["", "waymark/v1/reports/", "waymark/v1/hazards/1", "Waymark/v1/reports"] {
        #expect(AdmissionRequest.Kind(topic: topic) == nil)
    }
    #expect(Topics.receipt(.zero) == "waymark/v1/receipts/" + String(repeating: "0", count: 64))
}

@Test func aReceiptVerifiesWithThePublicPolicyAlone() throws {
    let scratch = try Scratch()
    let (_, file) = try scratch.committee(1)
    let keys = try ValidatorKeys.load(from: "\(scratch.path)/validator-1/keys")
    let cosigners = try file.cosigners()
    let leaves: [[UInt8]] = [[1], [2], [3]]
    var tree = Tree()
    for leaf in leaves { tree.append(leaf: Merkle.leaf(leaf)) }
    let head = Head(height: 1, time: Timestamp(milliseconds: 1_764_000_000_123), size: 3, root: tree.root)
    let published = PublishedHead(
        head: head, cosignatures: [(validator: 0, signature: keys.cosigning.sign(cosigners.statement(of: head)))])
    var writer = ReceiptWriter(cosigners: cosigners, logKey: keys.log)
    let proof = try #require(tree.inclusionProof(of: 1, at: 3))
    let receipt = try InclusionReceipt(parsing: writer.receipt(leaf: 1, proof: proof, published))
    #expect(throws: Never.self) { try receipt.verify(leaf: Merkle.leaf([2]), policy: file.policy()) }
    #expect(throws: LogError.self) { try receipt.verify(leaf: Merkle.leaf([3]), policy: file.policy()) }
    let other = try Scratch().committee(1).file
    #expect(throws: LogError.self) { try receipt.verify(leaf: Merkle.leaf([2]), policy: other.policy()) }
}

// MARK: Names in the index

@Test func aSubmissionsNameIsAKeyedHashOfWhatTellsItApart() throws {
    let (names, vehicle) = (SubmissionNames(secret: [UInt8](repeating: 1, count: 32)), SigningKey.generate().publicKey)
    let report = names.digest(of: .report(vehicle: vehicle, sequence: 258))
    let expected = HMACSHA256.authenticate(
        key: names.secret, Array("report".utf8) + vehicle.bytes + [0, 0, 0, 0, 0, 0, 1, 2])
    #expect(report == expected)
    let enrolment = Digest.sha256([1])
    let update = names.digest(of: .update(enrolment: enrolment, .perception, round: 258))
    #expect(
        update
            == HMACSHA256.authenticate(
                key: names.secret, Array("update".utf8) + enrolment.bytes + [1, 0, 0, 0, 0, 0, 0, 1, 2]))
    let others = [
        names.digest(of: .report(vehicle: vehicle, sequence: 259)),
        names.digest(of: .report(vehicle: SigningKey.generate().publicKey, sequence: 258)),
        names.digest(of: .update(enrolment: enrolment, .travelTimes, round: 258)),
        SubmissionNames(secret: [UInt8](repeating: 2, count: 32)).digest(of: .report(vehicle: vehicle, sequence: 258)),
    ]
    #expect(Set(others + [report, update]).count == 6)
}
