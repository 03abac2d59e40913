import Roads
import Telemetry
import Testing
import Wire

@testable import Traffic

private let start = Timestamp(milliseconds: 1_700_000_000_000)

private func makeSimulation(
    vehicles: Int = 120, hazards: Int = 4, seed: UInt64 = 7, sensors: SensorModel = SensorModel()
) throws -> TrafficSimulation {
    TrafficSimulation(network: try town(), vehicles: vehicles, hazards: hazards, seed: seed, sensors: sensors)
}

/// A fingerprint of everything that a run shows in so many steps of a length.
private func fingerprint(_ simulation: TrafficSimulation, steps: UInt64, milliseconds: UInt64) -> UInt64 {
    var simulation = simulation
    var fingerprint = Fingerprint()
    for step in 1...steps {
        let now = start + step * milliseconds
        for sensed in simulation.step(milliseconds: milliseconds, at: now).observations {
            fingerprint.add(UInt64(sensed.vehicle))
            fingerprint.add(sensed.observation.time.milliseconds)
            fingerprint.add(UInt64(sensed.observation.kind.rawValue))
            fingerprint.add(UInt64(sensed.observation.place?.offsetCentimetres ?? 0))
        }
    }
    for vehicle in 0..<simulation.vehicleCount {
        let state = simulation.state(of: vehicle)
        fingerprint.add(UInt64(bitPattern: Int64(state.coordinate.latitudeE7)))
        fingerprint.add(UInt64(bitPattern: Int64(state.coordinate.longitudeE7)))
        fingerprint.add(UInt64(state.speedCentimetresPerSecond))
    }
    return fingerprint.value
}

@Test func theSameSeedGivesTheSameRunHoweverTimeIsCut() throws {
    let simulation = try makeSimulation(vehicles: 60)
    let whole = fingerprint(simulation, steps: 20, milliseconds: 1000)
    #expect(fingerprint(try makeSimulation(vehicles: 60), steps: 20, milliseconds: 1000) == whole)
    #expect(fingerprint(simulation, steps: 200, milliseconds: 100) == whole)
    #expect(fingerprint(try makeSimulation(vehicles: 60, seed: 8), steps: 20, milliseconds: 1000) != whole)
}

@Test(arguments: [1, 2])
func manyVehiclesPassEachPlantedHazard(seed: UInt64) throws {
    var simulation = try makeSimulation(hazards: 5, seed: seed)
    #expect(simulation.plantedHazards.count == 5)
    for second in 1...UInt64(60) { _ = simulation.step(milliseconds: 1000, at: start + second * 1000) }
    #expect(simulation.encounters.allSatisfy { $0.passed.count >= 5 && $0.sensed.count >= 3 })
    #expect(simulation.encounters.allSatisfy { $0.sensed.isSubset(of: $0.passed) })
}

@Test func hazardsStandApartOnDrivenEdges() throws {
    let simulation = try makeSimulation(hazards: 5)
    for (index, hazard) in simulation.plantedHazards.enumerated() {
        #expect(simulation.network.isOpen(hazard.arc))
        #expect(hazard.place.offsetCentimetres <= simulation.network.lengthMillimetres(ofEdge: hazard.place.edge) / 10)
        for other in simulation.plantedHazards.dropFirst(index + 1) {
            #expect(hazard.coordinate.distanceMetres(to: other.coordinate) >= HazardPlanting.spacingMetres)
        }
    }
}

@Test func sightingsNameTheHazardsPlace() throws {
    var sensors = SensorModel()
    (sensors.missPermille, sensors.informedMissPermille) = (0, 0)
    sensors.secondsPerGhost = 1_000_000_000
    var simulation = try makeSimulation(sensors: sensors)
    var count = 0
    for second in 1...UInt64(40) {
        for sensed in simulation.step(milliseconds: 1000, at: start + second * 1000).observations {
            guard case .hazard(let index) = sensed.cause else {
                Issue.record("nothing else is there to see")
                return
            }
            let hazard = simulation.plantedHazards[index]
            let observation = sensed.observation
            #expect(observation.kind == hazard.kind && observation.polarity == .seen)
            #expect(observation.place?.edge == hazard.place.edge)
            #expect(observation.place?.direction == hazard.place.direction)
            #expect(observation.coordinate.distanceMetres(to: hazard.coordinate) < 0.1)
            #expect(observation.time <= start + second * 1000 && observation.time > start + (second - 1) * 1000)
            count += 1
        }
    }
    #expect(count >= 12)
    #expect(simulation.encounters.allSatisfy { $0.passed == $0.sensed })
}

@Test func sensorsMissAboutOneInTen() throws {
    var simulation = try makeSimulation(vehicles: 300, hazards: 12)
    for second in 1...UInt64(60) { _ = simulation.step(milliseconds: 1000, at: start + second * 1000) }
    // A vehicle that comes again may see it then: the share of vehicles that never saw it is at most that of misses.
    let passed = simulation.encounters.reduce(0) { $0 + $1.passed.count }
    let sensed = simulation.encounters.reduce(0) { $0 + $1.sensed.count }
    #expect(passed >= 100)
    #expect((0.80...0.99).contains(Double(sensed) / Double(passed)), "\(sensed) of \(passed)")
}

@Test func ghostsAreRareAndNeverAgree() throws {
    var sensors = SensorModel()
    sensors.secondsPerGhost = 250
    var simulation = try makeSimulation(vehicles: 100, hazards: 0, sensors: sensors)
    var ghosts: [Observation] = []
    for second in 1...UInt64(150) {
        let sensed = simulation.step(milliseconds: 1000, at: start + second * 1000).observations
        #expect(sensed.allSatisfy { $0.cause == .ghost && $0.observation.polarity == .seen })
        ghosts += sensed.map(\.observation)
    }
    // 15,000 vehicle-seconds at 250 s each: 60 ± 4 standard deviations.
    #expect((29...91).contains(ghosts.count))
    #expect(Set(ghosts.map(\.place)).count == ghosts.count)
}

@Test func vehiclesDenyWhatTheyWereToldOfAndDoNotSee() throws {
    let plain = try makeSimulation(hazards: 1)
    let real = try #require(plain.plantedHazards.first)
    let told = KnownHazard(edge: real.place.edge, direction: real.place.direction, kind: .animal)
    let known = KnownHazard(edge: real.place.edge, direction: real.place.direction, kind: real.kind)
    var simulation = plain
    var denials: [HazardKind: Set<Int>] = [:]
    for second in 1...UInt64(60) {
        let step = simulation.step(milliseconds: 1000, at: start + second * 1000, known: [told, known])
        for sensed in step.observations where sensed.observation.polarity == .notSeen {
            #expect(sensed.cause == .absence)
            #expect(sensed.observation.place?.edge == real.place.edge)
            denials[sensed.observation.kind, default: []].insert(sensed.vehicle)
        }
    }
    // No animal is there, so everybody who drove all of the edge says so; the real one is denied by those who missed it only.
    let passed = simulation.encounters[0].passed.count
    #expect((denials[.animal]?.count ?? 0) >= passed / 2)
    #expect((denials[real.kind]?.count ?? 0) <= passed / 3)
}

@Test func aTownWithoutVehiclesIsQuiet() throws {
    var simulation = try makeSimulation(vehicles: 0, hazards: 3)
    #expect(simulation.plantedHazards.isEmpty)
    #expect(simulation.step(milliseconds: 10_000, at: start).observations.isEmpty)
}
