import Testing

@testable import Consensus

/// A storm and the calm after it: load, loss, reordering, crashes, partitions and skewed clocks at random, then everybody is healed and must agree.
struct Chaos {
    var network: Network
    private var submitted = 0
    /// Items that an honest validator was told are attested: none of them may be lost.
    private let n: Int

    init(_ n: Int, seed: UInt64, twins: [ValidatorIndex: (first: Set<Int>, second: Set<Int>)] = [:]) {
        self.n = n
        network = Network(n, seed: seed, twins: twins)
        network.weather = Network.Weather(
            delay: 1...(5 + UInt64(network.random.below(200))), lossPermille: network.random.below(200),
            duplicatePermille: network.random.below(300), sync: 0...UInt64(1 + network.random.below(20)))
        for index in network.nodes.indices where network.random.chance(permille: 300) {
            network.nodes[index].skew = Int64(network.random.below(1600)) - 800
        }
    }

    mutating func rage(for milliseconds: UInt64) {
        network.startAll()
        let end = network.now + milliseconds
        while network.now < end {
            act()
            network.run(for: network.random.within(5...150))
        }
    }

    private mutating func act() {
        let target = network.random.below(network.nodes.count)
        switch network.random.below(30) {
        case 0...2: toggle(target)
        case 3: isolate(target)
        case 4, 5: network.passes = { _, _, _ in true }
        default:
            submitted += 1
            network.submit([Array("item \(submitted)".utf8)], to: target)
        }
    }

    /// Whoever is down comes back before the next one goes, most of the time.
    private mutating func toggle(_ target: Int) {
        let down = network.nodes.indices.filter { !network.nodes[$0].isUp }
        if down.isEmpty || network.random.chance(permille: 200) {
            if network.nodes[target].isUp { network.crash(target) }
        } else {
            network.start(down[network.random.below(down.count)])
        }
    }

    private mutating func isolate(_ target: Int) {
        let isOneWay = network.random.chance(permille: 500)
        network.passes = { _, from, to in to != target && (isOneWay || from != target) }
    }

    mutating func heal() {
        network.passes = { _, _, _ in true }
        network.weather = Network.Weather()
        for index in network.nodes.indices where !network.nodes[index].isUp { network.start(index) }
    }

    /// Whether all honest processes reach the same height, with every attested item in it, and fall silent.
    mutating func converges(within milliseconds: UInt64) -> Bool {
        let start = network.nodes.map(\.machine.finalizedHeight).max() ?? 0
        return network.run(atMost: milliseconds) { network in
            let honest = network.nodes.filter { !network.watch.liars.contains($0.validator) }
            let heights = Set(honest.map(\.machine.deliveredHeight))
            return heights.count == 1 && (heights.first ?? 0) > start && honest.allSatisfy { Self.isSettled($0) }
        }
    }

    private static func isSettled(_ node: Node) -> Bool {
        let delivered = Set(node.finalized.flatMap(\.cars).filter { $0.lane == node.validator }.map(\.hash))
        return node.attested.allSatisfy { delivered.contains($0.hash) }
            && node.machine.carsInFlight == 0
    }
}
