import Cryptography
import Testing

@Suite struct SignatureTests {
    // RFC 8032, 7.1, tests 1 to 3.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ])
    func ed25519HasTheValuesOfRFC8032(seed: String, publicKey: String, message: String, signature: String) throws {
        let key = try #require(Hex.decode(seed).flatMap { SigningKey(seed: $0) })
        let bytes = try #require(Hex.decode(message))
        #expect(Hex.encode(key.publicKey.bytes) == publicKey)
        #expect(Hex.encode(key.sign(bytes).bytes) == signature)
        #expect(key.publicKey.verifies(key.sign(bytes), over: bytes))
    }

    @Test func everyFlippedBitBreaksASignature() throws {
        let key = SigningKey.generate()
        let message = Array("ice at the bridge".utf8)
        let signature = key.sign(message)
        for bit in 0..<512 {
            var bytes = signature.bytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            let flipped = try #require(Signature(bytes: bytes))
            #expect(!key.publicKey.verifies(flipped, over: message))
        }
    }

    @Test func aSignatureIsOfOneMessageAndOneKey() {
        let key = SigningKey.generate()
        let signature = key.sign([1, 2, 3])
        #expect(!key.publicKey.verifies(signature, over: [1, 2]))
        #expect(!key.publicKey.verifies(signature, over: []))
        #expect(!SigningKey.generate().publicKey.verifies(signature, over: [1, 2, 3]))
    }

    @Test func theZeroKeyVerifiesNothing() throws {
        let zero = try #require(PublicKey(bytes: [UInt8](repeating: 0, count: 32)))
        let signature = try #require(Signature(bytes: [UInt8](repeating: 0, count: 64)))
        #expect(!zero.verifies(signature, over: []))
    }

    @Test func wrongLengthsAreNoKeys() {
        for count in [0, 31, 33, 64] {
            #expect(SigningKey(seed: [UInt8](repeating: 1, count: count)) == nil)
            #expect(PublicKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
        #expect(Signature(bytes: [UInt8](repeating: 1, count: 63)) == nil)
    }
}

@Suite struct SigningDomainTests {
    private let vote = SigningDomain("waymark.v1.vote")
    private let report = SigningDomain("waymark.v1.report")
    private let chain = Digest.sha256([1])

    @Test func theSignedMessageIsNameZeroChainBytes() {
        let expected = Array("waymark.v1.vote".utf8) + [0] + chain.bytes + [9, 8]
        #expect(vote.message(chain: chain, [9, 8]) == expected)
    }

    @Test func whatIsSignedForOnePurposeIsNothingForAnother() {
        let key = SigningKey.generate()
        let signed = Signed("value", bytes: [5], signature: key.sign(vote.message(chain: chain, [5])))
        #expect(signed.verified(by: key.publicKey, domain: vote, chain: chain)?.value == "value")
        #expect(signed.verified(by: key.publicKey, domain: report, chain: chain) == nil)
        #expect(signed.verified(by: key.publicKey, domain: vote, chain: .zero) == nil)
        #expect(signed.verified(by: SigningKey.generate().publicKey, domain: vote, chain: chain) == nil)
    }
}
