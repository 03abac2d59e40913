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

    func verifies(in committee: Committee) -> Bool {
        epoch == committee.epoch
            && committee.verifies(
                signature,
                over: Self.signingMessage(epoch: epoch, view: view, hash: hash, chain: committee.chainID),
                by: committee.leader(of: view))
    }

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
    /// A car whose items are not valid, signed by its owner. The items are withheld where vehicles' reports in them are nobody's business.
    case invalidCar(CarClaim, items: [[UInt8]])
    /// An acknowledgement of a car whose items are not valid. They are withheld as above.
    case invalidAck(SignedAck, CarHeader, items: [[UInt8]])
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
        case .invalidAck: "acknowledged invalid car"
        case .conflictingAcks: "conflicting acknowledgements"
        case .conflictingProposals: "conflicting proposals"
        case .conflictingVotes: "conflicting votes"
        }
    }

    /// Who misbehaved, given who leads which view.
    public func culprit(in committee: Committee) -> ValidatorIndex {
        switch self {
        case .forkedLane(let first, _): first.header.lane
        case .invalidCar(let car, _): car.header.lane
        case .invalidAck(let ack, _, _), .conflictingAcks(let ack, _): ack.signer
        case .conflictingProposals(let first, _): committee.leader(of: first.view)
        case .conflictingVotes(let first, _): first.signer
        }
    }

    /// What anybody may see of it.
    public var withoutItems: Evidence {
        switch self {
        case .invalidCar(let car, _): .invalidCar(car, items: [])
        case .invalidAck(let ack, let car, _): .invalidAck(ack, car, items: [])
        case .forkedLane, .conflictingAcks, .conflictingProposals, .conflictingVotes: self
        }
    }

    // MARK: Checking

    /// Whether it convicts: the statements are of one member, for one place, exclude each other, and are signed. `isInvalid` says whether a car
    /// of these items may not be sealed at that time.
    public func verifies(in committee: Committee, isInvalid: ([[UInt8]], Timestamp) -> Bool) -> Bool {
        guard isSigned(in: committee) else { return false }
        guard let (car, items) = invalid else { return true }
        return Merkle.root(of: items) == car.itemsRoot && isInvalid(items, car.sealedAt)
    }

    /// The car that it calls invalid, and the items that show it.
    public var invalid: (car: CarHeader, items: [[UInt8]])? {
        switch self {
        case .invalidCar(let car, let items): (car.header, items)
        case .invalidAck(_, let car, let items): (car, items)
        case .forkedLane, .conflictingAcks, .conflictingProposals, .conflictingVotes: nil
        }
    }

    /// Whether the statements are the culprit's and exclude each other. Of a car alone that says nothing about its items.
    public func isSigned(in committee: Committee) -> Bool {
        guard excludesItself else { return false }
        return switch self {
        case .forkedLane(let one, let other): one.verifies(in: committee) && other.verifies(in: committee)
        case .invalidCar(let car, _): car.verifies(in: committee)
        case .invalidAck(let ack, _, _): ack.verifies(in: committee)
        case .conflictingAcks(let one, let other): one.verifies(in: committee) && other.verifies(in: committee)
        case .conflictingProposals(let one, let other): one.verifies(in: committee) && other.verifies(in: committee)
        case .conflictingVotes(let one, let other): one.verifies(in: committee) && other.verifies(in: committee)
        }
    }

    private var excludesItself: Bool {
        switch self {
        case .forkedLane(let one, let other):
            one.header != other.header && one.header.lane == other.header.lane
                && one.header.position == other.header.position
        case .invalidCar: true
        case .invalidAck(let ack, let car, _):
            ack.ack.hash == car.hash && ack.ack.lane == car.lane && ack.ack.position == car.position
        case .conflictingAcks(let one, let other):
            one.signer == other.signer && one.ack.lane == other.ack.lane && one.ack.position == other.ack.position
                && one.ack.hash != other.ack.hash
        case .conflictingProposals(let one, let other): one.view == other.view && one.hash != other.hash
        case .conflictingVotes(let one, let other): one.signer == other.signer && one.vote.excludes(other.vote)
        }
    }

    /// What it is about, whichever two statements show it: a validator is convicted once of one thing.
    public func slot(in committee: Committee) -> Digest {
        var writer = Writer(capacity: 40)
        writer.write(validator: culprit(in: committee))
        switch self {
        case .forkedLane(let car, _): writer.write(tag: 1, car.header.epoch, car.header.position)
        case .invalidCar(let car, _): writer.write(tag: 2, car.header.epoch, car.header.position)
        case .conflictingAcks(let first, _):
            writer.write(tag: 3, first.ack.epoch, first.ack.position)
            writer.write(validator: first.ack.lane)
        case .invalidAck(let ack, _, _):
            writer.write(tag: 6, ack.ack.epoch, ack.ack.position)
            writer.write(validator: ack.ack.lane)
        case .conflictingProposals(let claim, _): writer.write(tag: 4, claim.epoch, claim.view)
        case .conflictingVotes(let first, _): writer.write(tag: 5, first.vote.epoch, first.vote.view)
        }
        return Digest.sha256(writer.bytes)
    }
}

extension Vote {
    /// Whether no honest validator casts both: two blocks of a view, or its end without a block beside a vote to make one final.
    public func excludes(_ other: Vote) -> Bool {
        guard epoch == other.epoch, view == other.view else { return false }
        return kind == other.kind ? hash != other.hash : Set([kind, other.kind]) == [.nullify, .finalize]
    }
}

extension Certificate {
    /// What convicts those who signed both of two certificates that exclude each other: any two quorums share f + 1 members, so at least
    /// f + 1 of them where both verify. Empty where the two go together.
    public func evidence(beside other: Certificate) -> [Evidence] {
        guard vote.excludes(other.vote) else { return [] }
        return signatures.indices.compactMap { signer in
            guard let one = signatures[signer], let two = other.signatures[signer] else { return nil }
            return .conflictingVotes(
                SignedVote(vote: vote, signer: signer, signature: one),
                SignedVote(vote: other.vote, signer: signer, signature: two))
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
        case 2: self = .invalidCar(try CarClaim(reading: &reader), items: try reader.readItems())
        case 3: self = .conflictingAcks(try SignedAck(reading: &reader), try SignedAck(reading: &reader))
        case 4: self = .conflictingProposals(try ProposalClaim(reading: &reader), try ProposalClaim(reading: &reader))
        case 5: self = .conflictingVotes(try SignedVote(reading: &reader), try SignedVote(reading: &reader))
        case 6:
            self = .invalidAck(
                try SignedAck(reading: &reader), try CarHeader(reading: &reader), items: try reader.readItems())
        case let other: throw .invalid(field: "evidence kind", value: UInt64(other))
        }
    }

    /// Writes the kind and what it takes to prove it.
    public func write(into writer: inout Writer) {
        switch self {
        case .forkedLane(let first, let second): writer.write(tag: 1, first, second)
        case .invalidCar(let car, let items):
            writer.write(tag: 2, car)
            writer.write(each: items) { $0.write(counted: $1) }
        case .conflictingAcks(let first, let second): writer.write(tag: 3, first, second)
        case .conflictingProposals(let first, let second): writer.write(tag: 4, first, second)
        case .conflictingVotes(let first, let second): writer.write(tag: 5, first, second)
        case .invalidAck(let ack, let car, let items):
            writer.write(tag: 6, ack, car)
            writer.write(each: items) { $0.write(counted: $1) }
        }
    }
}

extension Writer {
    fileprivate mutating func write(tag: UInt8, _ first: some Layout, _ second: some Layout) {
        write(tag: tag, first)
        second.write(into: &self)
    }

    fileprivate mutating func write(tag: UInt8, _ epoch: UInt64, _ place: UInt64) {
        write(tag)
        write(epoch)
        write(place)
    }
}
