import Consensus
import Cryptography
import Replica
import Telemetry
import Transport
import Wire

/// One vehicle's connection.
struct GatewaySession {
    let connection: Connection
    var mqtt: MQTTServerSession
    var clientID: String?
    var isPaused = false
    /// Certificates that this connection has shown, by digest: shown once, they may be left out.
    var enrolments: [Digest: Enrolment] = [:]
    var bucket: TokenBucket
    /// What its vehicle said last to run.
    var running: [LearnedModel: Digest] = [:]

    init(number: UInt64, connection: Connection, now: Moment) {
        self.connection = connection
        mqtt = MQTTServerSession(assignedClientID: "session-\(number)", now: now.instant)
        bucket = TokenBucket(ServerLimits.sessionRate, at: now.instant)
    }
}

/// A publish that waits for its answer.
struct PendingPublish: Sendable {
    var session: UInt64
    /// Nil at QoS 0: nobody waits for a PUBACK.
    var packetID: UInt16?
    var payloadDigest: Digest
    /// SHA-256 of the report's or update's bytes, once it is known to be one.
    var submission: Digest?
    var isMapKnown = true
    /// Whether the receipt shows the entry as well: a vehicle cannot make its update's entry by itself.
    var wantsEntry = false

    init(session: UInt64, packetID: UInt16?, payloadDigest: Digest) {
        self.session = session
        self.packetID = packetID
        self.payloadDigest = payloadDigest
    }
}

/// Bytes from a vehicle whose signatures are to be checked on the work pool.
struct AdmissionRequest: Sendable {
    /// What the topic says that they are.
    enum Kind: String, Sendable {
        case report, update, telemetry, revocation, committee

        init?(topic: String) {
            switch topic {
            case Topics.reports: self = .report
            case Topics.updates: self = .update
            case Topics.telemetry: self = .telemetry
            case Topics.revocations: self = .revocation
            case Topics.committee: self = .committee
            default: return nil
            }
        }
    }

    let kind: Kind
    let publish: PendingPublish
    let payload: [UInt8]
    let enrolments: [Digest: Enrolment]

    /// The verdict: a pure function of the bytes, the certificates shown before, the committee and its terms.
    func run(_ admission: Admission, _ committee: Committee) -> AdmissionVerdict {
        AdmissionVerdict(publish: publish, byteCount: payload.count, result: judge(admission, committee))
    }

    private func judge(_ admission: Admission, _ committee: Committee) -> AdmissionVerdict.Result {
        switch kind {
        case .report:
            switch admission.admitReport(envelope: payload, known: { enrolments[$0] }) {
            case .success(let report): .submission(.report(report))
            case .failure(let refusal): .refused(kind, refusal)
            }
        case .update:
            switch admission.admitUpdate(envelope: payload, known: { enrolments[$0] }) {
            case .success(let update): .submission(.update(update))
            case .failure(let refusal): .refused(kind, refusal)
            }
        case .telemetry:
            switch admission.admitTelemetry(envelope: payload, known: { enrolments[$0] }) {
            case .success(let telemetry): .telemetry(telemetry)
            case .failure(let refusal): .refused(kind, refusal)
            }
        case .revocation:
            switch admission.admitRevocation(envelope: payload) {
            case .success(let revocation): .revocation(revocation)
            case .failure(let refusal): .refused(kind, refusal)
            }
        case .committee:
            switch committee.admitChange(payload) {
            case .success(let change): .change(change)
            case .failure(let refusal): .refused(kind, refusal)
            }
        }
    }
}

extension Committee {
    /// The change of these bytes, if enough have signed it.
    fileprivate func admitChange(_ bytes: [UInt8]) -> Result<SignedCommitteeChange, Refusal> {
        guard bytes.count <= TelemetryLimits.committeeChangeBytes else { return .failure(.oversized) }
        guard let signed = try? SignedCommitteeChange(decoding: bytes) else { return .failure(.malformed) }
        do throws(ChangeFault) {
            try check(signed)
            return .success(signed)
        } catch {
            switch error {
            case .notNext: return .failure(.outOfBounds(field: "epoch"))
            case .wrongSignature, .noQuorum, .unsignedNewcomer: return .failure(.badSignature)
            case .tooLarge, .shared, .tooManyAtOnce: return .failure(.outOfBounds(field: "members"))
            }
        }
    }
}

/// What the pool found.
struct AdmissionVerdict: Sendable {
    enum Result: Sendable {
        case submission(Submission)
        case telemetry(AdmittedTelemetry)
        case revocation(AdmittedRevocation)
        case change(SignedCommitteeChange)
        case refused(AdmissionRequest.Kind, Refusal)
    }

    let publish: PendingPublish
    /// Bytes that it was about.
    let byteCount: Int
    let result: Result
}

/// What the gateway hands on.
enum GatewayOutcome {
    case submission(Submission, SubmissionToken)
    case revocation(AdmittedRevocation, PendingPublish)
    case change(SignedCommitteeChange, PendingPublish)
    case sighting(VehicleSighting)
}

/// What the gateway did, in numbers that only rise.
struct GatewayCounters {
    struct Refused: Hashable, Comparable {
        let kind: AdmissionRequest.Kind
        let label: String

        static func < (left: Refused, right: Refused) -> Bool {
            (left.kind.rawValue, left.label) < (right.kind.rawValue, right.label)
        }
    }

    var connected: UInt64 = 0
    var connectionsRefused: UInt64 = 0
    var closed: [String: UInt64] = [:]
    var received: [AdmissionRequest.Kind: UInt64] = [:]
    var foreignTopics: UInt64 = 0
    var refused: [Refused: UInt64] = [:]
    var telemetryVerified: UInt64 = 0
    var reportsAcknowledged: UInt64 = 0
    var updatesAcknowledged: UInt64 = 0
    var hazardsPushed: UInt64 = 0
    var announcementsPushed: UInt64 = 0
}

extension VehicleSighting {
    init(_ sample: TelemetrySample, _ session: UInt64) {
        self.init(
            session: session, coordinate: sample.coordinate,
            speedCentimetresPerSecond: sample.speedCentimetresPerSecond,
            headingCentidegrees: sample.headingCentidegrees, time: sample.time)
    }
}

extension MQTTClose {
    /// The name under which metrics count it.
    var label: String {
        switch self {
        case .byPeer: "by_peer"
        case .fault: "fault"
        case .connectRefused: "connect_refused"
        case .connectTimeout: "connect_timeout"
        case .keepAliveTimeout: "keep_alive_timeout"
        case .receiveMaximumExceeded: "receive_maximum_exceeded"
        case .publishRefused: "publish_refused"
        case .byOwner: "by_owner"
        case .connectionLost: "connection_lost"
        }
    }
}
