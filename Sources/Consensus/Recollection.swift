import Cryptography
import Wire

/// Asks a peer what it has heard from the asker before: at each start, since a disk may have lost it. Answered by a `Recollection`.
public struct RecallRequest: Hashable, Sendable {
    /// The epoch.
    public let epoch: UInt64
    /// Tells this start from earlier ones.
    public let nonce: UInt64
}

/// What a validator knows of the committee, and of another member that has just started.
public struct Recollection: Hashable, Sendable {
    /// The epoch.
    public let epoch: UInt64
    /// The request's.
    public let nonce: UInt64
    /// Whether it has just started too, with an empty journal: what it does not know says nothing then.
    public let isBlank: Bool
    /// What let it into its view; nil in the first. So nobody can claim a view that the committee has not reached.
    public let entry: Certificate?
    /// The asker's vote of the highest view that it has seen.
    public let newestVote: SignedVote?
    /// The asker's car of the highest position that it has seen: as long as it waits to be ordered.
    public let newestCar: CarClaim?
    /// The highest position of each lane that it knows of.
    public let positions: [UInt64]

    /// The view that it is in.
    var view: UInt64 { (entry?.view ?? 0) + 1 }

    func verifies(in committee: Committee) -> Bool {
        positions.count == committee.n && entry?.verifies(in: committee) ?? true
            && newestVote?.verifies(in: committee) ?? true && newestCar?.verifies(in: committee) ?? true
    }
}

extension RecallRequest: Layout {
    /// Reads epoch and nonce.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        nonce = try reader.read(UInt64.self)
    }

    /// Writes epoch and nonce.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(nonce)
    }
}

extension Recollection: Layout {
    /// Reads the fields; what may be absent is a list of at most one.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        nonce = try reader.read(UInt64.self)
        let flag = try reader.read(UInt8.self)
        guard flag <= 1 else { throw .invalid(field: "blank", value: UInt64(flag)) }
        isBlank = flag == 1
        entry = try reader.readLayout(Certificate?.self)
        newestVote = try reader.readLayout(SignedVote?.self)
        newestCar = try reader.readLayout(CarClaim?.self)
        positions = try reader.readEach(atMost: ConsensusLimits.validators) { (reader) throws(WireError) in
            try reader.read(UInt64.self)
        }
    }

    /// Writes the fields.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(nonce)
        writer.write(UInt8(isBlank ? 1 : 0))
        writer.write(layout: entry)
        writer.write(layout: newestVote)
        writer.write(layout: newestCar)
        writer.write(each: positions) { $0.write($1) }
    }
}
