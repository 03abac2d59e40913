import Cryptography
import Wire

/// "I hold this car and its lane's history, and found every byte of it valid." Never said of two cars at one position.
public struct Ack: Hashable, Sendable {
    /// The epoch whose lane this is.
    public let epoch: UInt64
    /// The car's owner.
    public let lane: ValidatorIndex
    /// The car's place.
    public let position: UInt64
    /// The car's hash.
    public let hash: Digest

    init(epoch: UInt64, lane: ValidatorIndex, position: UInt64, hash: Digest) {
        self.epoch = epoch
        self.lane = lane
        self.position = position
        self.hash = hash
    }

    init(_ car: Car) {
        self.init(epoch: car.header.epoch, lane: car.lane, position: car.position, hash: car.hash)
    }

    /// The car's place and hash.
    var tip: Tip { Tip(position: position, hash: hash) }

    func signingMessage(chain: Digest) -> [UInt8] { ConsensusDomain.ack.message(chain: chain, encoded()) }
}

extension Ack: Layout {
    /// Reads epoch, lane, position and hash.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        lane = try reader.readValidator()
        position = try reader.read(UInt64.self)
        hash = try reader.readDigest()
    }

    /// Writes epoch, lane, position and hash.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(validator: lane)
        writer.write(position)
        writer.write(hash)
    }
}

/// An acknowledgement and who claims to have signed it.
public struct SignedAck: Hashable, Sendable {
    /// What is acknowledged.
    public let ack: Ack
    /// Who acknowledges.
    public let signer: ValidatorIndex
    /// Over the acknowledgement.
    public let signature: Signature

    func verifies(in committee: Committee) -> Bool {
        ack.epoch == committee.epoch && committee.contains(signer) && committee.contains(ack.lane)
            && committee.verifies(signature, over: ack.signingMessage(chain: committee.chainID), by: signer)
    }
}

extension SignedAck: Layout {
    /// Reads acknowledgement, signer and signature.
    public init(reading reader: inout Reader) throws(WireError) {
        ack = try Ack(reading: &reader)
        signer = try reader.readValidator()
        signature = try reader.readSignature()
    }

    /// Writes acknowledgement, signer and signature.
    public func write(into writer: inout Writer) {
        ack.write(into: &writer)
        writer.write(validator: signer)
        writer.write(signature)
    }
}

/// f + 1 acknowledgements: an honest validator holds the car, with its whole lane history, and found it valid. So it can be ordered unread.
public struct ProofOfAvailability: Hashable, Sendable {
    /// What they all acknowledged.
    public let ack: Ack
    /// Who they are.
    public let signatures: SignatureSet

    /// The car's owner.
    public var lane: ValidatorIndex { ack.lane }
    /// The car's place.
    public var position: UInt64 { ack.position }
    /// The car's hash.
    public var hash: Digest { ack.hash }

    /// What `signer` contributed; nil where it did not.
    func ack(of signer: ValidatorIndex) -> SignedAck? {
        signatures[signer].map { SignedAck(ack: ack, signer: signer, signature: $0) }
    }

    func verifies(in committee: Committee, known: AlreadyVerified = .nothing) -> Bool {
        ack.epoch == committee.epoch && committee.contains(lane)
            && signatures.verifies(
                ack.signingMessage(chain: committee.chainID), by: committee, atLeast: committee.attesters,
                known: known.signers)
    }
}

extension ProofOfAvailability: Layout {
    /// Reads the acknowledgement and its signatures.
    public init(reading reader: inout Reader) throws(WireError) {
        ack = try Ack(reading: &reader)
        signatures = try SignatureSet(reading: &reader)
    }

    /// Writes the acknowledgement and its signatures.
    public func write(into writer: inout Writer) {
        ack.write(into: &writer)
        signatures.write(into: &writer)
    }
}
