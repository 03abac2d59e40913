import Cryptography
import Testing

@testable import TransparencyLog

private func witness(_ number: UInt8) throws -> String {
    let pair = try key(100 + number)
    return try #require(VerifierKey(name: "w\(number)", kind: .cosigner, publicKey: pair.publicKey)).text
}

private func log() throws -> String {
    try #require(VerifierKey(name: "a.example", kind: .log, publicKey: try key(99).publicKey)).text
}

private func signed(by cosigners: [UInt8]) throws -> SignedCheckpoint {
    let head = try #require(Checkpoint(origin: "a.example", size: 7, root: tree(7).root))
    let lines = try cosigners.map { try #require(head.cosignature(name: "w\($0)", key: try key(100 + $0), seconds: 5)) }
    return SignedCheckpoint(head, signatures: [head.logSignature(key: try key(99))] + lines)
}

@Test func aCommitteesPolicyIsOneLineAFact() throws {
    let members = try (0..<2).map { number in
        Policy.Member(
            name: "validator-\(number)",
            logKey: try #require(
                VerifierKey(name: "waymark.example/test", kind: .log, publicKey: try key(UInt8(10 + number)).publicKey)),
            cosigningKey: try #require(
                VerifierKey(
                    name: "waymark.example/test/validator-\(number)", kind: .cosigner,
                    publicKey: try key(UInt8(2 + number)).publicKey)))
    }
    let policy = try Policy(committee: members, quorum: 2)
    #expect(
        policy.text == """
            log \(members[0].logKey.text)
            log \(members[1].logKey.text)
            witness validator-0 waymark.example/test/validator-0+9cd461a0+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU
            witness validator-1 waymark.example/test/validator-1+c6e2cbce+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR
            group validators 2 validator-0 validator-1
            quorum validators

            """)
    #expect(try Policy(parsing: policy.bytes) == policy)
}

@Test func aPolicyReadsWhatTheFormatAllows() throws {
    let text = """
        # people's own words, in any language: città
        \t log  \(try log())   https://a.example/\t

        witness Ä \(try witness(1)) https://w1.example/
        witness K \(try witness(2))
        witness \u{212A} \(try witness(3))
        group both all Ä K
        group one any both \u{212A}
        quorum one
        """
    let policy = try Policy(parsing: Array(text.utf8))
    #expect(policy.logs.count == 1 && policy.witnesses.count == 3)
    #expect(policy.logs[0].url == Array("https://a.example/".utf8))
    #expect(policy.groups.map(\.threshold) == [2, 1])
    #expect(try Policy(parsing: policy.bytes) == policy)
    try policy.evaluate(try signed(by: [3]))
    try policy.evaluate(try signed(by: [1, 2]))
    #expect(throws: LogError.quorumMissing(quorum: "one", cosigned: ["K"])) { try policy.evaluate(try signed(by: [2])) }
}

@Test func twoLevelsOfGroupsAreCounted() throws {
    let lines = try (UInt8(1)...6).map { "witness \($0) \(try witness($0))\n" }.joined()
    let text = "log \(try log())\n\(lines)group x 2 1 2 3\ngroup y any 4 5 6\ngroup both all x y\nquorum both\n"
    let policy = try Policy(parsing: Array(text.utf8))
    for subset in 0..<UInt8(64) {
        let cosigners = (UInt8(1)...6).filter { subset >> ($0 - 1) & 1 == 1 }
        let isEnough = cosigners.filter { $0 <= 3 }.count >= 2 && cosigners.contains { $0 > 3 }
        let accepted = (try? policy.evaluate(try signed(by: cosigners))) != nil
        #expect(accepted == isEnough, "\(cosigners)")
    }
}

@Test func anEndorsementNamesWhoSignedAndWhen() throws {
    let text = "log \(try log())\nwitness one \(try witness(1))\nquorum one\n"
    let policy = try Policy(parsing: Array(text.utf8))
    let endorsement = try policy.evaluate(try signed(by: [1, 2]))
    #expect(endorsement.logs.map(\.name) == ["a.example"])
    #expect(endorsement.cosigners == [.init(name: Array("one".utf8), seconds: 5)])
}

@Test func quorumNoneNeedsTheLogAlone() throws {
    let policy = try Policy(parsing: Array("log \(try log())\nquorum none\n".utf8))
    try policy.evaluate(try signed(by: []))
    #expect(try Policy(parsing: policy.bytes) == policy)
    let nobody = try Policy(parsing: Array("quorum none\n".utf8))
    #expect(throws: LogError.unsigned(origin: "a.example")) { try nobody.evaluate(try signed(by: [])) }
}

@Test func aHeadNeedsTheLogsOwnSignatureUnderItsOwnOrigin() throws {
    let policy = try Policy(parsing: Array("log \(try log())\nwitness one \(try witness(1))\nquorum one\n".utf8))
    var unsigned = try signed(by: [1])
    unsigned.signatures.removeFirst()
    #expect(throws: LogError.unsigned(origin: "a.example")) { try policy.evaluate(unsigned) }

    // The log's key signs a head of another origin, under its own name.
    let foreign = try #require(Checkpoint(origin: "b.example", size: 7, root: tree(7).root))
    let logKey = try VerifierKey(parsing: try log())
    let lines = [
        logKey.signature(try key(99).sign(foreign.logMessage)),
        try #require(foreign.cosignature(name: "w1", key: try key(101), seconds: 5)),
    ]
    #expect(throws: LogError.unsigned(origin: "b.example")) {
        try policy.evaluate(SignedCheckpoint(foreign, signatures: lines))
    }
}

@Test func aBadSignatureOfAKnownKeyCondemnsTheHead() throws {
    let policy = try Policy(
        parsing: Array(
            "log \(try log())\nwitness one \(try witness(1))\nwitness two \(try witness(2))\nquorum one\n".utf8))
    var head = try signed(by: [1, 2])
    head.signatures[2].bytes[20] ^= 1
    #expect(throws: LogError.badSignature(name: "w2")) { try policy.evaluate(head) }
    #expect(policy.objections(to: head) == [.badSignature(name: "w2")])
}

@Test func whoSignsTwiceCountsOnce() throws {
    let text =
        "log \(try log())\nwitness one \(try witness(1))\nwitness two \(try witness(2))\ngroup g 2 one two\nquorum g\n"
    let policy = try Policy(parsing: Array(text.utf8))
    let twice = try signed(by: [1, 1])
    #expect(throws: LogError.quorumMissing(quorum: "g", cosigned: ["one"])) { try policy.evaluate(twice) }
    #expect(policy.objections(to: twice) == [.repeatedSignature(name: "w1")])
}

@Test func anUnknownSignatureIsIgnoredButNotByAStrictReader() throws {
    let policy = try Policy(parsing: Array("log \(try log())\nwitness one \(try witness(1))\nquorum one\n".utf8))
    let head = try signed(by: [1, 2])
    try policy.evaluate(head)
    #expect(policy.objections(to: head) == [.unknownSignature(name: "w2")])
}

@Test func anEmptyLogHasOneRoot() throws {
    let policy = try Policy(parsing: Array("log \(try log())\nquorum none\n".utf8))
    for (root, isGood) in [(Digest.sha256([]), true), (Digest.zero, false)] {
        let head = try #require(Checkpoint(origin: "a.example", size: 0, root: root))
        let signed = SignedCheckpoint(head, signatures: [head.logSignature(key: try key(99))])
        #expect(((try? policy.evaluate(signed)) != nil) == isGood)
    }
}

@Test func thirtyTwoOfEachAreEnoughRoom() throws {
    var text = ""
    for number in 0..<UInt8(32) {
        let logKey = try #require(VerifierKey(name: "a", kind: .log, publicKey: try key(number).publicKey))
        text += "log \(logKey.text)\nwitness w\(number) \(try witness(number))\n"
        text += "group g\(number) any w\(number)\n"
    }
    text += "group all all \((0..<32).map { "g\($0)" }.joined(separator: " "))\nquorum all\n"
    let policy = try Policy(parsing: Array(text.utf8))
    #expect(policy.logs.count == 32 && policy.witnesses.count == 32 && policy.groups.count == 33)
    #expect(try Policy(parsing: policy.bytes) == policy)
}

@Test func aBadPolicyIsRefusedAtItsLine() throws {
    let (one, two, logLine) = (try witness(1), try witness(2), "log \(try log())\n")
    let cases: [(String, Int)] = [
        ("", 1),
        (logLine, 2),
        (logLine + "quorum a\n", 2),
        (logLine + "quorum none\nquorum none\n", 3),
        (logLine + logLine + "quorum none\n", 2),
        ("log\nquorum none\n", 1),
        ("log \(one)\nquorum none\n", 1),
        ("log nonsense\nquorum none\n", 1),
        ("loge \(one)\n", 1),
        (logLine + "witness a \(try log())\nquorum a\n", 2),
        (logLine + "witness a \(one)\nwitness a \(two)\nquorum a\n", 3),
        (logLine + "witness a \(one)\nwitness b \(one)\nquorum a\n", 3),
        (logLine + "witness none \(one)\nquorum none\n", 2),
        (logLine + "witness a \(one)\ngroup a any a\nquorum a\n", 3),
        (logLine + "witness a \(one)\ngroup g any b\nquorum g\n", 3),
        (logLine + "witness a \(one)\ngroup g any g\nquorum g\n", 3),
        (logLine + "witness a \(one)\ngroup g any none\nquorum g\n", 3),
        (logLine + "witness a \(one)\ngroup g any a a\nquorum g\n", 3),
        (logLine + "witness a \(one)\ngroup g any a\ngroup h any a\nquorum g\n", 4),
        (logLine + "witness a \(one)\ngroup g 0 a\nquorum g\n", 3),
        (logLine + "witness a \(one)\ngroup g 2 a\nquorum g\n", 3),
        (logLine + "witness a \(one)\ngroup g 01 a\nquorum g\n", 3),
        (logLine + "witness a \(one)\ngroup g any\nquorum g\n", 3),
        (logLine + "quorum g\nwitness g \(one)\n", 2),
        (logLine + "quorum none\r\n", 2),
    ]
    for (text, line) in cases {
        #expect("\(text)") {
            try Policy(parsing: Array(text.utf8))
        } throws: { error in
            guard case .badPolicy(line, _) = error as? LogError else { return false }
            return true
        }
    }
}
