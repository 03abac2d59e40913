import Cryptography
@_spi(Simulation) import Consensus

/// Votes for views that nobody is in, near and very far.
struct FutureFlooder: Attack {
    mutating func provoke(as liar: inout Liar) -> [Letter] {
        (0..<8).map { _ in
            let ahead = liar.random.happens(permille: 500) ? liar.random.below(40) : liar.random.next() >> 2
            let kind = VoteKind.allCases[Int(liar.random.below(3))]
            let hash = Digest.sha256([UInt8(ahead & 0xFF)])
            return Letter(.vote(liar.vote(kind, view: liar.view + 1 + ahead, hash: hash)), to: liar.others)
        }
    }
}
