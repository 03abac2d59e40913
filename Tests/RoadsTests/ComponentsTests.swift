import Testing

@testable import Roads

/// Which nodes reach which, by Warshall's three loops.
private func reachability(_ count: Int, _ arcs: [(UInt32, UInt32)]) -> [[Bool]] {
    var reaches = (0..<count).map { node in (0..<count).map { $0 == node } }
    for (tail, head) in arcs { reaches[Int(tail)][Int(head)] = true }
    for middle in 0..<count {
        for start in 0..<count where reaches[start][middle] {
            for end in 0..<count where reaches[middle][end] { reaches[start][end] = true }
        }
    }
    return reaches
}

@Test func theLargestComponentIsThatOfMutualReach() {
    var seeded = Seeded(state: 21)
    for _ in 0..<200 {
        let count = Int.random(in: 1...14, using: &seeded)
        let arcs = (0..<Int.random(in: 0...24, using: &seeded)).map { _ in
            (UInt32.random(in: 0..<UInt32(count), using: &seeded), UInt32.random(in: 0..<UInt32(count), using: &seeded))
        }
        let reaches = reachability(count, arcs)
        let components = (0..<count).map { node in (0..<count).map { reaches[node][$0] && reaches[$0][node] } }
        let size = components.map { $0.count { $0 } }
        let expected = components.first { $0.count { $0 } == size.max() }
        #expect(Components(nodeCount: count, arcs: arcs).largest == expected)
    }
    #expect(Components(nodeCount: 0, arcs: []).largest.isEmpty)
}

@Test func aLongStreetNeedsNoDeepStack() {
    let count = 200_000
    let there = (0..<UInt32(count - 1)).map { ($0, $0 + 1) }
    let back = there.map { ($0.1, $0.0) }
    #expect(Components(nodeCount: count, arcs: there + back).largest.allSatisfy { $0 })
}
