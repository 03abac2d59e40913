import Cryptography
import Testing
import Wire

@testable import Consensus

@Suite struct LayoutTests {
    static let car = Car(
        epoch: 1, lane: 2, after: Tip(position: 6, hash: Keys.chain), items: [[1, 2, 3], [], [0xFF]],
        sealedAt: Timestamp(milliseconds: 0x0102_0304_0506))
    static let genesis = ChainPoint.genesis(of: Keys.committee(4), at: Timestamp(milliseconds: 0))
    static let block = Block(
        epoch: 1, view: 9, after: genesis, cut: [TipChange(Keys.proof(car, by: [0, 3]))],
        timestamp: Timestamp(milliseconds: 77))
    static let vote = Keys.vote(.notarize, view: 9, hash: block.hash, by: 3)
    static let finalization = Keys.certificate(.finalize, view: 9, hash: block.hash, by: [0, 1, 3])
    static let rival = Keys.vote(.notarize, view: 9, hash: car.hash, by: 3)

    static var messages: [PeerMessage] {
        let signed = Keys.car(car)
        let request = CarRequest(epoch: 1, lane: 2, position: 7, hash: car.hash, floor: 3)
        return [
            .car(signed), .ack(Keys.ack(car, by: 1)), .proof(Keys.proof(car, by: [0, 3])),
            .proposal(Keys.proposal(block, by: 1)), .vote(vote), .certificate(finalization), .carRequest(request),
            CarBatch(answering: request) { $0 == car.hash ? signed : nil }.map { .carBatch($0) },
            .blockRequest(BlockRequest(epoch: 1, hash: block.hash)), .block(block),
            .certificateRequest(CertificateRequest(epoch: 1, first: 4, last: 9)),
            .historyRequest(HistoryRequest(epoch: 1, height: 4)),
            HistoryBatch(of: [(block, finalization)]).map { .historyBatch($0) },
            .recallRequest(RecallRequest(epoch: 1, nonce: 0x0102)),
            .recollection(
                Recollection(
                    epoch: 1, nonce: 0x0102, isBlank: false, entry: finalization, newestVote: vote,
                    newestCar: CarClaim(Keys.car(car)), positions: [0, 1, 7 << 32, 3])),
        ].compactMap { $0 }
    }

    static var records: [Record] {
        [
            .signed(Keys.sign(.ownCar(car), by: 2)), .signed(Keys.sign(.ack(Ack(car)), by: 0)),
            .signed(Keys.sign(.proposal(block), by: 1)), .signed(Keys.sign(.vote(vote.vote), by: 3)),
            .car(Keys.car(car)), .block(block), .certificate(finalization),
            .finalized(FinalizedRecord(height: 5, hash: block.hash)),
            .recovered(Recovered(silentThrough: 9, acknowledged: [8, 9, 15, 8])),
            .snapshot(
                SnapshotMark(
                    point: .genesis(of: Keys.committee(4), at: Timestamp(milliseconds: 7)), newestOwnView: 12)),
        ]
    }

    static var evidence: [Evidence] {
        let claim = Keys.proposal(block, by: 1).claim
        return [
            .forkedLane(CarClaim(Keys.car(car)), CarClaim(Keys.car(car))),
            .invalidCar(CarClaim(Keys.car(car)), items: car.items),
            .conflictingAcks(Keys.ack(car, by: 1), Keys.ack(car, by: 1)), .conflictingProposals(claim, claim),
            .conflictingVotes(vote, rival), .invalidAck(Keys.ack(car, by: 1), car.header, items: car.items),
        ]
    }

    // MARK: Golden bytes

    @Test func aCarHeaderIsNinetyEightBytes() {
        let expected =
            "0000000000000001" + "0002" + "0000000000000007" + Keys.chain.description
            + Merkle.root(of: Self.car.items).description + "00000003" + "00000004" + "0000010203040506"
        #expect(Hex.encode(Self.car.header.encoded()) == expected)
        #expect(Self.car.hash == Digest.sha256(Self.car.header.encoded()))
    }

    @Test func aCarIsItsHeaderAndItsItems() {
        let items = "00000003" + "00000003010203" + "00000000" + "00000001ff"
        #expect(Hex.encode(Self.car.encoded()) == Hex.encode(Self.car.header.encoded()) + items)
    }

    @Test func aBlockHeaderIsAHundredAndFourBytes() {
        let expected =
            "0000000000000001" + "0000000000000009" + "0000000000000001" + "0000000000000000"
            + Keys.chain.description + Self.block.header.bodyDigest.description + "000000000000004d"
        #expect(Hex.encode(Self.block.header.encoded()) == expected)
        #expect(Self.block.hash == Digest.sha256(Self.block.header.encoded()))
    }

    @Test func aBlockNamesTheLanesThatGrew() {
        let proof = Keys.proof(Self.car, by: [0, 3])
        let body = "00000001" + Hex.encode(proof.encoded())
        #expect(Hex.encode(Self.block.encoded()) == Hex.encode(Self.block.header.encoded()) + body)
        #expect(Self.block.header.bodyDigest == Digest.sha256(Hex.decode(body) ?? []))
        let ack = "0000000000000001" + "0002" + "0000000000000007" + Self.car.hash.description
        #expect(Hex.encode(proof.encoded()).hasPrefix(ack + "00000000000000000000000000000009"))
        #expect(proof.encoded().count == 50 + 16 + 2 * 64)
    }

    @Test func aCertificateIsAVoteASetOfBitsAndSignatures() {
        let vote = "03" + "0000000000000001" + "0000000000000009" + Self.block.hash.description
        let bytes = Self.finalization.encoded()
        #expect(Hex.encode(bytes).hasPrefix(vote + "0000000000000000000000000000000b"))
        #expect(bytes.count == 49 + 16 + 3 * 64)
    }

    @Test func whatIsSignedBeginsWithDomainChainAndEpoch() {
        func message(_ name: String, _ fields: String) -> String {
            Hex.encode(Array("waymark.v1.\(name)".utf8)) + "00" + Keys.chain.description + "0000000000000001" + fields
        }
        func signed(_ statement: Statement) -> String { Hex.encode(statement.signingMessage(chain: Keys.chain)) }
        let view = "0000000000000009"
        #expect(signed(.ownCar(Self.car)).hasPrefix(message("car", "0002")))
        #expect(signed(.ack(Ack(Self.car))) == message("ack", "00020000000000000007\(Self.car.hash)"))
        #expect(signed(.proposal(Self.block)) == message("proposal", view + Self.block.hash.description))
        for (kind, name) in [(VoteKind.notarize, "notarize"), (.nullify, "nullify"), (.finalize, "finalize")] {
            let vote = Vote(kind, epoch: 1, view: 9, hash: Self.block.hash)
            #expect(signed(.vote(vote)) == message(name, view + vote.hash.description))
        }
    }

    @Test func messagesAndRecordsAreNumberedForever() {
        #expect(Self.messages.map { $0.encoded()[0] } == Array(1...15))
        #expect(Self.records.map { $0.encoded()[0] } == [1, 1, 1, 1, 2, 3, 4, 5, 6, 7])
        #expect(Self.records.prefix(4).map { $0.encoded()[1] } == [1, 2, 3, 4])
        #expect(Self.evidence.map { $0.encoded()[0] } == Array(1...6))
    }

    @Test func noLayoutHasChanged() {
        let everything =
            Self.messages.flatMap { $0.encoded() } + Self.records.flatMap { $0.encoded() }
            + Self.evidence.flatMap { $0.encoded() }
        #expect(
            Digest.sha256(everything).description == "9daac6324fcfe824ccf39e0e2967b4a3e214f0911a935382d7eee17b02d8c898")
    }

    // MARK: Round trips and bad input

    @Test func whatIsWrittenIsReadBack() throws {
        for message in Self.messages { #expect(try PeerMessage(decoding: message.encoded()) == message) }
        for record in Self.records { #expect(try Record(decoding: record.encoded()) == record) }
        for evidence in Self.evidence { #expect(try Evidence(decoding: evidence.encoded()) == evidence) }
    }

    @Test func nothingThatIsCutShortIsRead() {
        for message in Self.messages {
            let bytes = message.encoded()
            for count in bytes.indices {
                #expect(throws: WireError.self) { try PeerMessage(decoding: Array(bytes.prefix(count))) }
            }
            #expect(throws: WireError.trailing(count: 1)) { try PeerMessage(decoding: bytes + [0]) }
        }
    }

    @Test func aFlippedByteIsRefusedOrAnotherMessage() {
        for message in Self.messages {
            let bytes = message.encoded()
            for index in bytes.indices {
                var other = bytes
                other[index] ^= 0x41
                guard let read = try? PeerMessage(decoding: other) else { continue }
                #expect(read.encoded() == other, "one value, one encoding")
            }
        }
    }

    @Test func whatHasNoMeaningIsRefused() {
        func refused(_ hex: String) -> WireError? {
            do throws(WireError) {
                _ = try PeerMessage(decoding: Hex.decode(hex) ?? [])
                return nil
            } catch { return error }
        }
        let epoch = "0000000000000001"
        let zero = Digest.zero.description
        #expect(refused("00") == .invalid(field: "message kind", value: 0))
        #expect(refused("10") == .invalid(field: "message kind", value: 16))
        #expect(refused("0504" + epoch) == .invalid(field: "vote kind", value: 4))
        #expect(refused("0502" + epoch + epoch + Keys.chain.description) == .invalid(field: "nullified hash", value: 1))
        #expect(refused("0501" + epoch + "0000000000000000" + zero) == .invalid(field: "view", value: 0))
        #expect(refused("02" + epoch + "0080") == .invalid(field: "validator", value: 128))
        #expect(refused("0b" + epoch + epoch + "0000000000000022") == .invalid(field: "views", value: 34))
        #expect(refused("08" + "00000101") == .tooLong(count: 257, limit: 256))
        #expect(refused("08" + "00000000") == .invalid(field: "cars", value: 0))
    }

    @Test func aCarThatLiesAboutItsSizeIsRefused() {
        let bytes = PeerMessage.car(Keys.car(Self.car)).encoded()
        var count = bytes
        count[1 + 82 + 3] = 4
        #expect(throws: WireError.invalid(field: "car count", value: 4)) { try PeerMessage(decoding: count) }
        var size = bytes
        size[1 + 86 + 3] = 9
        #expect(throws: WireError.invalid(field: "car bytes", value: 9)) { try PeerMessage(decoding: size) }
    }

    @Test func aBlockWithAnotherBodyIsRefused() {
        var bytes = Self.block.encoded()
        bytes[bytes.count - 6] ^= 1
        #expect(throws: WireError.invalid(field: "block body", value: 1)) { try Block(decoding: bytes) }
    }

    @Test func theLargestMessagesFitTheirBound() {
        let item = [UInt8](repeating: 1, count: ConsensusLimits.carBytes / 2)
        let car = Keys.car(
            Car(epoch: 1, lane: 0, after: .origin, items: [item, item], sealedAt: Timestamp(milliseconds: 0)))
        #expect(PeerMessage.car(car).encoded().count < ConsensusLimits.messageBytes)
        // An answer is closed at a mebibyte and a car; a history at a mebibyte, the largest block and its links.
        let proof = 66 + 64 * (ConsensusLimits.validators / 3 + 1)
        let block = 200 + ConsensusLimits.validators * proof
        let history = ConsensusLimits.answerBytes + block + ConsensusLimits.linksPerHistory * 104
        #expect(history + 64 * ConsensusLimits.validators < ConsensusLimits.messageBytes)
    }
}
