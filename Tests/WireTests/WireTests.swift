import Testing
import Wire

@Test func integersAreWrittenBigEndian() {
    var writer = Writer()
    writer.write(UInt16(0x0102))
    writer.write(UInt64(0x0304_0506_0708_090A))
    writer.write(Int32(-2))
    writer.write(true)
    #expect(writer.bytes == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xFF, 0xFF, 0xFF, 0xFE, 1])
}

@Test func whatWasWrittenIsReadBack() throws {
    var writer = Writer()
    writer.write(UInt8(200))
    writer.write(Int64.min)
    writer.write(counted: [1, 2, 3])
    writer.write(each: [7, 8] as [UInt16]) { $0.write($1) }
    var reader = Reader(writer.bytes)
    #expect(try reader.read(UInt8.self) == 200)
    #expect(try reader.read(Int64.self) == Int64.min)
    #expect(try reader.readCounted(atMost: 3) == [1, 2, 3])
    let elements = try reader.readEach(atMost: 2) { (reader) throws(WireError) in try reader.read(UInt16.self) }
    #expect(elements == [7, 8])
    try reader.finish()
}

@Test func aCutFieldSaysWhatIsMissing() {
    var reader = Reader([1, 2, 3])
    #expect(throws: WireError.truncated(needed: 4, left: 3)) { try reader.read(UInt32.self) }
}

@Test func aCountAboveItsBoundIsRefusedBeforeItsBytesAreRead() {
    var reader = Reader([0xFF, 0xFF, 0xFF, 0xFF])
    #expect(throws: WireError.tooLong(count: 4_294_967_295, limit: 16)) { try reader.readCounted(atMost: 16) }
}

@Test func aByteThatIsNeitherZeroNorOneIsNoBool() {
    var reader = Reader([2])
    #expect(throws: WireError.invalid(field: "bool", value: 2)) { try reader.readBool() }
}

@Test func bytesAfterTheEndAreRefused() {
    #expect(throws: WireError.trailing(count: 1)) { try Reader([0]).finish() }
}
