import Cryptography
import EventLoop
import Transport
import TransparencyLog

/// A committee as vehicles see it: its gateways, and whom to believe about its log. All vehicles of a loop share one,
/// so that a head's signatures are checked once and not once a vehicle, and a version's file is held once.
public final class CommitteeAccess: Sendable {
    /// The loop that its vehicles live on.
    public let loop: EventLoop
    /// Its validators' doors for vehicles: one at least.
    public let gateways: [Gateway]
    let verifier: SharedReceiptVerifier
    let isFollowing: Bool
    let versions: LoopLocal<SharedVersions>
    private let securities: [Gateway: Connection.Security]

    /// The committee that is reached by `gateways` and whose log is believed by `policy`. Throws where there is no TLS
    /// for a gateway that needs it.
    public convenience init(loop: EventLoop, gateways: [Gateway], policy: Policy) throws(TLSError) {
        try self.init(loop: loop, gateways: gateways, verifier: ReceiptVerifier(policy: policy))
    }

    /// The committee that is reached by `gateways`, believed like `trust`, and so are those that it decides on: its vehicles follow its changes.
    public convenience init(loop: EventLoop, gateways: [Gateway], trust: CommitteeTrust) throws(TLSError) {
        try self.init(loop: loop, gateways: gateways, verifier: ReceiptVerifier(following: trust))
    }

    private init(loop: EventLoop, gateways: [Gateway], verifier: ReceiptVerifier) throws(TLSError) {
        precondition(!gateways.isEmpty, "a committee has one gateway at least")
        self.loop = loop
        self.gateways = gateways
        isFollowing = verifier.isFollowing
        self.verifier = SharedReceiptVerifier(verifier, on: loop)
        versions = LoopLocal(SharedVersions(), on: loop)
        var securities: [Gateway: Connection.Security] = [:]
        for gateway in gateways { securities[gateway] = try Self.security(gateway) }
        self.securities = securities
    }

    func connection(to gateway: Gateway) -> Connection {
        guard let security = securities[gateway] else { preconditionFailure("vehicles dial the committee's gateways") }
        return Connection.dial(loop: loop, host: gateway.host, port: gateway.port, security: security)
    }

    private static func security(_ gateway: Gateway) throws(TLSError) -> Connection.Security {
        guard let pin = gateway.tlsPin else { return .plain }
        return .tls(try TLSContext(client: nil, servers: .anyOf([pin])))
    }
}
