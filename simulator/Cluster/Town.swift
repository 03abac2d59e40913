import Geography
import Telemetry
import TransparencyLog
import Wire
@_spi(Simulation) import Consensus
@_spi(Simulation) import Cryptography
@_spi(Simulation) import Replica

/// Who takes part: validators, their keys and terms, and the authority that enrols vehicles. The same for every seed.
struct Town: Sendable {
    /// An item that no honest validator lets into a car.
    static let invalidItem: [UInt8] = [0xFF]
    static let logSecret = [UInt8](repeating: 7, count: 32)

    let committee: Committee
    let cosigners: Cosigners
    let terms: CommitteeTerms
    let keys: [ProcessKeys]
    /// Whether signatures are Ed25519, or simulated ones that cost a hundredth.
    let isReal: Bool

    init(validators: Int, rota: [ValidatorIndex], isReal: Bool) {
        self.isReal = isReal
        let scheme: SignatureScheme = isReal ? .ed25519 : .simulated
        keys = (0..<validators).map { ProcessKeys(consensus: Self.key(1, $0), cosigning: Self.key(2, $0)) }
        let chain = Digest.sha256(Array("a simulated committee of \(validators)".utf8))
        committee = Committee(
            chainID: chain, epoch: 1, keys: keys.map(\.consensus.publicKey), scheme: scheme,
            rota: rota)
        let names = keys.enumerated().compactMap { index, keys in
            VerifierKey(name: "town.example/\(index)", kind: .cosigner, publicKey: keys.cosigning.publicKey)
        }
        guard let cosigners = Cosigners(origin: "town.example", keys: names, scheme: scheme) else {
            preconditionFailure("these are names of keys")
        }
        self.cosigners = cosigners
        terms = CommitteeTerms(chainID: chain, authorities: [Self.authority.publicKey])
    }

    static let authority = key(3, 0)

    /// The key of a seed of 32 bytes that says whose it is.
    static func key(_ purpose: UInt8, _ index: Int) -> SigningKey {
        let seed = [purpose, UInt8(index >> 8), UInt8(index & 0xFF)] + [UInt8](repeating: 0, count: 29)
        guard let key = SigningKey(seed: seed) else { preconditionFailure("32 bytes are a seed") }
        return key
    }

    func replica(_ validator: ValidatorIndex, _ settings: ConsensusSettings) -> Replica {
        Replica(
            ReplicaConfiguration(
                committee: committee, me: validator, consensus: settings, terms: terms, logSecret: Self.logSecret,
                cosigners: cosigners))
    }

    /// Signs with a validator's consensus key.
    func sign(_ statement: Statement, by validator: ValidatorIndex) -> SignedStatement {
        let message = statement.signingMessage(chain: committee.chainID)
        return SignedStatement(
            statement, signature: committee.scheme.sign(message, with: keys[validator].consensus))
    }
}
