import Cryptography
import Testing

@testable import TransparencyLog

@Test(arguments: [
    (LogPath.checkpoint, "checkpoint"),
    (.tile(level: 0, index: 0, width: 256), "tile/0/000"),
    (.tile(level: 1, index: 999, width: 17), "tile/1/999.p/17"),
    (.tile(level: 7, index: 1_234_067, width: 256), "tile/7/x001/x234/067"),
    (.entries(index: 1000, width: 255), "tile/entries/x001/000.p/255"),
    (.entries(index: 72_057_594_037_927_935, width: 1), "tile/entries/x072/x057/x594/x037/x927/935.p/1"),
])
func aPathHasOneSpelling(path: LogPath, text: String) {
    #expect(path.text == text)
    #expect(LogPath(text) == path)
}

@Test(arguments: [
    "", "/", "checkpoint/", "tile", "tile/0", "tile/0/", "tile/00/000", "tile/8/000", "tile/a/000", "tile/0/00",
    "tile/0/0000",
    "tile/0/x000/001", "tile/0/001/x002", "tile/0/001/002", "tile/0/x001", "tile/0/000.p", "tile/0/000.p/",
    "tile/0/000.p/0",
    "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/2", "tile/0/../000", "tile/entries/000.q/1", "Tile/0/000",
    "tile/entries/x999/x999/x999/x999/x999/x999/999", "new", "tile/0/000 ",
])
func anythingElseIsNoPath(text: String) {
    #expect(LogPath(text) == nil)
}

@Test func theTilesOfALogAreThoseOfTheSpecification() throws {
    // The example of tlog-tiles: a log of 70,000 entries.
    #expect(OpenTiles.widths(at: 70_000) == [112, 17, 1])
    #expect(OpenTiles.widths(at: 256) == [0, 1])
    #expect(OpenTiles.widths(at: 0) == [])
    var growth = TileGrowth()
    for index in 0..<600 { growth.append(entry(index)) }
    let full = growth.takeFull().map(\.path.text)
    #expect(full == ["tile/entries/000", "tile/0/000", "tile/entries/001", "tile/0/001"])
    #expect(growth.partial.map(\.path.text) == ["tile/entries/002.p/88", "tile/0/002.p/88", "tile/1/000.p/2"])
    #expect(growth.takeFull().isEmpty)
}

@Test func aTileHasItsHashesAndABundleItsEntries() throws {
    var growth = TileGrowth()
    for index in 0..<300 { growth.append(entry(index)) }
    let files = Dictionary(uniqueKeysWithValues: (growth.takeFull() + growth.partial).map { ($0.path.text, $0.bytes) })
    #expect(files["tile/0/000"] == leaves(256).flatMap(\.bytes))
    #expect(files["tile/0/001.p/44"] == leaves(300).dropFirst(256).flatMap(\.bytes))
    #expect(files["tile/1/000.p/1"] == tree(256).root.bytes)
    #expect(files["tile/entries/001.p/44"]?.starts(with: [0, 9] + Array("entry 256".utf8)) == true)
    #expect(files.count == 5)
}

@Test func aTileOfTheThirdLevelIsFilledByItsTiles() throws {
    var tiles = OpenTiles()
    var full: [OpenTiles.Full] = []
    for _ in 0..<(65_536 + 3) { full += tiles.append(leaf: Digest.zero) }
    var root = Digest.zero
    for _ in 0..<16 { root = Merkle.node(root, root) }
    #expect(tiles.levels.map(\.count) == [3, 0, 1])
    #expect(tiles.levels[2] == [root])
    #expect(full.count == 257 && full.last?.level == 1 && full.last?.index == 0)
    #expect(tiles.root == Merkle.node(root, Merkle.node(Merkle.node(Digest.zero, Digest.zero), Digest.zero)))
}

@Test func growthHasTheRootOfTheTree() {
    var growth = TileGrowth()
    var tree = Tree()
    for index in 0..<300 {
        #expect(growth.root == tree.root)
        growth.append(entry(index))
        tree.append(leaf: Merkle.leaf(entry(index)))
    }
}

@Test func growthGoesOnFromItsFiles() throws {
    let committee = try Committee()
    let whole = try TileGrowth(resuming: 800, from: MemorySource.log([800], committee: committee))
    for size in [0, 255, 256, 300, 700] {
        let source = try MemorySource.log([size], committee: committee)
        var resumed = try TileGrowth(resuming: UInt64(size), from: source)
        for index in size..<800 { resumed.append(entry(index)) }
        #expect(resumed.root == whole.root && resumed.partial == whole.partial)
    }
}

@Test func proofsFromTilesAreThoseOfTheTree() throws {
    let source = try MemorySource.log([1000], committee: try Committee())
    let tree = tree(1000)
    var dice = Dice(state: 4)
    let reader = TileReader(source, size: 1000)
    for _ in 0..<20 {
        let index = UInt64.random(in: 0..<1000, using: &dice)
        #expect(try reader.entry(at: index) == entry(Int(index)))
        #expect(try reader.inclusionProof(of: index) == tree.inclusionProof(of: index))
        #expect(try reader.consistencyProof(from: index) == tree.consistencyProof(from: index, to: 1000))
        #expect(try reader.root(at: index) == tree.root(at: index))
    }
}

@Test func aReaderTakesTheFullFileWhereThePartialOneIsGone() throws {
    var source = try MemorySource.log([300, 600], committee: try Committee())
    for path in source.files.keys where path.contains("001.p/44") { source.files[path] = nil }
    let reader = TileReader(source, size: 300)
    #expect(try reader.root(at: 300) == tree(300).root)
    #expect(try reader.entry(at: 299) == entry(299))
}

@Test func aReaderSaysWhatItMisses() throws {
    var source = try MemorySource.log([300], committee: try Committee())
    source.files["tile/0/000"] = nil
    source.files["tile/entries/001.p/44"]?[1] = 200
    let reader = TileReader(source, size: 300)
    #expect(throws: LogError.unavailable(path: "tile/0/000", .missing)) { try reader.inclusionProof(of: 3) }
    #expect(throws: LogError.badBundle(path: "tile/entries/001.p/44")) { try reader.entry(at: 257) }
    #expect(throws: LogError.outside(index: 300, size: 300)) { try reader.entry(at: 300) }
    #expect(throws: LogError.rollback(size: 300, seen: 301)) { try reader.consistencyProof(from: 301) }
    source.files["tile/0/000"] = [UInt8](repeating: 0, count: 8191)
    #expect(throws: LogError.badLength(path: "tile/0/000", bytes: 8191, expected: 8192)) {
        try TileReader(source, size: 300).inclusionProof(of: 3)
    }
}

@Test func aBundleIsReadStrictly() {
    let entries = [[], [1], [UInt8](repeating: 7, count: 65_535)] as [[UInt8]]
    let bundle = EntryBundle.bytes(of: entries)
    #expect(bundle.prefix(5) == [0, 0, 0, 1, 1])
    #expect(EntryBundle.entries(in: bundle, count: 3) == entries)
    #expect(EntryBundle.entries(in: bundle, count: 2) == nil)
    #expect(EntryBundle.entries(in: bundle, count: 4) == nil)
    #expect(EntryBundle.entries(in: Array(bundle.dropLast()), count: 3) == nil)
    #expect(EntryBundle.entries(in: bundle + [0], count: 3) == nil)
    #expect(EntryBundle.entries(in: [], count: 0) == [])
}
