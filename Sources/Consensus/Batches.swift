import Cryptography
import Wire

/// Cars of one lane, each the parent of the one before: a hash that is known to be ordered vouches for all of them.
public struct CarBatch: Hashable, Sendable {
    /// At least one, the highest first.
    public let cars: [SignedCar]

    /// As much of what `request` asks for as one answer carries; nil where not even the first car is found.
    public init?(answering request: CarRequest, find: (Digest) -> SignedCar?) {
        var cars: [SignedCar] = []
        var hash = request.hash
        var weight = 0
        while cars.count < ConsensusLimits.carsPerBatch, weight < ConsensusLimits.answerBytes,
            let signed = find(hash), signed.lane == request.lane, signed.position > request.floor
        {
            cars.append(signed)
            weight += signed.weight
            hash = signed.car.header.parent
        }
        guard !cars.isEmpty else { return nil }
        self.cars = cars
    }

    /// The lane of the first car.
    var lane: ValidatorIndex { cars[0].lane }
    var weight: Int { cars.reduce(0) { $0 + $1.weight } }

    func verifies(in committee: Committee) -> Bool {
        committee.contains(lane)
            && cars.allSatisfy { $0.lane == lane && $0.car.header.epoch == committee.epoch }
            && zip(cars, cars.dropFirst()).allSatisfy { $0.car.header.parent == $1.hash }
            && cars.allSatisfy { $0.verifies(in: committee) }
    }
}

extension CarBatch: Layout {
    /// Reads one car or more.
    public init(reading reader: inout Reader) throws(WireError) {
        cars = try reader.readLayouts(SignedCar.self, atMost: ConsensusLimits.carsPerBatch)
        guard !cars.isEmpty else { throw .invalid(field: "cars", value: 0) }
    }

    /// Writes the cars.
    public func write(into writer: inout Writer) { writer.write(layouts: cars) }
}

/// Final blocks in a row, and why they are final: headers that lead from the last of them to a block that a quorum finalized.
///
/// Blocks are often final only through a later one, so the proof is a chain of 104-byte headers, however long such a run is.
public struct HistoryBatch: Hashable, Sendable {
    /// At least one, the lowest first.
    public let blocks: [Block]
    /// The headers after the last block, up to the finalized one; empty where that is the last block.
    public let links: [BlockHeader]
    /// The finalization of the last header.
    public let certificate: Certificate

    /// As much of `chain` (final blocks in a row, each with its own finalization where there is one) as one answer carries;
    /// nil where none of it can be proven.
    public init?(of chain: some Sequence<(block: Block, certificate: Certificate?)>) {
        var blocks: [Block] = []
        var links: [BlockHeader] = []
        var proof: (blocks: Int, links: Int, certificate: Certificate)?
        var weight = 0
        for (block, finalization) in chain {
            if blocks.count < ConsensusLimits.blocksPerHistory, weight < ConsensusLimits.answerBytes {
                blocks.append(block)
                weight += block.weight
            } else if proof?.blocks == blocks.count || links.count == ConsensusLimits.linksPerHistory {
                break
            } else {
                links.append(block.header)
            }
            if let finalization { proof = (blocks.count, links.count, finalization) }
        }
        guard let proof else { return nil }
        self.blocks = Array(blocks.prefix(proof.blocks))
        self.links = Array(links.prefix(proof.links))
        certificate = proof.certificate
    }

    /// The same with the blocks before it; nil where one answer does not carry so many.
    public func preceded(by before: [Block]) -> HistoryBatch? {
        guard before.count + blocks.count <= ConsensusLimits.blocksPerHistory,
            before.reduce(weight, { $0 + $1.weight }) <= ConsensusLimits.answerBytes
        else { return nil }
        return HistoryBatch(blocks: before + blocks, links: links, certificate: certificate)
    }

    private init(blocks: [Block], links: [BlockHeader], certificate: Certificate) {
        self.blocks = blocks
        self.links = links
        self.certificate = certificate
    }

    /// The epoch of its blocks.
    public var epoch: UInt64 { certificate.vote.epoch }
    /// Height of the first block.
    public var firstHeight: UInt64 { blocks[0].height }
    var weight: Int { blocks.reduce(links.count * 104) { $0 + $1.weight } }

    func verifies(in committee: Committee) -> Bool {
        let headers = blocks.map(\.header) + links
        guard headers.allSatisfy({ $0.epoch == committee.epoch }), areChained(headers), let last = headers.last else {
            return false
        }
        return certificate.kind == .finalize && certificate.view == last.view && certificate.hash == last.hash
            && certificate.verifies(in: committee)
    }

    private func areChained(_ headers: [BlockHeader]) -> Bool {
        zip(headers, headers.dropFirst()).allSatisfy { parent, child in child.follows(parent) }
    }
}

extension HistoryBatch: Layout {
    /// Reads blocks, links and certificate.
    public init(reading reader: inout Reader) throws(WireError) {
        blocks = try reader.readLayouts(Block.self, atMost: ConsensusLimits.blocksPerHistory)
        links = try reader.readLayouts(BlockHeader.self, atMost: ConsensusLimits.linksPerHistory)
        certificate = try Certificate(reading: &reader)
        guard !blocks.isEmpty else { throw .invalid(field: "blocks", value: 0) }
    }

    /// Writes blocks, links and certificate.
    public func write(into writer: inout Writer) {
        writer.write(layouts: blocks)
        writer.write(layouts: links)
        certificate.write(into: &writer)
    }
}
