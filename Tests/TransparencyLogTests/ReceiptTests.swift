import Cryptography
import Testing

@testable import TransparencyLog

/// Made by a Python script with the `cryptography` package, and accepted by `logcheck` with this policy.
private let golden = """
    c2sp.org/tlog-proof@v1
    index 4
    n/U3thiiV++CkIxFkVrLrrbZ3qA11tk5ZPyIwZ6YyLM=
    vhV4G2KKKEFMHIoRuG24Qi+hBBIV/g18RJbSPNoeQUI=
    l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=

    waymark.example/test
    7
    mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=

    — waymark.example/test yq0/8nmQBNteaSpQ/5Fb5dE5VWW9aGYaf4IuvDErR+crEgXK+TU/OXf99hJiMNAEnfu+ViMZFMp19ITXaqDVkYfQUAo=
    — waymark.example/test/validator-0 nNRhoAAAAABlU/EAaslxwYB88YLuMUlbC+b6lEyPupHwJr3wOuBtxR1zbN3MJk97/JtFiVf0KFxNjniQboIF6cRo1uORP+LKrZIHBQ==
    — waymark.example/test/validator-1 xuLLzgAAAABlU/EAp7cZD/yFdKVBdXHLHxd/r+recHYL5vW91VyJwrFewdPPpJNx9PXJJQAcBdKP2B/303kYBrPvUtSbi1O6zcSgCw==

    """

private let policyText = """
    log waymark.example/test+caad3ff2+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
    witness validator-0 waymark.example/test/validator-0+9cd461a0+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU
    witness validator-1 waymark.example/test/validator-1+c6e2cbce+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR
    group validators 2 validator-0 validator-1
    quorum validators

    """

private func receipt() throws -> InclusionReceipt { try InclusionReceipt(parsing: Array(golden.utf8)) }

private func policy() throws -> Policy { try Policy(parsing: Array(policyText.utf8)) }

@Test func aReceiptThatPythonMadeIsReadPrintedAndVerified() throws {
    let receipt = try receipt()
    #expect(receipt.index == 4 && receipt.extra == nil && receipt.text == golden)
    #expect(tree(7).inclusionProof(of: 4) == receipt.proof)
    let endorsement = try receipt.verify(entry: entry(4), policy: policy())
    #expect(endorsement.cosigners.map(\.seconds) == [1_700_000_000, 1_700_000_000])
}

@Test func extraBytesAreCarriedAndBelievedByNobody() throws {
    var receipt = try receipt()
    receipt.extra = Array("salt".utf8)
    #expect(receipt.text.hasPrefix("c2sp.org/tlog-proof@v1\nextra c2FsdA==\nindex 4\n"))
    #expect(try InclusionReceipt(parsing: receipt.bytes) == receipt)
    try receipt.verify(entry: entry(4), policy: policy())
}

@Test func theOnlyEntryOfALogNeedsNoHashes() throws {
    let head = try #require(Checkpoint(origin: "waymark.example/test", size: 1, root: tree(1).root))
    let lines = try [2, 3].map { seed in
        try #require(
            head.cosignature(name: "waymark.example/test/validator-\(seed - 2)", key: try key(UInt8(seed)), seconds: 1))
    }
    let signed = SignedCheckpoint(head, signatures: [head.logSignature(key: try key(1))] + lines)
    let receipt = InclusionReceipt(index: 0, proof: [], signed: signed)
    #expect(try InclusionReceipt(parsing: receipt.bytes) == receipt)
    try receipt.verify(entry: entry(0), policy: policy())
}

@Test func aReceiptIsForOneEntryAtOneIndexUnderOneHead() throws {
    let policy = try policy()
    let good = try receipt()
    #expect(throws: LogError.notIncluded(index: 4, size: 7)) { try good.verify(entry: entry(5), policy: policy) }
    var moved = good
    moved.index = 5
    #expect(throws: LogError.notIncluded(index: 5, size: 7)) { try moved.verify(entry: entry(4), policy: policy) }
    moved.index = 7
    #expect(throws: LogError.outside(index: 7, size: 7)) { try moved.verify(entry: entry(4), policy: policy) }
    var bent = good
    bent.proof[1] = Digest.zero
    #expect(throws: LogError.notIncluded(index: 4, size: 7)) { try bent.verify(entry: entry(4), policy: policy) }
    var unsigned = good
    unsigned.signed.signatures.removeLast()
    #expect(throws: LogError.quorumMissing(quorum: "validators", cosigned: ["validator-0"])) {
        try unsigned.verify(entry: entry(4), policy: policy)
    }
    var twice = good
    twice.signed.signatures[2] = twice.signed.signatures[1]
    #expect(throws: LogError.quorumMissing(quorum: "validators", cosigned: ["validator-0"])) {
        try twice.verify(entry: entry(4), policy: policy)
    }
}

@Test func everyFlippedByteOfAReceiptIsNoticed() throws {
    let policy = try policy()
    let good = Array(golden.utf8)
    for position in good.indices {
        var bad = good
        bad[position] ^= 1
        #expect(throws: LogError.self, "byte \(position)") {
            try InclusionReceipt(parsing: bad).verify(entry: entry(4), policy: policy)
        }
    }
}

@Test(arguments: [
    ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2", 1),
    ("index 4", "index 04", 2),
    ("index 4", "index", 2),
    ("index 4", "extra *\nindex 4", 2),
    ("index 4\n", "", 2),
    ("n/U3thiiV++CkIxFkVrLrrbZ3qA11tk5ZPyIwZ6YyLM=", "n/U3", 3),
    ("4=\n\nway", "4=\nway", 6),
])
func aMalformedReceiptIsRefusedAtItsLine(part: String, bad: String, line: Int) {
    #expect {
        try InclusionReceipt(parsing: Array(golden.replacing(part, with: bad).utf8))
    } throws: { error in
        guard case .malformed(line, _) = error as? LogError else { return false }
        return true
    }
}
