import Cryptography
import Wire

/// What a block's hash covers. The cut stands behind `bodyDigest`, so that a chain of headers alone leads from block to block.
public struct BlockHeader: Hashable, Sendable {
    /// The epoch.
    public let epoch: UInt64
    /// The view that it was proposed in.
    public let view: UInt64
    /// Blocks up to this one, the first being 1.
    public let height: UInt64
    /// The parent's view, 0 for the first block.
    public let parentView: UInt64
    /// The parent's hash, the chain's id for the first block.
    public let parentHash: Digest
    /// SHA-256 of the encoded cut.
    public let bodyDigest: Digest
    /// Log time: later than the parent's.
    public let timestamp: Timestamp

    /// SHA-256 of the header's 104 bytes.
    public var hash: Digest { Digest.sha256(encoded()) }

    func follows(_ parent: BlockHeader) -> Bool {
        height == parent.height + 1 && parentView == parent.view && parentHash == parent.hash
    }
}

extension BlockHeader: Layout {
    /// Reads the header's fields.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        view = try reader.read(UInt64.self)
        height = try reader.read(UInt64.self)
        parentView = try reader.read(UInt64.self)
        parentHash = try reader.readDigest()
        bodyDigest = try reader.readDigest()
        timestamp = try reader.readTimestamp()
        guard parentView < view else { throw .invalid(field: "parent view", value: parentView) }
        guard height > 0 else { throw .invalid(field: "height", value: 0) }
    }

    /// Writes the header's fields.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(view)
        writer.write(height)
        writer.write(parentView)
        writer.write(parentHash)
        writer.write(bodyDigest)
        writer.write(timestamp)
    }
}

/// An ordered cut of the lanes: which cars are next, by nothing but their tips.
public struct Block: Hashable, Sendable {
    /// What is hashed.
    public let header: BlockHeader
    /// The lanes that grew since the parent, ascending, each with its new tip and why that is available.
    public let cut: [TipChange]
    /// The header's hash.
    public let hash: Digest

    init(epoch: UInt64, view: UInt64, after parent: ChainPoint, cut: [TipChange], timestamp: Timestamp) {
        self.init(
            header: BlockHeader(
                epoch: epoch, view: view, height: parent.height + 1, parentView: parent.view, parentHash: parent.hash,
                bodyDigest: Self.digest(of: cut), timestamp: timestamp), cut: cut)
    }

    init(header: BlockHeader, cut: [TipChange]) {
        self.header = header
        self.cut = cut
        hash = header.hash
    }

    /// The view that it was proposed in.
    public var view: UInt64 { header.view }
    /// Blocks up to this one.
    public var height: UInt64 { header.height }
    /// Log time.
    public var timestamp: Timestamp { header.timestamp }
    /// Bytes that count against a bound on an answer.
    var weight: Int { cut.reduce(128) { $0 + $1.weight } }

    static func digest(of cut: [TipChange]) -> Digest {
        var writer = Writer(capacity: 256)
        writer.write(layouts: cut)
        return Digest.sha256(writer.bytes)
    }

    /// What the leader signs: epoch, view and hash, so that two proposals for one view convict it without their bodies.
    func signingMessage(chain: Digest) -> [UInt8] {
        ProposalClaim.signingMessage(epoch: header.epoch, view: view, hash: hash, chain: chain)
    }
}

extension Block: Layout {
    /// Reads header and cut; one that does not stand behind the header's digest is refused.
    public init(reading reader: inout Reader) throws(WireError) {
        header = try BlockHeader(reading: &reader)
        cut = try reader.readLayouts(TipChange.self, atMost: ConsensusLimits.validators)
        hash = header.hash
        guard Self.digest(of: cut) == header.bodyDigest else {
            throw .invalid(field: "block body", value: header.height)
        }
    }

    /// Writes header and cut.
    public func write(into writer: inout Writer) {
        header.write(into: &writer)
        writer.write(layouts: cut)
    }
}

/// A block and the signature that claims to be its view's leader's.
public struct SignedProposal: Hashable, Sendable {
    /// What is proposed.
    public let block: Block
    /// Over epoch, view and the block's hash.
    public let signature: Signature

    /// What convicts a leader who signs two.
    var claim: ProposalClaim {
        ProposalClaim(epoch: block.header.epoch, view: block.view, hash: block.hash, signature: signature)
    }
}

extension SignedProposal: Layout {
    /// Reads the block and its signature.
    public init(reading reader: inout Reader) throws(WireError) {
        block = try Block(reading: &reader)
        signature = try reader.readSignature()
    }

    /// Writes the block and its signature.
    public func write(into writer: inout Writer) {
        block.write(into: &writer)
        writer.write(signature)
    }
}
