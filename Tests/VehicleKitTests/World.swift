import Cryptography
import Geography
import Hazards
import Telemetry
import Testing
import Transport
import TransparencyLog
import Wire

@testable import VehicleKit

/// A vehicle, and a gateway that takes its connections and commits its reports when told to. No time passes but by
/// `pass`.
struct World {
    var committee = TestCommittee()
    var agent: VehicleAgent
    var verifier: ReceiptVerifier
    var server: MQTTServerSession?
    var milliseconds: UInt64 = 0
    let admission: Admission

    /// The gateways that were dialled, in order.
    var dialled: [Gateway] = []
    var events: [VehicleEvent] = []
    /// What the gateway was asked on this connection.
    var published: [(message: MQTTMessage, packetID: UInt16?)] = []
    var subscribed: [String] = []
    var unsubscribed: [String] = []
    /// Certificates that the gateway has learnt.
    var enrolments: [Digest: Enrolment] = [:]
    var closedByVehicle = 0

    static let gateways = (0..<4).map { Gateway(host: "validator-\($0)", port: 7300) }

    init(_ change: (inout VehicleSettings) -> Void = { _ in }) throws {
        var settings = VehicleSettings()
        settings.firstSequence = 1
        settings.models = []
        change(&settings)
        let identity = committee.identity()
        admission = Admission(
            terms: CommitteeTerms(
                chainID: TestCommittee.chain, authorities: [committee.authority.publicKey],
                learning: TestCommittee.learning))
        agent = VehicleAgent(
            identity: identity, gateways: Self.gateways, settings: settings, now: moment(0).timestamp)
        verifier = ReceiptVerifier(policy: try committee.policy())
    }

    /// A vehicle that a gateway has let in.
    static func connected(_ change: (inout VehicleSettings) -> Void = { _ in }) throws -> World {
        var world = try World(change)
        world.perform(world.agent.start(now: world.now))
        world.accept()
        return world
    }

    var now: Moment { moment(milliseconds) }

    mutating func pass(_ step: UInt64) {
        milliseconds += step
        perform(agent.tick(now: now))
    }

    /// The gateway takes the connection that was dialled.
    mutating func accept() {
        server = MQTTServerSession(assignedClientID: "x", now: now.instant)
        published = []
        subscribed = []
        unsubscribed = []
        enrolments = [:]
        perform(agent.opened(now: now))
    }

    mutating func cut() {
        server = nil
        perform(agent.closed(reason: "reset", now: now))
    }

    mutating func perform(_ actions: [VehicleAgent.Action]) {
        for action in actions {
            switch action {
            case .dial(let gateway): dialled.append(gateway)
            case .send(let bytes): atGateway { $0.receive(bytes, now: $1) }
            case .hangUp:
                closedByVehicle += 1
                server = nil
            case .tell(let event): events.append(event)
            }
        }
    }

    /// The gateway acts, if there is a connection.
    mutating func atGateway(_ body: (inout MQTTServerSession, Instant) -> [MQTTServerSession.Action]) {
        guard var session = server else { return }
        let actions = body(&session, now.instant)
        server = session
        gatewayPerforms(actions)
    }

    mutating func gatewayPerforms(_ actions: [MQTTServerSession.Action]) {
        for action in actions {
            switch action {
            case .send(let bytes): perform(agent.received(bytes, now: now, verifier: &verifier))
            case .deliver(let message, let packetID): published.append((message, packetID))
            case .subscribe(let subscription, _): subscribed.append(subscription.filter.text)
            case .unsubscribe(let filter): unsubscribed.append(filter.text)
            case .connected: break
            case .close: cut()
            }
        }
    }

    mutating func report() {
        let seen = [observation(at: milliseconds)]
        perform(agent.report(seen, mapDigest: nil, salt: salt, now: now).actions)
    }

    /// The report in the gateway's `index`th publish, as a validator would judge it.
    mutating func admitted(_ index: Int) throws -> (report: AdmittedReport, packetID: UInt16) {
        try #require(index < published.count)
        let known = enrolments
        let report = try admission.admitReport(envelope: published[index].message.payload) { known[$0] }.get()
        enrolments[report.enrolment.digest] = report.enrolment
        return (report, try #require(published[index].packetID))
    }

    /// The report of the `index`th publish is committed and its sender told.
    mutating func commit(_ index: Int) throws {
        let (report, packetID) = try admitted(index)
        let receipt = try committee.commit(.report(ReportEntry(commitment: report.commitment)))
        acknowledge(packetID, report.digest, receipt)
    }

    mutating func acknowledge(_ packetID: UInt16, _ report: Digest, _ receipt: [UInt8]?, text: String? = nil) {
        let message = receipt.map { MQTTMessage(topic: "waymark/v1/receipts/\(report)", payload: $0) }
        atGateway { $0.acknowledge(packetID, text: text, before: message, now: $1) }
    }

    mutating func refuse(_ index: Int, _ refusal: Refusal, _ reason: MQTTReason) throws {
        let packetID = try #require(published[index].packetID)
        atGateway { $0.refuse(packetID, reason: reason, text: refusal.reason, topic: "x", now: $1) }
    }

    mutating func publish(_ hazard: Hazard, on topic: String? = nil) {
        let message = MQTTMessage(topic: topic ?? HazardTopic.topic(of: hazard), payload: hazard.encoded())
        atGateway { $0.publish(message, now: $1) }
    }

    var acknowledgements: [Acknowledgement] {
        events.compactMap { if case .acknowledged(let acknowledgement) = $0 { acknowledgement } else { nil } }
    }

    var faults: [String] { events.compactMap { if case .fault(_, let text) = $0 { text } else { nil } } }

    var hazards: [Hazard] { events.compactMap { if case .hazard(let hazard) = $0 { hazard } else { nil } } }
}
