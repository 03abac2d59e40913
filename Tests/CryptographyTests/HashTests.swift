import Cryptography
import Testing

@Suite struct HashTests {
    @Test func sha256HasTheValuesOfFIPS180() {
        let expected = [
            "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq":
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ]
        for (input, digest) in expected { #expect(Digest.sha256(Array(input.utf8)).description == digest) }
    }

    @Test func hashingInPartsIsHashingTheWhole() {
        let whole = Array(0...255).map { UInt8($0) }
        for cut in [0, 1, 63, 64, 65, 255, 256] {
            #expect(Digest.sha256(parts: [Array(whole[..<cut]), Array(whole[cut...])]) == Digest.sha256(whole))
        }
        #expect(Digest.sha256(parts: []) == Digest.sha256([]))
    }

    @Test func digestsAreOrderedAsTheirBytes() throws {
        let low = try #require(Digest(bytes: [0] + [UInt8](repeating: 255, count: 31)))
        let high = try #require(Digest(bytes: [1] + [UInt8](repeating: 0, count: 31)))
        #expect(low < high)
        #expect(Digest(bytes: [1, 2, 3]) == nil)
    }

    // RFC 4231, test cases 1, 2, 3 and 6 (a key that is longer than a block).
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func hmacHasTheValuesOfRFC4231(key: [UInt8], message: [UInt8], tag: String) {
        #expect(HMACSHA256.authenticate(key: key, parts: [message]).description == tag)
        #expect(HMACSHA256.authenticate(key: key, Array(message[..<3]), Array(message[3...])).description == tag)
    }
}

@Suite struct MerkleTests {
    private let leaves = (0..<7).map { [UInt8($0)] }

    @Test func theEmptyTreeHasTheHashOfNothing() {
        #expect(Merkle.root(of: []) == Digest.sha256([]))
    }

    @Test func aTreeOfOneIsItsLeaf() {
        #expect(Merkle.root(of: [[7]]) == Digest.sha256([0, 7]))
    }

    @Test func theTreeSplitsAtTheLargestPowerOfTwo() {
        let hashes = leaves.map(Merkle.leaf)
        let four = Merkle.node(Merkle.node(hashes[0], hashes[1]), Merkle.node(hashes[2], hashes[3]))
        #expect(Merkle.root(of: Array(leaves[..<4])) == four)
        #expect(Merkle.root(of: Array(leaves[..<5])) == Merkle.node(four, hashes[4]))
        let three = Merkle.node(Merkle.node(hashes[4], hashes[5]), hashes[6])
        #expect(Merkle.root(of: leaves) == Merkle.node(four, three))
    }

    // The tree of eight leaves that Certificate Transparency's reference tests use (RFC 6962's authors).
    @Test func theRootsAreThoseOfTheReferenceTests() {
        let inputs = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
        ]
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        let entries = inputs.compactMap(Hex.decode)
        for (count, root) in zip(1..., roots) { #expect(Merkle.root(of: Array(entries[..<count])).description == root) }
    }

    @Test func aLeafIsNeverANode() {
        let node = Merkle.node(Digest.zero, Digest.zero)
        #expect(Merkle.leaf(Digest.zero.bytes + Digest.zero.bytes) != node)
    }
}

@Suite struct SecureRandomTests {
    @Test func bytesDiffer() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(32).count == 32)
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
    }

    @Test func numbersStayBelowTheirBound() {
        #expect(SecureRandom.number(below: 1) == 0)
        let numbers = (0..<200).map { _ in SecureRandom.number(below: 3) }
        #expect(Set(numbers) == [0, 1, 2])
    }
}

@Suite struct HexTests {
    @Test func hexadecimalGoesThereAndBack() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        #expect(Hex.decode("C0ffEE") == [0xc0, 0xff, 0xee])
        #expect(Hex.decode("") == [])
    }

    @Test(arguments: ["0", "0g", "0x", " 00", "００"])
    func whatIsNotHexadecimalIsNothing(text: String) {
        #expect(Hex.decode(text) == nil)
    }
}

@Suite struct FixedMerkleTreeTests {
    @Test func theRootIsThatOverAllLeavesAsTheyAre() {
        var tree = FixedMerkleTree(levels: 4)
        var leaves = [Digest](repeating: .zero, count: 16)
        #expect(tree.root() == Merkle.root(ofLeaves: leaves))
        for round in [[3], [0, 1, 15], [7, 8, 7], [], Array(0..<16)] {
            for leaf in round {
                let digest = Digest.sha256([UInt8(leaf), UInt8(round.count)])
                tree[leaf] = digest
                leaves[leaf] = digest
            }
            #expect(tree.root() == Merkle.root(ofLeaves: leaves))
            #expect((0..<16).map { tree[$0] } == leaves)
        }
    }
}
