import Consensus
import Cryptography
import Wire

/// Gathers the state of the others, for a validator that is further behind than their journals reach.
///
/// A peer that is asked for history which it keeps no more answers with offers of its snapshots. All honest validators take theirs after the same
/// blocks, and the bytes are the same; so what f + 1 offer alike, an honest one has executed. Its pieces then come from any of those by hash,
/// a few at a time, and a liar can send nothing but what was asked for. It has no clock and sends nothing itself.
public struct StateTransfer: Sendable {
    private struct Asked: Sendable {
        var attempts = 0
        var nextAttempt = Instant(milliseconds: 0)
    }

    private let needed: Int
    private var offers: [ValidatorIndex: [SnapshotOffer]] = [:]
    private var chosen: SnapshotOffer?
    private var sources: [ValidatorIndex] = []
    private var pieces: [Digest: [UInt8]] = [:]
    private var asked: [Digest: Asked] = [:]

    /// Nothing is offered yet.
    public init(_ committee: Committee) {
        needed = committee.f + 1
    }

    /// The snapshot that is being fetched, or has been.
    public var height: UInt64? { chosen?.height }

    /// Who offered it.
    public var offeredBy: [ValidatorIndex] { sources }

    /// Takes a peer's offers, in the place of its earlier ones. Those at or below the own `height` are of no use.
    public mutating func take(_ offers: [SnapshotOffer], from peer: ValidatorIndex, above height: UInt64) {
        self.offers[peer] = offers.filter { $0.height > height }
        guard chosen == nil else { return }
        let all = self.offers.values.flatMap { Set($0) }
        let counts = Dictionary(all.map { ($0, 1) }, uniquingKeysWith: +)
        let agreed = counts.filter { $0.value >= needed }.keys.max { $0.height < $1.height }
        guard let agreed else { return }
        chosen = agreed
        sources = self.offers.filter { $0.value.contains(agreed) }.keys.sorted()
    }

    /// Takes a piece that was asked for; what was not is passed over.
    public mutating func take(piece: [UInt8]) {
        let digest = Digest.sha256(piece)
        guard asked.removeValue(forKey: digest) != nil else { return }
        pieces[digest] = piece
    }

    /// The pieces to ask for now, and whom. One that does not come is asked of the next after `period` milliseconds, and when nobody has had it
    /// twice, everything begins anew: meanwhile they may keep newer ones.
    public mutating func takeRequests(at now: Instant, period: UInt64) -> [(piece: Digest, from: ValidatorIndex)] {
        guard let chosen else { return [] }
        var requests: [(piece: Digest, from: ValidatorIndex)] = []
        let missing = Set(chosen.pieces).subtracting(pieces.keys)
        for (index, piece) in chosen.pieces.enumerated() where missing.contains(piece) {
            guard asked[piece] != nil || asked.count < ReplicaLimits.piecesInFlight else { continue }
            var ask = asked[piece] ?? Asked()
            guard ask.nextAttempt <= now else { continue }
            guard ask.attempts < 2 * sources.count else {
                reset()
                return []
            }
            requests.append((piece, sources[(index + ask.attempts) % sources.count]))
            ask.attempts += 1
            ask.nextAttempt = now + period
            asked[piece] = ask
        }
        return requests
    }

    /// When the next request is due.
    public var nextDeadline: Instant? { asked.values.map(\.nextAttempt).min() }

    /// The image, once all of it is here.
    public var image: [UInt8]? {
        guard let chosen, chosen.pieces.allSatisfy({ pieces[$0] != nil }) else { return nil }
        return chosen.pieces.flatMap { pieces[$0] ?? [] }
    }

    /// Forgets everything: the state was taken over, or is of no use.
    public mutating func reset() {
        (offers, chosen, sources) = ([:], nil, [])
        (pieces, asked) = ([:], [:])
    }
}
