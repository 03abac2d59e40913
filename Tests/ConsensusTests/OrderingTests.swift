import Testing

@testable import Consensus

@Suite struct OrderingTests {
    @Test(arguments: [1, 4, 7]) func whatIsSubmittedIsDeliveredByAll(n: Int) {
        var network = Network(n, seed: 7)
        network.startAll()
        for index in 0..<n { network.submit([[UInt8(index)]], to: index) }
        let isDone = network.run(atMost: 2000) { $0.nodes.allSatisfy { $0.items.count == n } }
        #expect(isDone)
        #expect(Set(network.nodes[0].items) == Set((0..<n).map { [UInt8($0)] }))
        #expect(network.nodes.allSatisfy { $0.attested.count == 1 })
    }
}
