import Cryptography
import Replica

/// The snapshots that are kept, as others are offered them, and which of them they are fetching: those stay for a while, although newer ones come.
struct OfferBook {
    private(set) var offers: [UInt64: SnapshotOffer] = [:]
    /// Until when, by the loop's monotonic clock.
    private var pins: [UInt64: UInt64] = [:]
    /// A state that is in no file, since nothing of this validator's own leads on from it: what an epoch begins with that it has no part in.
    private var parting: (offer: SnapshotOffer, image: [UInt8])?

    /// Keeps the state that the others go on from without this validator.
    mutating func keep(parting image: [UInt8], height: UInt64) {
        parting = SnapshotOffer(height: height, image: image).map { ($0, image) }
    }

    /// All that is offered, the newest first.
    func all(with kept: [SnapshotOffer]) -> [SnapshotOffer] {
        guard let parting else { return kept }
        return [parting.offer] + kept.prefix(ReplicaLimits.snapshotsOffered - 1)
    }

    /// A piece of what is in no file.
    func parting(piece: Digest) -> [UInt8]? {
        parting.flatMap { state in state.offer.range(of: piece).map { Array(state.image[$0]) } }
    }

    /// Takes what is kept now, in the place of what was.
    mutating func replace(_ kept: [SnapshotOffer], at milliseconds: UInt64) {
        offers = Dictionary(kept.map { ($0.height, $0) }) { first, _ in first }
        for offer in kept { pin(offer.height, at: milliseconds) }
    }

    /// The height of the image that the piece is part of, and where it stands in it.
    mutating func find(_ piece: Digest, at milliseconds: UInt64) -> (height: UInt64, range: Range<Int>)? {
        for (height, offer) in offers {
            guard let range = offer.range(of: piece) else { continue }
            pin(height, at: milliseconds)
            return (height, range)
        }
        return nil
    }

    /// What is being fetched.
    mutating func pinned(at milliseconds: UInt64) -> Set<UInt64> {
        pins = pins.filter { $0.value > milliseconds }
        return Set(pins.keys)
    }

    /// A few at a time: whoever asks forever does not fill the disk.
    private mutating func pin(_ height: UInt64, at milliseconds: UInt64) {
        guard pins[height] != nil || pinned(at: milliseconds).count < ServerLimits.pinnedSnapshots else { return }
        pins[height] = milliseconds + ServerLimits.pinMilliseconds
    }
}
