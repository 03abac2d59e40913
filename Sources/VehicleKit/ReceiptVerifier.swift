import Cryptography
import EventLoop
import Telemetry
import TransparencyLog

/// Why a receipt does not show that something stands in the log.
public enum ReceiptFault: Error, Hashable, Sendable {
    /// The text is not a receipt, or its head is not endorsed as the policy demands.
    case log(LogError)
    /// It shows that something else stands in the log.
    case otherEntry
}

extension ReceiptFault: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .log(let error): "\(error)"
        case .otherEntry: "the receipt is for another entry"
        }
    }
}

/// Checks receipts with nothing but a policy: the public keys of the committee.
///
/// Many receipts lead to one head, and many vehicles of a process get them: a head whose signatures were found good is
/// remembered by its text, so that its signatures are verified once.
public struct ReceiptVerifier: Sendable {
    private let given: Policy
    /// How it comes to believe others; nil where it never does.
    private var trust: CommitteeTrust?
    private let limit: Int
    private var good: Set<Digest> = []
    /// In the order in which they came, from `oldest` on.
    private var order: [Digest] = []
    private var oldest = 0
    /// How many heads it has verified the signatures of.
    public private(set) var headsVerified: UInt64 = 0

    /// A verifier that believes `policy`.
    public init(policy: Policy, rememberedHeads: Int = VehicleLimits.checkedHeads) {
        precondition(rememberedHeads > 0, "a verifier remembers one head at least")
        given = policy
        limit = rememberedHeads
    }

    /// A verifier that believes the validators of a committee, and those that they decide on.
    public init(following trust: CommitteeTrust) {
        self.init(policy: trust.policy)
        self.trust = trust
    }

    /// Whom it believes.
    public var policy: Policy { trust?.policy ?? given }

    /// Whether it comes to believe others.
    public var isFollowing: Bool { trust != nil }

    /// Takes a decision on the next committee; the epoch whose validators it believes from now on, where that is another.
    public mutating func take(decision bytes: [UInt8]) throws(CommitteeTrust.Fault) -> UInt64? {
        try trust?.take(bytes) == true ? trust?.epoch : nil
    }

    /// Where in the log the report stands, if `receipt` shows that one of its signings does. `commitments` are
    /// HMAC-SHA256(salt, report bytes).
    public mutating func verify(
        _ receipt: [UInt8], commitments: [Digest]
    ) throws(ReceiptFault) -> (index: UInt64, head: Checkpoint) {
        let entries = commitments.reversed().map { Entry.report(ReportEntry(commitment: $0)).encoded() }
        return try verify(receipt, entries: entries)
    }

    /// Where in the log an entry stands, if `receipt` shows that one of these does: entries as their encoded bytes.
    public mutating func verify(
        _ receipt: [UInt8], entries: [[UInt8]]
    ) throws(ReceiptFault) -> (index: UInt64, head: Checkpoint) {
        do throws(LogError) {
            let parsed = try InclusionReceipt(parsing: receipt)
            try believe(parsed.signed)
            let head = parsed.signed.checkpoint
            if entries.contains(where: { Self.leads(parsed, from: $0) }) { return (parsed.index, head) }
        } catch {
            throw .log(error)
        }
        throw .otherEntry
    }

    private mutating func believe(_ signed: SignedCheckpoint) throws(LogError) {
        let name = Digest.sha256(signed.bytes)
        guard !good.contains(name) else { return }
        headsVerified += 1
        try policy.evaluate(signed)
        remember(name)
    }

    private mutating func remember(_ name: Digest) {
        good.insert(name)
        guard order.count == limit else { return order.append(name) }
        good.remove(order[oldest])
        order[oldest] = name
        oldest = (oldest + 1) % limit
    }

    private static func leads(_ receipt: InclusionReceipt, from entry: [UInt8]) -> Bool {
        let head = receipt.signed.checkpoint
        return receipt.index < head.size
            && MerkleProof.verifyInclusion(
                of: Merkle.leaf(entry), at: receipt.index, in: head.size, root: head.root, proof: receipt.proof)
    }
}

extension ReceiptVerifier {
    /// The announcement of these bytes, and where its entry stands in the log, which its receipt shows.
    public mutating func verify(
        announcement bytes: [UInt8]
    ) throws(AnnouncementFault) -> (announcement: Announcement, index: UInt64) {
        let announcement: Announcement
        do {
            announcement = try Announcement(decoding: bytes)
        } catch {
            throw .unreadable(error)
        }
        do {
            return (announcement, try verify(announcement.receipt, entries: [announcement.entryBytes]).index)
        } catch {
            throw .unproven(error)
        }
    }
}

/// Why an announcement is not believed.
public enum AnnouncementFault: Error, Hashable, Sendable {
    /// The bytes are no announcement.
    case unreadable(Refusal)
    /// The receipt does not show that the entry stands in the log.
    case unproven(ReceiptFault)
    /// The entry is of another kind, model, round or vehicle than the topic says.
    case otherEntry
}

extension AnnouncementFault: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .unreadable(let refusal): "no announcement: \(refusal)"
        case .unproven(let fault): "\(fault)"
        case .otherEntry: "the entry is not what the topic says"
        }
    }
}

/// One verifier for all vehicles of a loop.
public typealias SharedReceiptVerifier = LoopLocal<ReceiptVerifier>
