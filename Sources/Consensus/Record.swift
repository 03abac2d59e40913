import Cryptography
import Wire

/// What a validator must not forget: its journal is these, in order. Nothing leaves that rests on a record before the record is durable.
public enum Record: Hashable, Sendable {
    /// Something signed: bound to it forever, and sent again as it is. An own car and an own block are in it whole.
    case signed(SignedStatement)
    /// Another's car: before its acknowledgement, or before the block that orders it is executed.
    case car(SignedCar)
    /// A block: before the vote to notarize it, or before it is executed.
    case block(Block)
    /// A certificate: before the first vote in the view that it let this validator into, and before a vote to finalize.
    case certificate(Certificate)
    /// A final block, all of whose cars stand in the journal before this.
    case finalized(FinalizedRecord)
    /// Something was forgotten, and this is what follows from it: before the first statement after that.
    case recovered(Recovered)
    /// The first record of a summary: what stands before it, and is not said again behind it, matters no more to who has the snapshot of that point.
    case snapshot(SnapshotMark)
}

extension Record {
    /// Whether it is the first of an epoch's: with nothing behind it, nothing was said in that epoch.
    public var beginsEpoch: Bool {
        if case .snapshot(let mark) = self { mark.newestOwnView == 0 && mark.point.view == 0 } else { false }
    }
}

/// Where a snapshot was taken, and what no other record of a summary says.
public struct SnapshotMark: Hashable, Sendable {
    /// The end of the chain.
    public let point: ChainPoint
    /// The highest view that this validator had voted in.
    let newestOwnView: UInt64

    init(point: ChainPoint, newestOwnView: UInt64) {
        self.point = point
        self.newestOwnView = newestOwnView
    }

    /// The beginning of an epoch, in which nobody has voted yet.
    public init(beginningAt point: ChainPoint) { self.init(point: point, newestOwnView: 0) }
}

extension SnapshotMark: Layout {
    /// Reads the point and the view.
    public init(reading reader: inout Reader) throws(WireError) {
        point = try ChainPoint(reading: &reader)
        newestOwnView = try reader.read(UInt64.self)
    }

    /// Writes the point and the view.
    public func write(into writer: inout Writer) {
        point.write(into: &writer)
        writer.write(newestOwnView)
    }
}

/// Which block is final at a height.
public struct FinalizedRecord: Hashable, Sendable {
    /// The height.
    public let height: UInt64
    /// The block's hash.
    public let hash: Digest
}

extension FinalizedRecord: Layout {
    /// Reads height and hash.
    public init(reading reader: inout Reader) throws(WireError) {
        height = try reader.read(UInt64.self)
        hash = try reader.readDigest()
    }

    /// Writes height and hash.
    public func write(into writer: inout Writer) {
        writer.write(height)
        writer.write(hash)
    }
}

extension Record: Layout {
    /// Reads the kind and the record.
    public init(reading reader: inout Reader) throws(WireError) {
        switch try reader.read(UInt8.self) {
        case 1: self = .signed(try SignedStatement(reading: &reader))
        case 2: self = .car(try SignedCar(reading: &reader))
        case 3: self = .block(try Block(reading: &reader))
        case 4: self = .certificate(try Certificate(reading: &reader))
        case 5: self = .finalized(try FinalizedRecord(reading: &reader))
        case 6: self = .recovered(try Recovered(reading: &reader))
        case 7: self = .snapshot(try SnapshotMark(reading: &reader))
        case let other: throw .invalid(field: "record kind", value: UInt64(other))
        }
    }

    /// Writes the kind and the record.
    public func write(into writer: inout Writer) {
        switch self {
        case .signed(let signed): writer.write(tag: 1, signed)
        case .car(let car): writer.write(tag: 2, car)
        case .block(let block): writer.write(tag: 3, block)
        case .certificate(let certificate): writer.write(tag: 4, certificate)
        case .finalized(let finalized): writer.write(tag: 5, finalized)
        case .recovered(let recovered): writer.write(tag: 6, recovered)
        case .snapshot(let mark): writer.write(tag: 7, mark)
        }
    }
}

/// Why a journal is not one that this validator wrote: it must not vote on what it may have forgotten.
public enum RestoreError: Error, Equatable, Sendable {
    /// A record of another committee, epoch or validator.
    case foreign
    /// A summary of another state than the records before it lead to.
    case otherSnapshot(height: UInt64)
    /// A final block that does not follow the one before, or is not in the journal.
    case missingBlock(height: UInt64)
    /// A final block one of whose cars is not in the journal.
    case missingCar(height: UInt64, lane: ValidatorIndex)
    /// An own car that does not follow the one before.
    case brokenLane(position: UInt64)
    /// Two acknowledgements for one position.
    case conflictingAck(lane: ValidatorIndex, position: UInt64)
    /// Two own statements that exclude each other.
    case contradiction(view: UInt64)
}

extension RestoreError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .foreign: "the journal belongs to another committee, epoch or validator"
        case .otherSnapshot(let height): "the journal sums up another state at height \(height) than it leads to"
        case .missingBlock(let height): "the journal lacks block \(height), which it calls final"
        case .missingCar(let height, let lane): "the journal lacks a car of lane \(lane) that block \(height) orders"
        case .brokenLane(let position): "the journal's own car \(position) does not follow the one before"
        case .conflictingAck(let lane, let position):
            "the journal acknowledges two cars at position \(position) of lane \(lane)"
        case .contradiction(let view): "the journal holds votes for view \(view) that exclude each other"
        }
    }
}
