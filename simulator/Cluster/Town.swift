import Geography
import Telemetry
import TransparencyLog
import Wire
@_spi(Simulation) import Consensus
@_spi(Simulation) import Cryptography
@_spi(Simulation) import Replica

/// A validator and which of its keys it has: another after each rotation.
struct Seat: Hashable, Sendable {
    /// Tells validators apart, through all epochs.
    let number: Int
    var generation = 0
}

/// Who takes part in an epoch: validators, their keys and terms, and the authority that enrols vehicles.
final class Town: Sendable {
    /// An item that no honest validator lets into a car.
    static let invalidItem: [UInt8] = [0xFF]
    static let logSecret = [UInt8](repeating: 7, count: 32)

    let committee: Committee
    let cosigners: Cosigners
    let terms: CommitteeTerms
    let keys: [ProcessKeys]
    /// Who has which index.
    let seats: [Seat]
    /// Whether signatures are Ed25519, or simulated ones that cost a hundredth.
    let isReal: Bool

    init(validators: Int, rota: [ValidatorIndex], isReal: Bool) {
        self.isReal = isReal
        let scheme: SignatureScheme = isReal ? .ed25519 : .simulated
        seats = (0..<validators).map { Seat(number: $0) }
        keys = seats.map(Self.keys)
        let chain = Digest.sha256(Array("a simulated committee of \(validators)".utf8))
        committee = Committee(
            chainID: chain, epoch: 1, keys: keys.map(\.consensus.publicKey), scheme: scheme,
            rota: rota)
        cosigners = Self.cosigners(of: seats, scheme)
        terms = CommitteeTerms(chainID: chain, authorities: [Self.authority.publicKey])
    }

    /// The town of the epoch after this one, with other validators.
    init(after town: Town, seats: [Seat]) {
        self.seats = seats
        isReal = town.isReal
        terms = town.terms
        keys = seats.map(Self.keys)
        committee = town.committee.succeeded(by: keys.map(\.consensus.publicKey), in: town.committee.epoch + 1)
        cosigners = Self.cosigners(of: seats, town.committee.scheme)
    }

    private static func keys(of seat: Seat) -> ProcessKeys {
        ProcessKeys(consensus: key(1, seat.number << 8 | seat.generation), cosigning: key(2, seat.number))
    }

    private static func cosigners(of seats: [Seat], _ scheme: SignatureScheme) -> Cosigners {
        let names = seats.compactMap { seat in
            VerifierKey(
                name: "town.example/\(seat.number)", kind: .cosigner, publicKey: keys(of: seat).cosigning.publicKey)
        }
        guard let cosigners = Cosigners(origin: "town.example", keys: names, scheme: scheme) else {
            preconditionFailure("these are names of keys")
        }
        return cosigners
    }

    /// The index of a validator; nil where it has no part in this epoch.
    func index(of number: Int) -> ValidatorIndex? { seats.firstIndex { $0.number == number } }

    /// What all validators of the town before, and all that are new, have signed: these go on.
    func decision(after town: Town) -> SignedCommitteeChange {
        let members = zip(seats, keys).map { seat, keys in
            CommitteeMember(
                name: "\(seat.number)", consensusKey: keys.consensus.publicKey,
                logKey: Self.key(5, seat.number).publicKey, cosigningKey: keys.cosigning.publicKey,
                tlsPin: Digest.sha256([UInt8(seat.number)]), peerAddress: "town:\(seat.number)",
                vehicleAddress: "road:\(seat.number)")
        }
        let change = CommitteeChange(epoch: committee.epoch, members: members)
        let message = change.signingMessage(chain: committee.chainID)
        let signers = Dictionary((town.keys + keys).map { ($0.consensus.publicKey, $0.consensus) }) { first, _ in first
        }
        return SignedCommitteeChange(
            change,
            approvals: signers.map { .init(key: $0.key, signature: committee.scheme.sign(message, with: $0.value)) })
    }

    static let authority = key(3, 0)

    /// The key of a seed of 32 bytes that says whose it is.
    static func key(_ purpose: UInt8, _ index: Int) -> SigningKey {
        let seed = [purpose, UInt8(index >> 8), UInt8(index & 0xFF)] + [UInt8](repeating: 0, count: 29)
        guard let key = SigningKey(seed: seed) else { preconditionFailure("32 bytes are a seed") }
        return key
    }

    func replica(_ validator: ValidatorIndex, _ settings: ConsensusSettings) -> Replica {
        Replica(configuration(validator, settings))
    }

    func configuration(_ validator: ValidatorIndex, _ settings: ConsensusSettings) -> ReplicaConfiguration {
        ReplicaConfiguration(
            committee: committee, me: validator, consensus: settings, terms: terms, logSecret: Self.logSecret,
            cosigners: cosigners)
    }

    /// Signs with a validator's consensus key.
    func sign(_ statement: Statement, by validator: ValidatorIndex) -> SignedStatement {
        let message = statement.signingMessage(chain: committee.chainID)
        return SignedStatement(
            statement, signature: committee.scheme.sign(message, with: keys[validator].consensus))
    }
}
