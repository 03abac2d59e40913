import Cryptography
import Replica
import TransparencyLog

/// Writes receipts and checkpoints under the newest published head. The checkpoint's text is made once a head, not once a receipt.
struct ReceiptWriter: Sendable {
    private let cosigners: Cosigners
    private let logKey: SigningKey
    private var cached: (height: UInt64, checkpoint: SignedCheckpoint)?

    init(cosigners: Cosigners, logKey: SigningKey) {
        self.cosigners = cosigners
        self.logKey = logKey
    }

    /// The newest published head as a checkpoint: the log's own line first, then a quorum of cosignatures.
    var checkpoint: SignedCheckpoint? { cached?.checkpoint }

    mutating func publish(_ published: PublishedHead) {
        cached = (published.head.height, sign(published))
    }

    /// The `.tlog-proof` of the entry at `leaf`.
    mutating func receipt(leaf: UInt64, proof: [Digest], _ published: PublishedHead) -> [UInt8] {
        if cached?.height != published.head.height { publish(published) }
        let checkpoint = cached?.checkpoint ?? sign(published)
        return InclusionReceipt(index: leaf, proof: proof, signed: checkpoint).bytes
    }

    private func sign(_ published: PublishedHead) -> SignedCheckpoint {
        let checkpoint = cosigners.checkpoint(of: published.head)
        let lines = published.cosignatures.compactMap {
            cosigners.line(of: $0.validator, $0.signature, head: published.head)
        }
        return SignedCheckpoint(checkpoint, signatures: [checkpoint.logSignature(key: logKey)] + lines)
    }
}
