import Cryptography
import Testing

@testable import TransparencyLog

/// A head of Go's checksum database, the example of C2SP's tlog-checkpoint: a log that has signed for years.
private let goCheckpoint = """
    go.sum database tree
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

    """

/// Made by a Python script with the `cryptography` package: log key of seed 01…, cosigning keys of seeds 02… and 03….
private let golden = """
    waymark.example/test
    7
    mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=

    — waymark.example/test yq0/8nmQBNteaSpQ/5Fb5dE5VWW9aGYaf4IuvDErR+crEgXK+TU/OXf99hJiMNAEnfu+ViMZFMp19ITXaqDVkYfQUAo=
    — waymark.example/test/validator-0 nNRhoAAAAABlU/EAaslxwYB88YLuMUlbC+b6lEyPupHwJr3wOuBtxR1zbN3MJk97/JtFiVf0KFxNjniQboIF6cRo1uORP+LKrZIHBQ==
    — waymark.example/test/validator-1 xuLLzgAAAABlU/EAp7cZD/yFdKVBdXHLHxd/r+recHYL5vW91VyJwrFewdPPpJNx9PXJJQAcBdKP2B/303kYBrPvUtSbi1O6zcSgCw==

    """

@Test func aHeadOfAnotherLogIsReadAndItsSignatureVerifies() throws {
    let signed = try SignedCheckpoint(parsing: Array(goCheckpoint.utf8))
    let key = try VerifierKey(parsing: "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    #expect(signed.checkpoint.size == 20_852_163)
    #expect(key.verifies(signed.signatures[0], over: signed.checkpoint))
    #expect(signed.text == goCheckpoint)
}

@Test func aSignedHeadHasTheBytesThatPythonGave() throws {
    let head = try #require(Checkpoint(origin: "waymark.example/test", size: 7, root: tree(7).root))
    let cosignatures = try (0...1).map { number in
        try #require(
            head.cosignature(
                name: "waymark.example/test/validator-\(number)", key: try key(UInt8(2 + number)),
                seconds: 1_700_000_000))
    }
    let signed = SignedCheckpoint(head, signatures: [head.logSignature(key: try key(1))] + cosignatures)
    #expect(signed.text == golden)
    #expect(try SignedCheckpoint(parsing: Array(golden.utf8)) == signed)
}

@Test func verifierKeysHaveTheTextThatPythonGave() throws {
    let logKey = try #require(
        VerifierKey(name: "waymark.example/test", kind: .log, publicKey: try key(1).publicKey))
    let cosigner = try #require(
        VerifierKey(name: "waymark.example/test/validator-0", kind: .cosigner, publicKey: try key(2).publicKey))
    #expect(logKey.text == "waymark.example/test+caad3ff2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c")
    #expect(cosigner.text == "waymark.example/test/validator-0+9cd461a0+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU")
    #expect(try VerifierKey(parsing: logKey.text) == logKey)
    #expect(try VerifierKey(parsing: cosigner.text) == cosigner)
}

@Test(arguments: [
    ("no fields", "not name+id+key"),
    ("+caad3ff2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", "bad name"),
    ("a b+caad3ff2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", "bad name"),
    ("a+caad3ff2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", "the id is not the key's"),
    ("waymark.example/test+CAAD3FF2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", "the id is not the key's"),
    ("waymark.example/test+caad3ff2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29", "not base64"),
    ("waymark.example/test+caad3ff2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0Dw==", "not 32 bytes of key"),
    ("waymark.example/test+caad3ff2+BoqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", "unsupported type 6"),
])
func aBadVerifierKeyIsRefused(text: String, reason: String) {
    #expect(throws: LogError.badKey(reason)) { try VerifierKey(parsing: text) }
}

@Test func aSignatureIsOfOneKeyOneKindAndOneHead() throws {
    let head = try #require(Checkpoint(origin: "a.example", size: 7, root: tree(7).root))
    let later = try #require(Checkpoint(origin: "a.example", size: 8, root: tree(8).root))
    let pair = try key(1)
    let logKey = try #require(VerifierKey(name: "a.example", kind: .log, publicKey: pair.publicKey))
    let cosigner = try #require(VerifierKey(name: "a.example", kind: .cosigner, publicKey: pair.publicKey))
    let signature = head.logSignature(key: pair)
    let cosignature = try #require(head.cosignature(name: "a.example", key: pair, seconds: 9))
    #expect(logKey.verifies(signature, over: head) && cosigner.verifies(cosignature, over: head))
    #expect(!logKey.verifies(signature, over: later) && !cosigner.verifies(cosignature, over: later))
    #expect(!logKey.verifies(cosignature, over: head) && !cosigner.verifies(signature, over: head))

    var otherTime = cosignature
    otherTime.bytes[7] ^= 1
    #expect(!cosigner.verifies(otherTime, over: head))
    var long = signature
    long.bytes.insert(0, at: 0)
    #expect(!logKey.verifies(long, over: head))
    #expect(head.cosignature(name: "a.example", key: pair, seconds: 1 << 63) == nil)
}

@Test func namesAreComparedByTheirOctets() throws {
    let pair = try key(1)
    let kelvin = try #require(VerifierKey(name: "\u{212A}", kind: .log, publicKey: pair.publicKey))
    let latin = try #require(VerifierKey(name: "K", kind: .log, publicKey: pair.publicKey))
    #expect(kelvin != latin)
    let heads = ["\u{212A}", "K"].map { Checkpoint(origin: $0, size: 1, root: Digest.zero) }
    #expect(heads[0] != heads[1])
}

@Test(arguments: ["", "a b", "a+b", "a\u{00A0}b", "a\nb"])
func aLogCannotBeCalledThat(name: String) {
    #expect(Checkpoint(origin: name, size: 0, root: Digest.sha256([])) == nil)
}

@Test(arguments: [
    ("a\n07\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n", 2),
    ("a\n-7\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n", 2),
    ("a\n18446744073709551616\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n", 2),
    ("a\n7\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYd=\n", 3),
    ("a\n7\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tQ==\n", 3),
    ("a\n7\n mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n", 3),
    ("a\n7\n", 3),
    ("\n7\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n", 1),
])
func aMalformedBodyIsRefusedAtItsLine(body: String, line: Int) throws {
    let signature = try #require(Checkpoint(origin: "a", size: 7, root: tree(7).root)).logSignature(key: try key(1))
    let text = body + "\n" + signature.line + "\n"
    #expect {
        try SignedCheckpoint(parsing: Array(text.utf8))
    } throws: { error in
        guard case .malformed(line, _) = error as? LogError else { return false }
        return true
    }
}

@Test func aMalformedNoteIsRefused() {
    func read(_ text: String) throws -> SignedCheckpoint { try SignedCheckpoint(parsing: Array(text.utf8)) }
    #expect(throws: LogError.unfinishedLine) { try read(String(golden.dropLast())) }
    #expect(throws: LogError.unfinishedLine) { try read("") }
    #expect(throws: LogError.notText) { try SignedCheckpoint(parsing: [0xFF, 0x0A]) }
    #expect(throws: LogError.malformed(line: 1, expected: "no control characters")) {
        try read(golden.replacing("waymark.example/test\n7", with: "waymark.example/test\r\n7"))
    }
    #expect(throws: LogError.malformed(line: 5, expected: "a signature")) {
        try read(golden.replacing("— ", with: "- "))
    }
    #expect(throws: LogError.malformed(line: 5, expected: "a signature")) {
        try read(String(golden.prefix(while: { $0 != "—" })))
    }
    #expect(throws: LogError.malformed(line: 6, expected: "a signature")) {
        try read(golden.replacing("=\n— w", with: "=\nx— w"))
    }
    #expect(throws: LogError.tooManySignatures(limit: 100)) {
        try read(
            "a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n" + String(repeating: "— a AAAAAAA=\n", count: 101))
    }
    #expect(throws: LogError.tooLong(bytes: (1 << 20) + 1, limit: 1 << 20)) {
        try SignedCheckpoint(parsing: [UInt8](repeating: 0x0A, count: (1 << 20) + 1))
    }
}

@Test func base64IsCanonical() {
    #expect(Base64.encode([]).isEmpty)
    #expect(
        ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map { Base64.encode(Array($0.utf8)) }
            == ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"])
    var dice = Dice(state: 3)
    for count in 0..<100 {
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &dice) }
        #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
    }
    for bad in ["Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm 9", "Zm-_"] {
        #expect(Base64.decode(bad.utf8) == nil, "\(bad)")
    }
}
