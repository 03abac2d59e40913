import Telemetry
import Testing
import Wire

private let rate = TokenRate(perSecond: 10, burst: 3)

private func taken(_ bucket: inout TokenBucket, _ count: Int, at milliseconds: UInt64) -> Int {
    (0..<count).count { _ in bucket.take(atMilliseconds: milliseconds) }
}

@Test func aFullBucketLetsItsBurstPass() {
    var bucket = TokenBucket(rate, atMilliseconds: 1000)
    #expect(taken(&bucket, 5, at: 1000) == 3)
}

@Test func aBucketRefillsAtItsRateToTheMillisecond() {
    var bucket = TokenBucket(rate, atMilliseconds: 0)
    #expect(taken(&bucket, 3, at: 0) == 3)
    #expect(taken(&bucket, 1, at: 99) == 0)
    #expect(taken(&bucket, 2, at: 100) == 1)
    #expect(taken(&bucket, 9, at: 1_000_000) == 3)
}

@Test func inTheLongRunExactlyTheRatePasses() {
    var bucket = TokenBucket(TokenRate(perSecond: 7, burst: 1), atMilliseconds: 0)
    let passed = (1...100_000 as ClosedRange<UInt64>).count { bucket.take(atMilliseconds: $0) }
    #expect(passed == 700)
}

@Test func aClockThatStepsBackEarnsNothing() {
    var bucket = TokenBucket(rate, atMilliseconds: 10_000)
    #expect(taken(&bucket, 3, at: 10_000) == 3)
    #expect(taken(&bucket, 1, at: 0) == 0)
    #expect(taken(&bucket, 1, at: 10_099) == 0)
    #expect(taken(&bucket, 1, at: 10_100) == 1)
}

@Test func theEndOfTimeIsNoTrap() {
    var bucket = TokenBucket(TokenRate(perSecond: .max, burst: .max), atMilliseconds: 0)
    #expect(taken(&bucket, 1, at: .max) == 1)
}

@Test func aRateOfNothingLetsNothingPass() {
    var bucket = TokenBucket(TokenRate(perSecond: 0, burst: 0), at: Instant(milliseconds: 5))
    #expect(bucket.take(at: Instant(milliseconds: 1_000_000)) == false)
}

@Test func aBucketIsReadBackAndNotAboveItsBurst() throws {
    var bucket = TokenBucket(rate, at: Fleet.now)
    _ = bucket.take(at: Fleet.now + 7)
    #expect(bucket.encoded() == [0, 0, 0, 0, 0, 0, 0x07, 0xD0, 0, 0, 1, 0x9A, 0xB6, 0x97, 0xE8, 7])
    var reader = Reader(bucket.encoded())
    #expect(try TokenBucket(rate, from: &reader) == bucket)
    var other = Reader(bucket.encoded())
    #expect(throws: WireError.invalid(field: "token level", value: 2000)) {
        try TokenBucket(TokenRate(perSecond: 10, burst: 1), from: &other)
    }
}
