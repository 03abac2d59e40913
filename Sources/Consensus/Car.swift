import Cryptography
import Wire

/// What a car's hash and its owner's signature cover. The items stand behind `itemsRoot`.
public struct CarHeader: Hashable, Sendable {
    /// The epoch whose lane this is.
    public let epoch: UInt64
    /// The owner, who alone may lengthen the lane.
    public let lane: ValidatorIndex
    /// Place on the lane, from 1.
    public let position: UInt64
    /// Hash of the car before, all zero at position 1.
    public let parent: Digest
    /// `Merkle.root(of: items)`.
    public let itemsRoot: Digest
    /// How many items.
    public let count: UInt32
    /// Bytes of all items together.
    public let byteCount: UInt32
    /// The owner's clock when it sealed the car.
    public let sealedAt: Timestamp

    /// The upper half of a position counts a lane's lives: where its owner has forgotten how far it was, it begins anew at the next.
    static let incarnationShift: UInt64 = 32
    static let lastIncarnation: UInt64 = 1 << 32 - 1

    /// Where the life that this car belongs to began.
    var lifeBeginning: UInt64 { Self.lifeBeginning(of: position) }

    /// Whether the lane begins anew here: an empty car, whose parent is none.
    var isBeginning: Bool { Self.isBeginning(position) }

    static func lifeBeginning(of position: UInt64) -> UInt64 { position & ~(1 << incarnationShift - 1) }

    static func isBeginning(_ position: UInt64) -> Bool { position == lifeBeginning(of: position) }

    /// SHA-256 of the header's 98 bytes.
    public var hash: Digest { Digest.sha256(encoded()) }

    func signingMessage(chain: Digest) -> [UInt8] { ConsensusDomain.car.message(chain: chain, encoded()) }
}

extension CarHeader: Layout {
    /// Reads the header's fields.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        lane = try reader.readValidator()
        position = try reader.read(UInt64.self)
        parent = try reader.readDigest()
        itemsRoot = try reader.readDigest()
        count = try reader.read(UInt32.self)
        byteCount = try reader.read(UInt32.self)
        sealedAt = try reader.readTimestamp()
        guard position > 0 else { throw .invalid(field: "car position", value: 0) }
        guard !isBeginning || parent == .zero && count == 0 else {
            throw .invalid(field: "car position", value: position)
        }
    }

    /// Writes the header's fields.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(validator: lane)
        writer.write(position)
        writer.write(parent)
        writer.write(itemsRoot)
        writer.write(count)
        writer.write(byteCount)
        writer.write(sealedAt)
    }
}

/// A validator's batch of items on its own lane. Consensus does not look into items.
public struct Car: Hashable, Sendable {
    /// What is hashed and signed.
    public let header: CarHeader
    /// What is carried.
    public let items: [[UInt8]]
    /// The header's hash.
    public let hash: Digest

    /// The car that carries `items` behind `parent`.
    init(epoch: UInt64, lane: ValidatorIndex, after parent: Tip, items: [[UInt8]], sealedAt: Timestamp) {
        let bytes = items.reduce(0) { $0 + $1.count }
        header = CarHeader(
            epoch: epoch, lane: lane, position: parent.position + 1, parent: parent.hash,
            itemsRoot: Merkle.root(of: items), count: UInt32(items.count), byteCount: UInt32(bytes),
            sealedAt: sealedAt)
        self.items = items
        hash = header.hash
    }

    /// The owner.
    public var lane: ValidatorIndex { header.lane }
    /// Place on the lane.
    public var position: UInt64 { header.position }
    /// Whether the header speaks of these items: a check of every byte.
    var holdsItsItems: Bool { Merkle.root(of: items) == header.itemsRoot }
}

extension Car: Layout {
    /// Reads header and items; their root is left to the verifier.
    public init(reading reader: inout Reader) throws(WireError) {
        header = try CarHeader(reading: &reader)
        items = try reader.readItems()
        hash = header.hash
        let bytes = items.reduce(0) { $0 + $1.count }
        guard bytes <= ConsensusLimits.carBytes else {
            throw .tooLong(count: bytes, limit: ConsensusLimits.carBytes)
        }
        guard header.count == items.count else { throw .invalid(field: "car count", value: UInt64(header.count)) }
        guard header.byteCount == bytes else { throw .invalid(field: "car bytes", value: UInt64(header.byteCount)) }
    }

    /// Writes header and items.
    public func write(into writer: inout Writer) {
        header.write(into: &writer)
        writer.write(each: items) { $0.write(counted: $1) }
    }
}

/// A car and the signature that claims to be its owner's.
public struct SignedCar: Hashable, Sendable {
    /// The car.
    public let car: Car
    /// Over the header.
    public let signature: Signature

    /// The claim that `signature` is the owner's over the car's header.
    public init(car: Car, signature: Signature) {
        self.car = car
        self.signature = signature
    }

    /// The owner.
    public var lane: ValidatorIndex { car.lane }
    /// Place on the lane.
    public var position: UInt64 { car.position }
    /// The header's hash.
    public var hash: Digest { car.hash }
    /// Bytes that count against a bound on memory or on an answer.
    var weight: Int { Int(car.header.byteCount) + 4 * car.items.count + 256 }

    func verifies(in committee: Committee) -> Bool {
        committee.verifies(signature, over: car.header.signingMessage(chain: committee.chainID), by: lane)
            && car.holdsItsItems
    }
}

extension SignedCar: Layout {
    /// Reads the car and its signature.
    public init(reading reader: inout Reader) throws(WireError) {
        car = try Car(reading: &reader)
        signature = try reader.readSignature()
    }

    /// Writes the car and its signature.
    public func write(into writer: inout Writer) {
        car.write(into: &writer)
        writer.write(signature)
    }
}

extension Reader {
    /// Reads the items of a car.
    mutating func readItems() throws(WireError) -> [[UInt8]] {
        try readEach(atMost: ConsensusLimits.itemsPerCar) { (reader) throws(WireError) in
            try reader.readCounted(atMost: ConsensusLimits.itemBytes)
        }
    }
}
