import Cryptography
import Wire

/// A leader's signature under a block's hash, without the block.
public struct ProposalClaim: Hashable, Sendable {
    /// The epoch.
    public let epoch: UInt64
    /// The view, whose leader signed.
    public let view: UInt64
    /// The block's hash.
    public let hash: Digest
    /// Over epoch, view and hash.
    public let signature: Signature

    static func signingMessage(epoch: UInt64, view: UInt64, hash: Digest, chain: Digest) -> [UInt8] {
        var writer = Writer(capacity: 48)
        writer.write(epoch)
        writer.write(view)
        writer.write(hash)
        return ConsensusDomain.proposal.message(chain: chain, writer.bytes)
    }
}

/// A car's header with its owner's signature, without the items.
public struct CarClaim: Hashable, Sendable {
    /// What was signed.
    public let header: CarHeader
    /// The owner's.
    public let signature: Signature

    init(_ signed: SignedCar) {
        header = signed.car.header
        signature = signed.signature
    }

    func verifies(in committee: Committee) -> Bool {
        header.epoch == committee.epoch && committee.contains(header.lane)
            && committee.verifies(signature, over: header.signingMessage(chain: committee.chainID), by: header.lane)
    }
}

/// Two signed statements that no honest validator signs both, or one that none signs at all. It proves itself with nothing but the
/// committee's keys (and, for a car, the rules of its items).
public enum Evidence: Hashable, Sendable {
    /// Two cars for one position of a lane.
    case forkedLane(CarClaim, CarClaim)
    /// A car whose items are not valid, signed by its owner.
    case invalidCar(SignedCar)
    /// Two acknowledgements for one position of a lane.
    case conflictingAcks(SignedAck, SignedAck)
    /// Two blocks for one view.
    case conflictingProposals(ProposalClaim, ProposalClaim)
    /// Two votes of one kind for different blocks of a view, or both nullify and finalize.
    case conflictingVotes(SignedVote, SignedVote)

    /// What kind of misbehaviour it proves.
    public var label: String {
        switch self {
        case .forkedLane: "forked lane"
        case .invalidCar: "invalid car"
        case .conflictingAcks: "conflicting acknowledgements"
        case .conflictingProposals: "conflicting proposals"
        case .conflictingVotes: "conflicting votes"
        }
    }

    /// Who misbehaved, given who leads which view.
    public func culprit(in committee: Committee) -> ValidatorIndex {
        switch self {
        case .forkedLane(let first, _): first.header.lane
        case .invalidCar(let car): car.lane
        case .conflictingAcks(let first, _): first.signer
        case .conflictingProposals(let first, _): committee.leader(of: first.view)
        case .conflictingVotes(let first, _): first.signer
        }
    }
}

extension ProposalClaim: Layout {
    /// Reads epoch, view, hash and signature.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        view = try reader.read(UInt64.self)
        hash = try reader.readDigest()
        signature = try reader.readSignature()
    }

    /// Writes epoch, view, hash and signature.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(view)
        writer.write(hash)
        writer.write(signature)
    }
}

extension CarClaim: Layout {
    /// Reads header and signature.
    public init(reading reader: inout Reader) throws(WireError) {
        header = try CarHeader(reading: &reader)
        signature = try reader.readSignature()
    }

    /// Writes header and signature.
    public func write(into writer: inout Writer) {
        header.write(into: &writer)
        writer.write(signature)
    }
}

extension Evidence: Layout {
    /// Reads the kind and what it takes to prove it.
    public init(reading reader: inout Reader) throws(WireError) {
        switch try reader.read(UInt8.self) {
        case 1: self = .forkedLane(try CarClaim(reading: &reader), try CarClaim(reading: &reader))
        case 2: self = .invalidCar(try SignedCar(reading: &reader))
        case 3: self = .conflictingAcks(try SignedAck(reading: &reader), try SignedAck(reading: &reader))
        case 4: self = .conflictingProposals(try ProposalClaim(reading: &reader), try ProposalClaim(reading: &reader))
        case 5: self = .conflictingVotes(try SignedVote(reading: &reader), try SignedVote(reading: &reader))
        case let other: throw .invalid(field: "evidence kind", value: UInt64(other))
        }
    }

    /// Writes the kind and what it takes to prove it.
    public func write(into writer: inout Writer) {
        switch self {
        case .forkedLane(let first, let second): writer.write(tag: 1, first, second)
        case .invalidCar(let car): writer.write(tag: 2, car)
        case .conflictingAcks(let first, let second): writer.write(tag: 3, first, second)
        case .conflictingProposals(let first, let second): writer.write(tag: 4, first, second)
        case .conflictingVotes(let first, let second): writer.write(tag: 5, first, second)
        }
    }
}

extension Writer {
    fileprivate mutating func write(tag: UInt8, _ first: some Layout, _ second: some Layout) {
        write(tag: tag, first)
        second.write(into: &self)
    }
}
