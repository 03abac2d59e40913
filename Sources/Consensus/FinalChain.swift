import Cryptography
import DequeModule
import Wire

/// Where a block leaves the chain: all that its child must fit.
public struct ChainPoint: Hashable, Sendable {
    /// The epoch of the next block.
    public let epoch: UInt64
    /// Blocks up to this one, of all epochs.
    public internal(set) var height: UInt64
    /// The view that the block was proposed in.
    public let view: UInt64
    /// The block's hash.
    public let hash: Digest
    /// Log time.
    public let timestamp: Timestamp
    /// How far every lane is ordered.
    let cut: Cut

    /// Before the first block.
    static func genesis(of committee: Committee, at time: Timestamp) -> ChainPoint {
        ChainPoint(
            epoch: committee.epoch, height: 0, view: 0, hash: committee.chainID, timestamp: time,
            cut: Cut(lanes: committee.n))
    }

    /// The beginning of a committee's epoch, after the last block of the one before: views are counted anew, and the lanes are empty.
    public static func beginning(of committee: Committee, after last: Block) -> ChainPoint {
        ChainPoint(
            epoch: committee.epoch, height: last.height, view: 0, hash: last.hash, timestamp: last.timestamp,
            cut: Cut(lanes: committee.n))
    }

    /// How many lanes its cut has.
    public var lanes: Int { cut.lanes }

    /// The point after `block`, or nil where it does not fit here.
    func advanced(by block: Block) -> ChainPoint? {
        guard block.header.parentHash == hash, block.header.parentView == view, block.height == height + 1,
            block.timestamp > timestamp, let cut = cut.advanced(by: block.cut)
        else { return nil }
        return ChainPoint(
            epoch: epoch, height: block.height, view: block.view, hash: block.hash, timestamp: block.timestamp, cut: cut
        )
    }
}

extension ChainPoint: Layout {
    /// Reads epoch, height, view, hash, time and cut.
    public init(reading reader: inout Reader) throws(WireError) {
        epoch = try reader.read(UInt64.self)
        height = try reader.read(UInt64.self)
        view = try reader.read(UInt64.self)
        hash = try reader.readDigest()
        timestamp = try reader.readTimestamp()
        cut = try Cut(reading: &reader)
    }

    /// Writes epoch, height, view, hash, time and cut.
    public func write(into writer: inout Writer) {
        writer.write(epoch)
        writer.write(height)
        writer.write(view)
        writer.write(hash)
        writer.write(timestamp)
        cut.write(into: &writer)
    }
}

/// The final blocks: those whose cars are still missing, and the latest of those that were delivered.
struct FinalChain: Sendable {
    struct Entry: Sendable {
        let block: Block
        let cut: Cut
        let certificate: Certificate?
        /// Filled at delivery, void ones included.
        var cars: [SignedCar] = []
    }

    /// The last final block.
    private(set) var tip: ChainPoint
    /// The last whose cars were all held and given to execution.
    private(set) var delivered: ChainPoint
    private var entries: Deque<Entry> = []
    private var heights: [Digest: UInt64] = [:]
    private var retainedCars: [Digest: SignedCar] = [:]
    private var retainedBytes = 0

    init(genesis: ChainPoint) {
        tip = genesis
        delivered = genesis
    }

    /// How many blocks are in memory.
    var count: Int { entries.count }

    /// The lowest height in memory.
    var firstHeight: UInt64 { tip.height + 1 - UInt64(entries.count) }

    /// How many wait for their cars.
    var undelivered: Int { Int(tip.height - delivered.height) }

    /// The block `offset` places behind the last delivered one, and the cut before it.
    func waiting(_ offset: Int) -> (entry: Entry, before: Cut)? {
        guard offset < undelivered else { return nil }
        let index = entries.count - undelivered + offset
        return (entries[index], offset == 0 ? delivered.cut : entries[index - 1].cut)
    }

    /// Adds the next final block.
    mutating func append(_ block: Block, certificate: Certificate?) -> Bool {
        guard let next = tip.advanced(by: block) else { return false }
        tip = next
        entries.append(Entry(block: block, cut: next.cut, certificate: certificate))
        heights[block.hash] = block.height
        return true
    }

    /// The lowest undelivered block has all its cars.
    mutating func deliver(cars: [SignedCar]) {
        guard let block = waiting(0)?.entry.block, let next = delivered.advanced(by: block) else {
            preconditionFailure("a block is delivered after it was appended")
        }
        entries[entries.count - undelivered].cars = cars
        for car in cars { retainedCars[car.hash] = car }
        retainedBytes += cars.reduce(0) { $0 + $1.weight }
        delivered = next
        trim()
    }

    private mutating func trim() {
        while entries.count - undelivered > ConsensusLimits.blocksRetained
            || retainedBytes > ConsensusLimits.bytesRetained
        {
            // The last delivered block stays, so that a neighbour one block behind is served from memory.
            guard entries.count - undelivered > 1, let oldest = entries.popFirst() else { return }
            heights[oldest.block.hash] = nil
            for car in oldest.cars { retainedCars[car.hash] = nil }
            retainedBytes -= oldest.cars.reduce(0) { $0 + $1.weight }
        }
    }

    func car(_ hash: Digest) -> SignedCar? { retainedCars[hash] }

    func block(_ hash: Digest) -> Block? {
        heights[hash].map { entries[Int($0 - firstHeight)].block }
    }

    /// The answer to a request from `height` on; nil where nothing that is in memory helps.
    func history(from height: UInt64) -> HistoryBatch? {
        guard height >= firstHeight, height <= tip.height else { return nil }
        let index = Int(height - firstHeight)
        return HistoryBatch(of: entries[index...].lazy.map { ($0.block, $0.certificate) })
    }
}
