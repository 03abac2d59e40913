import Cryptography
import Wire

/// What a vote asks for.
public enum VoteKind: UInt8, CaseIterable, Sendable {
    /// This block may be built upon.
    case notarize = 1
    /// This view shall end without one.
    case nullify = 2
    /// I never asked to nullify this view, so its notarized block is final.
    case finalize = 3

    var domain: SigningDomain {
        switch self {
        case .notarize: ConsensusDomain.notarize
        case .nullify: ConsensusDomain.nullify
        case .finalize: ConsensusDomain.finalize
        }
    }
}

/// One validator's say about a view.
public struct Vote: Hashable, Sendable {
    /// What it asks for.
    public let kind: VoteKind
    /// The epoch.
    public let epoch: UInt64
    /// The view.
    public let view: UInt64
    /// The block's hash, all zero in a vote to nullify.
    public let hash: Digest

    init(_ kind: VoteKind, epoch: UInt64, view: UInt64, hash: Digest) {
        self.kind = kind
        self.epoch = epoch
        self.view = view
        self.hash = kind == .nullify ? .zero : hash
    }

    /// The kind is in the domain; what is signed begins with the epoch, like everything else.
    func signingMessage(chain: Digest) -> [UInt8] {
        var writer = Writer(capacity: 48)
        writeFields(into: &writer)
        return kind.domain.message(chain: chain, writer.bytes)
    }

    private func writeFields(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(view)
        writer.write(hash)
    }
}

extension Vote: Layout {
    /// Reads kind, epoch, view and hash.
    public init(reading reader: inout Reader) throws(WireError) {
        let number = try reader.read(UInt8.self)
        guard let kind = VoteKind(rawValue: number) else { throw .invalid(field: "vote kind", value: UInt64(number)) }
        self.kind = kind
        epoch = try reader.read(UInt64.self)
        view = try reader.read(UInt64.self)
        hash = try reader.readDigest()
        guard view > 0 else { throw .invalid(field: "view", value: 0) }
        guard kind != .nullify || hash == .zero else { throw .invalid(field: "nullified hash", value: view) }
    }

    /// Writes kind, epoch, view and hash.
    public func write(into writer: inout Writer) {
        writer.write(kind.rawValue)
        writeFields(into: &writer)
    }
}

/// A vote and who claims to have signed it.
public struct SignedVote: Hashable, Sendable {
    /// What is voted.
    public let vote: Vote
    /// Who votes.
    public let signer: ValidatorIndex
    /// Over the vote.
    public let signature: Signature

    func verifies(in committee: Committee) -> Bool {
        vote.epoch == committee.epoch && committee.contains(signer)
            && committee.verifies(signature, over: vote.signingMessage(chain: committee.chainID), by: signer)
    }
}

extension SignedVote: Layout {
    /// Reads vote, signer and signature.
    public init(reading reader: inout Reader) throws(WireError) {
        vote = try Vote(reading: &reader)
        signer = try reader.readValidator()
        signature = try reader.readSignature()
    }

    /// Writes vote, signer and signature.
    public func write(into writer: inout Writer) {
        vote.write(into: &writer)
        writer.write(validator: signer)
        writer.write(signature)
    }
}

/// A quorum's equal votes.
public struct Certificate: Hashable, Sendable {
    /// What they all voted.
    public let vote: Vote
    /// Who they are.
    public let signatures: SignatureSet

    /// What was decided.
    public var kind: VoteKind { vote.kind }
    /// The view it was decided for.
    public var view: UInt64 { vote.view }
    /// The block's hash, all zero in a nullification.
    public var hash: Digest { vote.hash }

    /// Whether a quorum of `committee` signed. Costs a verification each.
    public func verifies(in committee: Committee) -> Bool { verifies(in: committee, known: .nothing) }

    func verifies(in committee: Committee, known: AlreadyVerified) -> Bool {
        vote.epoch == committee.epoch
            && signatures.verifies(
                vote.signingMessage(chain: committee.chainID), by: committee, atLeast: committee.quorum,
                known: known.signers)
    }
}

extension Certificate: Layout {
    /// Reads the vote and its signatures.
    public init(reading reader: inout Reader) throws(WireError) {
        vote = try Vote(reading: &reader)
        signatures = try SignatureSet(reading: &reader)
    }

    /// Writes the vote and its signatures.
    public func write(into writer: inout Writer) {
        vote.write(into: &writer)
        signatures.write(into: &writer)
    }
}
