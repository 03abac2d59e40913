import Cryptography
import Replica

/// The snapshots that are kept, as others are offered them, and which of them they are fetching: those stay for a while, although newer ones come.
struct OfferBook {
    private(set) var offers: [UInt64: SnapshotOffer] = [:]
    /// Until when, by the loop's monotonic clock.
    private var pins: [UInt64: UInt64] = [:]

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
