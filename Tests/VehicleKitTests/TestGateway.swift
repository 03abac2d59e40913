import Cryptography
import EventLoop
import Telemetry
import Transport
import VehicleKit
import Wire

/// A validator's door on a real socket: it commits every report at once, or acknowledges it without a receipt.
final class TestGateway: Sendable {
    let address: Gateway
    private let state: LoopLocal<State>
    private let acceptor: Acceptor

    private struct State {
        var committee: TestCommittee
        let isHonest: Bool
        let retained: [MQTTMessage]
        var session: MQTTServerSession?
        var connection: Connection?
    }

    /// On the loop only.
    init(
        loop: EventLoop, committee: TestCommittee, identity: TLSIdentity?, isHonest: Bool, retained: [MQTTMessage] = []
    ) throws {
        let state = LoopLocal(State(committee: committee, isHonest: isHonest, retained: retained), on: loop)
        self.state = state
        let security: Connection.Security =
            try identity.map { .tls(try TLSContext(server: $0, clients: .notAsked)) } ?? .plain
        acceptor = try Acceptor(loop: loop, host: "127.0.0.1", port: 0, security: security) { connection in
            state.value.session = MQTTServerSession(assignedClientID: "x", now: Self.now(loop))
            state.value.connection = connection
            connection.start { Self.handle($0, state) }
        }
        address = Gateway(host: "127.0.0.1", port: acceptor.address.port, tlsPin: identity?.pin)
    }

    private static func now(_ loop: EventLoop) -> Instant { Instant(milliseconds: loop.monotonicMilliseconds) }

    private static func handle(_ event: Connection.Event, _ state: LoopLocal<State>) {
        guard case .received(let bytes) = event else { return }
        perform(state.value.session?.receive(bytes, now: now(state.loop)) ?? [], state)
    }

    private static func perform(_ actions: [MQTTServerSession.Action], _ state: LoopLocal<State>) {
        for action in actions {
            switch action {
            case .send(let bytes): state.value.connection?.send(bytes)
            case .deliver(let message, let packetID?): answer(message, packetID, state)
            case .close: state.value.connection?.finish()
            case .subscribe(let subscription, _):
                for message in state.value.retained where subscription.filter.matches(message.topic) {
                    perform(
                        state.value.session?.publish(retained: message, to: subscription, now: now(state.loop)) ?? [],
                        state)
                }
            case .deliver, .connected, .unsubscribe: break
            }
        }
    }

    private static func answer(_ message: MQTTMessage, _ packetID: UInt16, _ state: LoopLocal<State>) {
        let admission = Admission(
            terms: CommitteeTerms(
                chainID: TestCommittee.chain, authorities: [state.value.committee.authority.publicKey],
                learning: TestCommittee.learning))
        if case .success(let report) = admission.admitReport(envelope: message.payload) {
            let receipt = state.value.isHonest ? try? state.value.committee.commit(entry(report.signed)) : nil
            acknowledge(packetID, report.digest, receipt, state)
        } else if case .success(let update) = admission.admitUpdate(envelope: message.payload) {
            let entry = Entry.updateAccepted(
                UpdateAcceptedEntry(
                    model: update.update.model, round: update.update.round, nullifier: Digest.sha256([1]),
                    commitment: update.commitment))
            let receipt = try? state.value.committee.commit(entry)
            acknowledge(packetID, update.digest, receipt.map { Announcement(entry, receipt: $0).encoded() }, state)
        }
    }

    private static func acknowledge(
        _ packetID: UInt16, _ digest: Digest, _ receipt: [UInt8]?, _ state: LoopLocal<State>
    ) {
        let before = receipt.map { MQTTMessage(topic: "waymark/v1/receipts/\(digest)", payload: $0) }
        perform(
            state.value.session?.acknowledge(packetID, before: before, now: now(state.loop)) ?? [], state)
    }
}
