import Cryptography
import Testing
import Wire

@testable import Transport

@Suite struct FrameDecoderTests {
    @Test func framesComeOutHoweverTheBytesAreCut() throws {
        let frames: [[UInt8]] = [[1], [2, 3], [UInt8](repeating: 4, count: 70_000), [5]]
        let stream = frames.flatMap { FrameDecoder.header(count: $0.count) + $0 }
        for chunk in [1, 3, 4, 5, 1_000, stream.count] {
            var decoder = FrameDecoder(limit: 70_000)
            var found: [[UInt8]] = []
            for start in stride(from: 0, to: stream.count, by: chunk) {
                decoder.append(Array(stream[start..<min(start + chunk, stream.count)]))
                while let frame = try decoder.next() { found.append(frame) }
            }
            #expect(found == frames)
        }
    }

    @Test func theLengthIsJudgedBeforeTheFrameIsThere() {
        var decoder = FrameDecoder(limit: 100)
        decoder.append([0, 0, 0, 101])
        #expect(throws: FrameDecoder.Fault.tooLong(count: 101, limit: 100)) { try decoder.next() }
        var other = FrameDecoder(limit: 100)
        other.append([255, 255, 255, 255])
        #expect(throws: FrameDecoder.Fault.tooLong(count: 4_294_967_295, limit: 100)) { try other.next() }
    }

    @Test func anEmptyFrameIsAFault() {
        var decoder = FrameDecoder(limit: 100)
        decoder.append([0, 0, 0, 0])
        #expect(throws: FrameDecoder.Fault.empty) { try decoder.next() }
    }

    @Test func aHeaderIsFourBytesTheHighestFirst() {
        #expect(FrameDecoder.header(count: 0x0102_0304) == [1, 2, 3, 4])
    }
}

@Suite struct GreetingTests {
    private let greeting = Greeting(committee: Digest.sha256([]), epoch: 3, from: 2, to: 258)
    private let golden =
        "574d504c" + "0003" + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        + "0000000000000003" + "00000002" + "00000102"

    @Test func theBytesAreThese() throws {
        #expect(Hex.encode(greeting.encoded()) == golden)
        #expect(greeting.encoded().count == Greeting.encodedBytes)
        #expect(try Greeting(decoding: greeting.encoded()) == greeting)
    }

    @Test func whatIsNotAGreetingIsRefused() {
        let bytes = greeting.encoded()
        for count in 0..<bytes.count {
            #expect(throws: WireError.self) { try Greeting(decoding: Array(bytes[..<count])) }
        }
        #expect(throws: WireError.trailing(count: 1)) { try Greeting(decoding: bytes + [0]) }
        #expect(throws: WireError.invalid(field: "version", value: 1)) {
            try Greeting(decoding: Array(bytes[..<5]) + [1] + Array(bytes[6...]))
        }
        #expect(throws: WireError.invalid(field: "magic", value: 0x474D_504C)) {
            try Greeting(decoding: [0x47] + Array(bytes[1...]))
        }
    }
}

@Suite struct BackoffTests {
    @Test func pausesDoubleUpToTheLongest() {
        var backoff = Backoff(shortest: 100, longest: 1_000)
        let pauses = (0..<6).map { _ in backoff.next { _ in 0 } }
        #expect(pauses == [100, 200, 400, 800, 1_000, 1_000])
        backoff.reset()
        #expect(backoff.next { _ in 0 } == 100)
    }

    @Test func aPauseIsAtLeastHalfItsStep() {
        var backoff = Backoff(shortest: 100, longest: 1_000)
        #expect(backoff.next { $0 - 1 } == 50)
        #expect(backoff.next { $0 - 1 } == 100)
        #expect(backoff.next { bound in bound / 2 } == 300)
    }

    @Test func theShortestPauseIsNotNothing() {
        var backoff = Backoff(shortest: 1, longest: 1)
        #expect(backoff.next { $0 - 1 } == 1)
    }
}
