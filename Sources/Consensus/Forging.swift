import Cryptography
import Wire

// What the liars of a simulation are made of: statements that the machine itself never makes. Nothing outside simulations sees this.

@_spi(Simulation) extension Vote {
    /// A vote that nobody decided on.
    public init(forging kind: VoteKind, epoch: UInt64, view: UInt64, hash: Digest) {
        self.init(kind, epoch: epoch, view: view, hash: hash)
    }
}

@_spi(Simulation) extension SignedVote {
    /// A vote under any name.
    public init(forging vote: Vote, signer: ValidatorIndex, signature: Signature) {
        self.init(vote: vote, signer: signer, signature: signature)
    }
}

@_spi(Simulation) extension Ack {
    /// An acknowledgement of a car, read or not.
    public init(forging car: Car) { self.init(car) }
}

@_spi(Simulation) extension SignedAck {
    /// An acknowledgement under any name.
    public init(forging ack: Ack, signer: ValidatorIndex, signature: Signature) {
        self.init(ack: ack, signer: signer, signature: signature)
    }
}

@_spi(Simulation) extension Car {
    /// The same place on the same lane, but other items.
    public func rival(items: [[UInt8]]) -> Car {
        let parent = Tip(position: position - 1, hash: header.parent)
        return Car(epoch: header.epoch, lane: lane, after: parent, items: items, sealedAt: header.sealedAt)
    }

    /// A car of another epoch with the same items.
    public func moved(toEpoch epoch: UInt64) -> Car {
        let parent = Tip(position: position - 1, hash: header.parent)
        return Car(epoch: epoch, lane: lane, after: parent, items: items, sealedAt: header.sealedAt)
    }
}

@_spi(Simulation) extension Block {
    /// Another block for the same view on the same parent: without what it orders, and later.
    public func rival(laterBy milliseconds: UInt64) -> Block {
        replacing(cut: [], laterBy: milliseconds)
    }

    private func replacing(cut: [TipChange], laterBy milliseconds: UInt64) -> Block {
        Block(
            header: BlockHeader(
                epoch: header.epoch, view: view, height: height, parentView: header.parentView,
                parentHash: header.parentHash, bodyDigest: Self.digest(of: cut),
                timestamp: timestamp + milliseconds), cut: cut)
    }

    /// The same block, which orders its lane up to `car` without a proof of that; nil where it orders as much anyway.
    public func ordering(_ car: Car) -> Block? {
        let change = cut.first { $0.lane == car.lane }
        guard change.map({ $0.position < car.position }) ?? true else { return nil }
        let tip = TipChange(optimistic: Ack(car), above: change?.proof)
        let cut = (cut.filter { $0.lane != car.lane } + [tip]).sorted { $0.lane < $1.lane }
        return replacing(cut: cut, laterBy: 0)
    }

    /// The same block after another one than its parent, which it says is of `parentView`.
    public func moved(onto parent: Block, of parentView: UInt64) -> Block {
        Block(
            header: BlockHeader(
                epoch: header.epoch, view: view, height: parent.height + 1, parentView: parentView,
                parentHash: parent.hash, bodyDigest: header.bodyDigest, timestamp: timestamp), cut: cut)
    }

    /// The same block on a parent that is not its own.
    public func misplaced(on parent: Digest, of parentView: UInt64) -> Block {
        Block(
            header: BlockHeader(
                epoch: header.epoch, view: view, height: height, parentView: parentView, parentHash: parent,
                bodyDigest: header.bodyDigest, timestamp: timestamp), cut: cut)
    }
}

@_spi(Simulation) extension SignedProposal {
    /// A proposal under any signature.
    public init(forging block: Block, signature: Signature) { self.init(block: block, signature: signature) }
}

@_spi(Simulation) extension Certificate {
    /// A certificate of any signatures.
    public init(forging vote: Vote, signatures: [ValidatorIndex: Signature]) {
        self.init(vote: vote, signatures: SignatureSet(signatures))
    }
}

@_spi(Simulation) extension ProofOfAvailability {
    /// A proof of any signatures.
    public init(forging ack: Ack, signatures: [ValidatorIndex: Signature]) {
        self.init(ack: ack, signatures: SignatureSet(signatures))
    }
}
