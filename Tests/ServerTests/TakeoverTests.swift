import Cryptography
import Foundation
import Geography
import Hazards
import Replica
import Telemetry
import Testing
import TransparencyLog
import Wire

@testable import Consensus
@testable import Replica
@testable import Server
@testable import Storage

private func configuration(_ scratch: Scratch) throws -> ReplicaConfiguration {
    let (folder, file) = try scratch.committee()
    let configuration = try ServerConfiguration(path: folder.configurationPath(0))
    return try Validator(configuration, committee: file, keys: ValidatorKeys.load(from: configuration.keys)).replica
}

private func opening(_ height: UInt64) -> Entry {
    .block(
        BlockEntry(
            height: height, view: height + 3, time: Timestamp(milliseconds: 1_700_000_000_000 + height * 1000),
            blockHash: Digest.sha256([UInt8(height)]), parentHash: Digest.sha256([UInt8(height - 1)]),
            stateRootBefore: Digest.sha256([])))
}

private func sighting(_ vehicle: UInt8) throws -> Entry {
    let cell = try #require(Cell(quadkey: "12013231101332313"))
    return .observation(
        ObservationEntry(
            cell: cell, edge: nil, bucket: 1_700_000_000 / 30, kind: .adhesion, polarity: .seen,
            tag: Digest.sha256([vehicle])))
}

// MARK: The log

@Test func anIndexIsMadeFromTheLogAlone() throws {
    let scratch = try Scratch()
    var rebuild = LogRebuild(after: Replica(try configuration(scratch)))
    let entries = try [opening(1), sighting(1), sighting(2), opening(2), opening(3), sighting(3)]
    let leaves = entries.map { $0.encoded() }
    // Pages may end within a block.
    let first = try rebuild.take(Array(leaves[..<2]))
    let second = try rebuild.take(Array(leaves[2...]))
    let blocks = first + second + rebuild.finish()
    #expect(first.isEmpty && blocks.map(\.height) == [1, 2, 3] && blocks.map(\.size) == [3, 4, 6])
    #expect(blocks.map(\.view) == [4, 5, 6] && blocks.map(\.hash) == (1...3).map { Digest.sha256([$0]) })
    var tree = Tree()
    var roots: [Digest] = []
    for (number, leaf) in leaves.enumerated() {
        tree.append(leaf: Merkle.leaf(leaf))
        if [3, 4, 6].contains(number + 1) { roots.append(tree.root) }
    }
    #expect(blocks.map(\.root) == roots)
    #expect(blocks.map(\.entries) == [entries[..<3], entries[3..<4], entries[4...]].map { $0.map(IndexedEntry.init) })
    // A third vehicle confirms what the first began.
    #expect(blocks.map { $0.hazards.map(\.state) } == [[1, 1], [], [2]])
    #expect(blocks.allSatisfy { $0.journal == nil && $0.records.isEmpty && $0.cars.isEmpty })
    #expect(rebuild.hazards.active.map(\.vehicles) == [3] && rebuild.height == 3 && rebuild.size == 6)
}

@Test func entriesThatAreNoChainOfBlocksAreRefused() throws {
    let scratch = try Scratch()
    let empty = LogRebuild(after: Replica(try configuration(scratch)))
    for entries in try [[sighting(1)], [opening(2)], [opening(1), opening(3)]] {
        var rebuild = empty
        #expect(throws: LogRebuildError.self) { _ = try rebuild.take(entries.map { $0.encoded() }) }
    }
    var rebuild = empty
    #expect(throws: LogRebuildError.self) { _ = try rebuild.take([[0xff]]) }
}

// MARK: Offers

@Test func aFewOfTheOfferedSnapshotsAreKeptForAWhile() throws {
    var book = OfferBook()
    let offers = try [4, 8, 12].map { try #require(SnapshotOffer(height: $0, image: [UInt8($0)])) }
    book.replace(offers, at: 0)
    let pinned = book.pinned(at: 59_999)
    #expect(pinned == [4, 8])
    let (found, unknown) = (book.find(Digest.sha256([8]), at: 30_000), book.find(Digest.sha256([9]), at: 30_000))
    #expect(found?.height == 8 && found?.range == 0..<1 && unknown == nil)
    let later = book.pinned(at: 60_000)
    #expect(later == [8])
    let last = book.find(Digest.sha256([12]), at: 60_000)
    #expect(last?.height == 12)
    let end = (book.pinned(at: 90_000), book.pinned(at: 120_000))
    #expect(end == ([12], []))
}

// MARK: Models' files

/// On the way to a state that names one version which is not here.
private func takeover(missing file: [UInt8], _ scratch: Scratch) throws -> Takeover {
    let configuration = try configuration(scratch)
    var takeover = Takeover(configuration)
    let image: [UInt8] = [1, 2, 3]
    let offer = try #require(SnapshotOffer(height: 9, image: image))
    for peer in 1...2 { takeover.take([offer], from: peer, above: 0) }
    _ = takeover.pieceRequests(at: 0)
    takeover.take(piece: image)
    #expect(takeover.transfer.image == image)
    let state = Snapshot(
        point: .genesis(of: configuration.committee, at: Timestamp(milliseconds: 0)), ledger: Ledger(configuration))
    takeover.begin(Takeover.Target(state: state, image: image, missing: [Digest.sha256(file)]))
    takeover.rebuild = LogRebuild(after: Replica(configuration))
    return takeover
}

private let piece = ReplicaLimits.pieceBytes

@Test(arguments: [10, piece, piece + 1])
func aVersionsFileIsFetchedInParts(size: Int) throws {
    let file = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var takeover = try takeover(missing: file, try Scratch())
    let early = takeover.handOver(whileActive: [])
    #expect(early == nil)
    var got: [UInt8]?
    for part in 0...(size / piece) {
        let asked = takeover.fileRequests(at: 0)
        #expect(asked.map(\.request.offset) == [UInt64(part * piece)] && asked.map(\.from) == [1])
        let bytes = Array(file[(part * piece)..<min(size, (part + 1) * piece)])
        #expect(got == nil)
        got = takeover.take(FilePart(request: asked[0].request, bytes: bytes))
    }
    #expect(got == file)
    let state = takeover.handOver(whileActive: [])
    let again = takeover.handOver(whileActive: [])
    #expect(state != nil && again == nil)
    let ended = takeover.end(at: 0)
    #expect(ended?.image == [1, 2, 3] && takeover.target == nil)
}

@Test func aFileThatIsNotWhatItsNameSaysIsAskedOfTheNextAndThenDoneWithout() throws {
    var takeover = try takeover(missing: [1], try Scratch())
    var asked: [ValidatorIndex] = []
    for _ in 0..<4 {
        let requests = takeover.fileRequests(at: 0)
        asked += requests.map(\.from)
        let got = takeover.take(FilePart(request: requests[0].request, bytes: [2]))
        #expect(got == nil)
    }
    #expect(asked == [1, 2, 1, 2])
    let more = takeover.fileRequests(at: 0)
    let state = takeover.handOver(whileActive: [])
    #expect(more.isEmpty && state != nil)
}

@Test func aDamagedSnapshotDoesNotKeepOthersFromBeingOffered() throws {
    let scratch = try Scratch()
    let files = try SnapshotFiles(directory: scratch.path)
    let place = JournalPosition(segment: 1, offset: 0)
    for height in [8, 16] as [UInt64] {
        try files.write(
            StoredSnapshot(height: height, mark: place, end: place, bytes: [UInt8](repeating: 7, count: 99)))
    }
    #expect(try files.offers(known: [:]).map(\.height) == [16, 8])
    let newest = URL(fileURLWithPath: "\(scratch.path)/00000000000000000016")
    var bytes = try Data(contentsOf: newest)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: newest)
    #expect(try files.offers(known: [:]).map(\.height) == [8])
}

@Test func aStateThatNoFileHoldsIsOfferedFirstAndServedByThePiece() throws {
    var offers = OfferBook()
    let kept = try #require(SnapshotOffer(height: 16, image: [1, 2, 3]))
    #expect(offers.all(with: [kept]) == [kept])
    let image = [UInt8](repeating: 5, count: ReplicaLimits.pieceBytes + 7)
    offers.keep(parting: image, height: 20)
    let all = offers.all(with: [kept])
    #expect(all.map(\.height) == [20, 16])
    let pieces = try all[0].pieces.map { try #require(offers.parting(piece: $0)) }
    #expect(pieces.flatMap(\.self) == image)
    #expect(offers.parting(piece: kept.pieces[0]) == nil)
}
