import Cryptography
import Wire

/// What a block adds to one lane: its new tip, and why that is available.
///
/// A tip that its proof covers is *certified*. One that stands a little above its proof, or above what the block's parent orders, is
/// *optimistic*: whoever votes for the block holds that car, has looked into it, and is bound to it as if it had acknowledged it. So a
/// quorum of votes says of it what a proof says, without the two message delays that a proof takes.
public struct TipChange: Hashable, Sendable {
    /// The car's place and hash, as an acknowledgement names them.
    let ack: Ack
    /// The proof of this car, or of one below it; nil where the car stands right above what the parent orders.
    public let proof: ProofOfAvailability?

    /// A certified tip.
    init(_ proof: ProofOfAvailability) {
        ack = proof.ack
        self.proof = proof
    }

    /// An optimistic tip above `proof`.
    init(optimistic ack: Ack, above proof: ProofOfAvailability?) {
        self.ack = ack
        self.proof = proof
    }

    /// The lane's owner.
    public var lane: ValidatorIndex { ack.lane }
    /// How far the lane is ordered with it.
    public var position: UInt64 { ack.position }
    /// The hash of the car there.
    public var hash: Digest { ack.hash }
    /// The lane's new end.
    var tip: Tip { ack.tip }

    /// Whether the tip has no proof of its own.
    public var isOptimistic: Bool { proof?.ack != ack }

    /// Bytes that count against a bound on an answer.
    var weight: Int { 80 + 64 * (proof?.signatures.count ?? 0) + (isOptimistic ? 64 : 0) }

    /// Whether its parts belong together, and what it says of itself is signed; that voters hold an optimistic tip is not said here.
    func verifies(in committee: Committee, isProofKnown: Bool = false) -> Bool {
        guard ack.epoch == committee.epoch, committee.contains(lane) else { return false }
        guard let proof else { return true }
        return proof.lane == lane && proof.position <= position
            && (isProofKnown || proof.verifies(in: committee))
    }
}

extension TipChange: Layout {
    /// Reads a proof; or the tip, no signatures, and the proof below it where there is one.
    public init(reading reader: inout Reader) throws(WireError) {
        let certified = try ProofOfAvailability(reading: &reader)
        ack = certified.ack
        guard certified.signatures.count == 0 else {
            proof = certified
            return
        }
        switch try reader.read(UInt8.self) {
        case 0: proof = nil
        case 1:
            let below = try ProofOfAvailability(reading: &reader)
            guard below.ack != ack, below.signatures.count > 0 else {
                throw .invalid(field: "proof below a tip", value: below.position)
            }
            proof = below
        case let other: throw .invalid(field: "proofs below a tip", value: UInt64(other))
        }
    }

    /// Writes the proof; or the tip, no signatures, and the proof below it where there is one.
    public func write(into writer: inout Writer) {
        guard isOptimistic else {
            proof?.write(into: &writer)
            return
        }
        ProofOfAvailability(ack: ack, signatures: SignatureSet([:])).write(into: &writer)
        writer.write(UInt8(proof == nil ? 0 : 1))
        proof?.write(into: &writer)
    }
}
