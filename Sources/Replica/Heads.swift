import Cryptography
import Wire

/// A head that a quorum cosigned: what makes everything below it final for the outside.
public struct PublishedHead: Sendable {
    /// The head.
    public var head: Head
    /// A quorum of validators with their signatures, in committee order.
    public var cosignatures: [(validator: Int, signature: Signature)]
}

/// Collects the validators' cosignatures of each head until a quorum stands behind it.
///
/// Cosignatures of heads that this validator has not executed yet wait for them. A head that others sign with another root under the
/// same height is a divergence: it is counted and never published.
struct Heads: Sendable {
    private let quorum: Int
    private var executed: [UInt64: Head] = [:]
    private var collected: [UInt64: [Int: Cosignature]] = [:]
    private(set) var published: PublishedHead?
    private(set) var divergences: UInt64 = 0

    init(quorum: Int) {
        self.quorum = quorum
    }

    /// How many heads are executed or announced and not published.
    var openCount: Int { max(executed.count, collected.count) }

    /// The newest executed head, while it has no quorum.
    var unpublished: Head? {
        guard let newest = executed.keys.max(), newest > publishedHeight else { return nil }
        return executed[newest]
    }

    var publishedHeight: UInt64 { published?.head.height ?? 0 }

    /// Takes the head of a block that was executed here; the newest published head where that makes one.
    mutating func execute(_ head: Head) -> PublishedHead? {
        executed[head.height] = head
        // What others announced under this height with another root was said about another history.
        let claims = collected[head.height] ?? [:]
        let agreeing = claims.filter { $0.value.head == head }
        divergences += UInt64(claims.count - agreeing.count)
        collected[head.height] = agreeing
        bound()
        return publish(head.height)
    }

    /// Takes a validator's cosignature; the newest published head where that makes one.
    mutating func receive(_ verified: VerifiedCosignature) -> PublishedHead? {
        let cosignature = verified.cosignature
        let height = cosignature.head.height
        guard height > publishedHeight else { return nil }
        if let own = executed[height], own != cosignature.head {
            divergences += 1
            return nil
        }
        collected[height, default: [:]][cosignature.validator] = cosignature
        bound()
        return publish(height)
    }

    private mutating func publish(_ height: UInt64) -> PublishedHead? {
        guard height > publishedHeight, let head = executed[height], let claims = collected[height],
            claims.count >= quorum
        else { return nil }
        let signatures = claims.values.sorted { $0.validator < $1.validator }
        let result = PublishedHead(
            head: head, cosignatures: signatures.map { (validator: $0.validator, signature: $0.signature) })
        published = result
        executed = executed.filter { $0.key > height }
        collected = collected.filter { $0.key > height }
        return result
    }

    /// Keeps the newest heads only: liars can announce any height, and the lowest ones are closest to being published, so what goes first is
    /// the highest height that was not executed here.
    private mutating func bound() {
        while collected.count > ReplicaLimits.openHeads {
            let unexecuted = collected.keys.filter { executed[$0] == nil }.max()
            guard let victim = unexecuted ?? collected.keys.min() else { return }
            collected[victim] = nil
            executed[victim] = nil
        }
        while executed.count > ReplicaLimits.openHeads, let oldest = executed.keys.min() {
            executed[oldest] = nil
            collected[oldest] = nil
        }
    }
}
