import Consensus
import Cryptography
import Testing
import Wire

@testable import Replica

/// An image of three pieces and a bit, like no other of another seed.
private func image(_ seed: UInt8) -> [UInt8] {
    (0..<3 * ReplicaLimits.pieceBytes + 100).map { UInt8(truncatingIfNeeded: $0 / 251) ^ seed }
}

private func offer(_ seed: UInt8, height: UInt64 = 1024) throws -> SnapshotOffer {
    try #require(SnapshotOffer(height: height, image: image(seed)))
}

private func transfer() -> StateTransfer { StateTransfer(Town.committee(of: 4)) }

private let start = Instant(milliseconds: 0)

@Test func whatOneAloneOffersIsNotFetched() throws {
    var transfer = transfer()
    transfer.take([try offer(1)], from: 0, above: 0)
    transfer.take([try offer(1)], from: 0, above: 0)
    transfer.take([try offer(2)], from: 3, above: 0)
    #expect(transfer.height == nil && transfer.takeRequests(at: start, period: 100).isEmpty)
    transfer.take([try offer(1)], from: 1, above: 0)
    #expect(transfer.height == 1024 && transfer.offeredBy == [0, 1])
}

@Test func theHighestThatEnoughOfferIsFetched() throws {
    var transfer = transfer()
    let (low, high, lie) = (try offer(1), try offer(2, height: 2048), try offer(3, height: 9000))
    transfer.take([lie, lie], from: 3, above: 0)
    transfer.take([high, low], from: 0, above: 0)
    transfer.take([high, low], from: 1, above: 0)
    #expect(transfer.height == 2048)
}

@Test func whatIsNoFurtherThanTheOwnStateIsNoUse() throws {
    var transfer = transfer()
    for peer in ValidatorIndex(0)...2 { transfer.take([try offer(1)], from: peer, above: 1024) }
    #expect(transfer.height == nil)
}

@Test func piecesComeFromAllWhoOfferThemAndMakeTheImage() throws {
    var transfer = transfer()
    let (whole, offered) = (image(1), try offer(1))
    for peer in ValidatorIndex(0)...1 { transfer.take([offered], from: peer, above: 0) }
    let requests = transfer.takeRequests(at: start, period: 100)
    #expect(requests.count == 4 && Set(requests.map(\.from)) == [0, 1])
    #expect(transfer.takeRequests(at: start, period: 100).isEmpty)
    // What nobody asked for is passed over.
    transfer.take(piece: Array(image(9)[..<ReplicaLimits.pieceBytes]))
    for (piece, _) in requests {
        #expect(transfer.image == nil)
        transfer.take(piece: Array(whole[try #require(offered.range(of: piece))]))
    }
    #expect(transfer.image == whole)
}

@Test func aPieceThatDoesNotComeIsAskedOfTheNextAndInTheEndEverythingBeginsAnew() throws {
    var transfer = transfer()
    for peer in ValidatorIndex(0)...1 { transfer.take([try offer(1)], from: peer, above: 0) }
    var asked: [[ValidatorIndex]] = []
    for round in 0..<4 {
        let now = start + UInt64(round) * 100
        asked.append(transfer.takeRequests(at: now, period: 100).map(\.from))
        #expect(transfer.nextDeadline == now + 100)
    }
    #expect(asked == [[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])
    #expect(transfer.takeRequests(at: start + 400, period: 100).isEmpty)
    #expect(transfer.height == nil && transfer.nextDeadline == nil)
}

@Test func offersAndPagesSurviveTheWire() throws {
    let request = PageRequest(first: 512, size: 700)
    let file = FileRequest(digest: Digest.sha256([3]), offset: 7)
    let page = LogPage(request: request, entries: [[1], [], [2, 3]], proof: [Digest.sha256([1])])
    let messages: [TransferMessage] = [
        .offers([try offer(1)]), .pieceRequest(Digest.sha256([2])), .piece([1, 2, 3]), .pageRequest(request),
        .page(page), .fileRequest(file), .filePart(FilePart(request: file, bytes: [9])),
    ]
    for message in messages { #expect(try TransferMessage(decoding: message.encoded()) == message) }
}

@Test func offersOfAnotherSizeAndPagesBeyondTheirSizeAreRefused() throws {
    let (offered, size) = (try offer(1), UInt64(ReplicaLimits.pieceBytes))
    for (count, fits) in [(3 * size, false), (3 * size + 1, true), (4 * size, true), (4 * size + 1, false)] {
        var writer = Writer()
        writer.write(offered.height)
        writer.write(count)
        writer.write(each: offered.pieces) { $0.write(fixed: $1.bytes) }
        #expect(((try? SnapshotOffer(decoding: writer.bytes)) != nil) == fits)
    }
    let page = LogPage(request: PageRequest(first: 5, size: 6), entries: [[1], [2]], proof: [])
    #expect(throws: WireError.self) { try LogPage(decoding: page.encoded()) }
    #expect(throws: WireError.self) { try PageRequest(decoding: PageRequest(first: 6, size: 6).encoded()) }
}
