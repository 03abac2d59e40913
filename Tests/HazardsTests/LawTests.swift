import Cryptography
import Geography
import Telemetry
import Testing
import Wire

@testable import Hazards

/// A random block of observations: few places and vehicles, so that they meet.
private func block(
    at time: Timestamp, polarities: [Polarity], using generator: inout SeededGenerator
) throws -> [ObservationEntry] {
    try (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        try Street().entry(
            UInt64.random(in: 1...8, using: &generator), polarities.randomElement(using: &generator) ?? .seen,
            edge: Bool.random(using: &generator) ? UInt32.random(in: 1...3, using: &generator) : nil, at: time,
            observed: time - UInt64.random(in: 0...600, using: &generator) * 1000)
    }
}

private func seeded(_ body: (inout SeededGenerator, String) throws -> Void) rethrows {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    try body(&generator, "seed \(seed)")
}

private func apply(_ block: [ObservationEntry], to hazards: inout Hazards, at time: Timestamp, height: UInt64) {
    for entry in block { _ = hazards.apply(entry, at: time, height: height) }
}

@Test func oneVehicleNeverConfirmsAlone() throws {
    try seeded { generator, seed in
        var world = World()
        for _ in 0..<3000 {
            let wait = UInt64.random(in: 0...40, using: &generator)
            let edge = UInt32.random(in: 1...2, using: &generator)
            let ago = UInt64.random(in: 0...100, using: &generator)
            for change in try world.observe(
                1, edge: Bool.random(using: &generator) ? edge : nil, afterSeconds: wait, observedSecondsAgo: ago)
            {
                #expect(change.state != .confirmed && change.vehicles == 1, "\(seed)")
            }
        }
    }
}

@Test func twoVehiclesNeverConfirmNorClearNotEvenAcrossHours() throws {
    try seeded { generator, seed in
        var world = World()
        _ = try world.observe(1)
        for _ in 0..<3000 {
            let vehicle = UInt64.random(in: 1...2, using: &generator)
            // The sightings keep coming, so only denials could end it.
            let polarity: Polarity = Int.random(in: 0...3, using: &generator) == 0 ? .seen : .notSeen
            let wait = UInt64.random(in: 0...40, using: &generator)
            let changes = try world.observe(vehicle, polarity, afterSeconds: wait)
            #expect(changes.allSatisfy { $0.state == .reported && $0.vehicles <= 2 }, "\(seed)")
        }
        #expect(world.state == .reported, "\(seed)")
    }
}

@Test func sightingsOfOneBlockCommute() throws {
    try seeded { generator, seed in
        for _ in 0..<50 {
            var (first, second) = (Hazards(), Hazards())
            var time = Street.start
            for height in 1...20 as ClosedRange<UInt64> {
                time = time + UInt64.random(in: 1...60, using: &generator) * 1000
                let block = try block(at: time, polarities: [.seen], using: &generator)
                apply(block, to: &first, at: time, height: height)
                apply(block.shuffled(using: &generator), to: &second, at: time, height: height)
            }
            let views = [first, second].map { $0.active.map { [UInt64($0.vehicles), $0.expires.milliseconds] } }
            #expect(views[0] == views[1], "\(seed)")
            #expect(first.active.map(\.id) == second.active.map(\.id), "\(seed)")
            #expect(first.active.map(\.state) == second.active.map(\.state), "\(seed)")
        }
    }
}

@Test func aBlockAppliedTwiceAddsNoVehicle() throws {
    try seeded { generator, seed in
        var (once, twice) = (Hazards(), Hazards())
        var time = Street.start
        for height in 1...200 as ClosedRange<UInt64> {
            time = time + UInt64.random(in: 1...60, using: &generator) * 1000
            let block = try block(at: time, polarities: [.seen], using: &generator)
            apply(block, to: &once, at: time, height: height)
            apply(block + block, to: &twice, at: time, height: height)
            let (left, right) = (once.digest, twice.digest)
            #expect(left == right, "\(seed)")
        }
    }
}

@Test func theDigestIsEqualExactlyWhereTheStateIs() throws {
    try seeded { generator, seed in
        var byDigest: [Digest: [UInt8]] = [:]
        var byState: [[UInt8]: Digest] = [:]
        for _ in 0..<10 {
            var hazards = Hazards(capacity: 5)
            var time = Street.start
            for height in 1...100 as ClosedRange<UInt64> {
                time = time + UInt64.random(in: 1...90, using: &generator) * 1000
                let block = try block(at: time, polarities: [.seen, .notSeen], using: &generator)
                apply(block, to: &hazards, at: time, height: height)
                let (state, digest) = (hazards.encoded(), hazards.digest)
                #expect(byDigest.updateValue(state, forKey: digest) ?? state == state, "\(seed)")
                #expect(byState.updateValue(digest, forKey: state) ?? digest == digest, "\(seed)")
            }
        }
        #expect(byDigest.count > 500)
    }
}

@Test func fromASnapshotEverythingGoesOnAlike() throws {
    try seeded { generator, seed in
        var hazards = Hazards(capacity: 5)
        var restored = hazards
        var time = Street.start
        for height in 1...400 as ClosedRange<UInt64> {
            time = time + UInt64.random(in: 1...90, using: &generator) * 1000
            let block = try block(at: time, polarities: [.seen, .seen, .notSeen], using: &generator)
            if height.isMultiple(of: 20) { restored = try Hazards(decoding: hazards.encoded(), capacity: 5) }
            for entry in block {
                let changes = hazards.apply(entry, at: time, height: height)
                #expect(restored.apply(entry, at: time, height: height) == changes, "\(seed)")
            }
            let (left, right) = (hazards.digest, restored.digest)
            #expect(left == right, "\(seed)")
            #expect(hazards.active == restored.active, "\(seed)")
        }
    }
}

@Test func everyChangeFollowsFromWhatWasToldBefore() throws {
    try seeded { generator, seed in
        var hazards = Hazards(capacity: 5)
        var told: [HazardID: HazardState] = [:]
        var time = Street.start
        for height in 1...1000 as ClosedRange<UInt64> {
            time = time + UInt64.random(in: 1...90, using: &generator) * 1000
            for entry in try block(at: time, polarities: [.seen, .notSeen], using: &generator) {
                for change in hazards.apply(entry, at: time, height: height) {
                    #expect(change.height == height, "\(seed)")
                    #expect(told[change.id] != .cleared, "\(seed): nothing follows the end")
                    #expect(change.state != .cleared || told[change.id] != nil, "\(seed): only what began ends")
                    #expect(told[change.id] != .confirmed || change.state != .reported, "\(seed)")
                    told[change.id] = change.state
                }
            }
            let alive = Set(told.filter { $0.value != .cleared }.keys)
            #expect(alive == Set(hazards.active.map(\.id)), "\(seed): subscribers know exactly what is there")
        }
    }
}

@Test func aSortedListAgreesWithASortedArray() {
    seeded { generator, seed in
        var list = SortedList<Int>()
        var array: [Int] = []
        for _ in 0..<3000 {
            let element = Int.random(in: 0...2000, using: &generator)
            if let index = array.firstIndex(of: element) {
                array.remove(at: index)
                list.remove(element)
            } else {
                array.append(element)
                list.insert(element)
            }
            #expect(list.first == array.min(), "\(seed)")
        }
        #expect(Array(list.elements) == array.sorted(), "\(seed)")
    }
}
