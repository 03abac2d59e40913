/// Which links carry what, beside the weather: partitions, one-way cuts and slow links.
struct Network: Sendable {
    /// The part of the network that each process is in; all are in one where this is empty.
    private var parts: [Int] = []
    private var cuts: Set<Link> = []
    private var slow: [Link: UInt64] = [:]

    struct Link: Hashable, Sendable {
        let from: Int
        let to: Int
    }

    /// Whether a frame gets through.
    func carries(_ link: Link) -> Bool {
        (parts.isEmpty || parts[link.from] == parts[link.to]) && !cuts.contains(link)
    }

    /// What a slow link adds to a frame's way, in milliseconds.
    func slowness(_ link: Link) -> UInt64 { slow[link] ?? 0 }

    mutating func divide(_ parts: [Int]) { self.parts = parts }
    mutating func cut(_ link: Link) { cuts.insert(link) }
    mutating func slow(_ link: Link, by milliseconds: UInt64) { slow[link] = milliseconds }

    mutating func joinParts() { parts = [] }
    mutating func mendCuts() { cuts = [] }
    mutating func speedUp() { slow = [:] }
    mutating func heal() { self = Network() }
}
