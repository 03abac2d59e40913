import Cryptography
import Wire

@testable import Consensus

/// One process: a machine, its journal, and what of its turns is not durable yet.
struct Node {
    let validator: ValidatorIndex
    let key: SigningKey
    /// Which processes its messages reach; a twin reaches some only.
    var reaches: Set<Int>
    /// What its wall clock is off by, in milliseconds.
    var skew: Int64 = 0

    var machine: Consensus
    /// Rises with each start, so that what an earlier life left behind is told apart.
    var life = 0
    var isUp = false
    var journal: [Record] = []
    /// Records of turns whose sync is under way.
    var unsynced: [Record] = []
    var lastSync: UInt64 = 0
    var wakeAt: UInt64?

    var finalized: [FinalizedBlock] = []
    var attested: [AttestedCar] = []
    var expired: [[UInt8]] = []
    var evidence: [Evidence] = []
    var serveHistory: [HistoryRequest] = []
    /// Everything that left it since the world began, for tests that look at bytes or count messages.
    var sent: [(time: UInt64, message: PeerMessage)] = []

    var items: [[UInt8]] { finalized.flatMap { $0.cars.flatMap(\.car.items) } }
}

/// A message on its way: verified once for all who get it, for verification depends on nothing but the bytes.
final class Envelope {
    let message: PeerMessage
    private let verifier: MessageVerifier
    private(set) lazy var verified = verifier.verify(message, inspectCar: Envelope.isValid)

    init(_ message: PeerMessage, verifier: MessageVerifier) {
        self.message = message
        self.verifier = verifier
    }

    /// In these tests an item is valid unless it begins with 0xFF.
    static func isValid(_ car: Car) -> Bool { !car.items.contains { $0.first == 0xFF } }
}
