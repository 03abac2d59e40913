import Storage
import Telemetry
import Testing

@testable import Inspection

private struct ModelsBody: Decodable {
    struct Model: Decodable {
        struct Open: Decodable, Equatable {
            var round, deadlineMs: UInt64
            var phase, base, aggregation: String
            var updates, cohortMinimum, cohortLimit: Int
        }
        struct Version: Decodable {
            var round: UInt64
            var version, parent, decision, current, aggregation: String?
            var updates: Int
            var accuracy, parentAccuracy, baseError, parentError: Double?
            var correct, samples, comparisons, decidedMs: UInt64?
            var entries: [String: UInt64]
        }
        var model, current: String
        var round: UInt64
        var open: Open?
        var versions: [Version]
        var complete: Bool
        var next: UInt64?
    }
    var models: [Model]
    var height, checkpointSize: UInt64
}

/// Perception: promoted, refused, given up, open. Travel times: promoted, rolled back.
private func fleet() -> Training {
    var training = Training()
    training.add(opened(.perception, 1), opened(.travelTimes, 1))
    training.add(accepted(.perception, 1, vehicle: 1), accepted(.perception, 1, vehicle: 2))
    training.add(
        closed(.perception, 1, updates: 2),
        made(
            .perception, 1, "p1", parent: version("first"),
            RoundScore(parentCorrect: 100, versionCorrect: 250, samples: 400)),
        decided(.perception, 1, .promoted, about: "p1", current: "p1"))
    training.add(
        closed(.travelTimes, 1, updates: 0),
        made(.travelTimes, 1, "t1", parent: version("first"), RoundScore()),
        decided(.travelTimes, 1, .promoted, about: "t1", current: "t1"))
    training.add(
        opened(.perception, 2, base: version("p1")), closed(.perception, 2, updates: 0),
        made(
            .perception, 2, "p2", parent: version("p1"),
            RoundScore(parentCorrect: 250, versionCorrect: 20, samples: 400)),
        decided(.perception, 2, .refused, about: "p2", current: "p1"))
    training.add(
        opened(.travelTimes, 2, base: version("t1")), closed(.travelTimes, 2, updates: 0),
        made(
            .travelTimes, 2, nil, parent: version("t1"),
            RoundScore(parentError: 1 << 18, baseError: 1 << 19, comparisons: 9)),
        decided(.travelTimes, 2, .rolledBack, about: "t1", current: "first"))
    training.add(
        opened(.perception, 3, base: version("p1")), closed(.perception, 3, updates: 0),
        decided(.perception, 3, .abandoned, about: nil, current: "p1"))
    training.add(opened(.perception, 4, base: version("p1")), accepted(.perception, 4, vehicle: 7))
    return training
}

@Test func modelsAreToldWithTheirRoundsTheNewestFirst() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let training = fleet()
    let index = try training.index(in: log.directory)
    try await withSite(log.directory, change: { $0.index = index }) { site in
        let body = try await site.ask("/api/v1/models").json(ModelsBody.self)
        #expect(body.height == 8 && body.checkpointSize == UInt64(training.entries.count))
        #expect(body.models.map(\.model) == ["perception", "travel-times"])
        let (perception, times) = (body.models[0], body.models[1])
        #expect(perception.current == version("p1").description && perception.round == 4 && perception.complete)
        #expect(
            perception.open
                == .init(
                    round: 4, deadlineMs: start.milliseconds + 40_000, phase: "open", base: version("p1").description,
                    aggregation: "mixed-trimmed-mean", updates: 1, cohortMinimum: 2, cohortLimit: 40))
        #expect(perception.versions.map(\.round) == [3, 2, 1])
        #expect(perception.versions.map(\.decision) == ["abandoned", "refused", "promoted"])
        #expect(perception.versions.map(\.accuracy) == [nil, 0.05, 0.625])
        #expect(perception.versions.map(\.parentAccuracy) == [nil, 0.625, 0.25])
        #expect(perception.versions[2].updates == 2 && perception.versions[2].correct == 250)
        #expect(perception.versions[2].entries == ["opened": 1, "closed": 7, "made": 8, "decided": 9])
        #expect(perception.versions[2].decidedMs == start.milliseconds + 3000)
        #expect(times.current == version("first").description && times.open == nil)
        #expect(times.versions.map(\.baseError) == [0.5, nil])
        #expect(times.versions.map(\.parentError) == [0.25, nil])
        #expect(times.versions[0].version == version("t1").description && times.versions[0].comparisons == 9)
    }
}

@Test func aRoundThatIsNotThereIsNullAndNotLeftOut() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    var training = Training()
    training.add(opened(.travelTimes, 1), decided(.travelTimes, 1, .abandoned, about: nil, current: "first"))
    let index = try training.index(in: log.directory)
    try await withSite(log.directory, change: { $0.index = index }) { site in
        let text = try await site.ask("/api/v1/models").text
        #expect(text.contains("\"open\":null") && !text.contains("perception"))
    }
}

@Test func roundsCanBeReadPageByPage() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let index = try fleet().index(in: log.directory)
    try await withSite(log.directory, change: { $0.index = index }) { site in
        var rounds: [UInt64] = []
        var path = "/api/v1/models?model=perception&limit=2&size=20"
        while true {
            let models = try await site.ask(path).json(ModelsBody.self).models
            #expect(models.map(\.model) == ["perception"])
            rounds += models[0].versions.map(\.round)
            // What the fleet runs does not depend on the page.
            #expect(models[0].current == version("p1").description && models[0].open?.round == 4)
            guard let next = models[0].next else { break }
            path = "/api/v1/models?model=perception&limit=2&below=\(next)"
        }
        #expect(rounds == [3, 2, 1])
    }
}

@Test func aRoundIsToldWithEveryUpdateThatCounts() async throws {
    struct Body: Decodable {
        struct Accepted: Decodable, Equatable {
            var index: UInt64
            var nullifier, commitment: String
        }
        struct Outcome: Decodable { var decision: String }
        var model, phase, base: String
        var round: UInt64
        var inputsRoot: String?
        var outcome: Outcome?
        var accepted: [Accepted]
    }
    let log = try LogOnDisk()
    defer { log.remove() }
    let index = try fleet().index(in: log.directory)
    try await withSite(log.directory, change: { $0.index = index }) { site in
        let first = try await site.ask("/api/v1/models/perception/rounds/1").json(Body.self)
        #expect(first.phase == "decided" && first.outcome?.decision == "promoted")
        #expect(first.inputsRoot == version("inputs").description)
        guard case .updateAccepted(let update) = accepted(.perception, 1, vehicle: 2) else { return }
        #expect(first.accepted.map(\.index) == [4, 5])
        #expect(first.accepted[1].nullifier == update.nullifier.description)
        #expect(first.accepted[1].commitment == update.commitment.description)
        let open = try await site.ask("/api/v1/models/perception/rounds/4").json(Body.self)
        #expect(open.phase == "open" && open.outcome == nil && open.inputsRoot == nil && open.accepted.count == 1)
    }
}

@Test func whatNoModelHasIsNotFound() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let index = try fleet().index(in: log.directory)
    try await withSite(log.directory, change: { $0.index = index }) { site in
        for path in [
            "/api/v1/models/perception/rounds/5", "/api/v1/models/weather/rounds/1", "/api/v1/models/perception",
            "/api/v1/models/perception/rounds/01", "/api/v1/models/perception/rounds/x",
        ] {
            let answer = try await site.ask(path)
            #expect(answer.status == 404, "\(path)")
        }
        for path in [
            "/api/v1/models?model=weather", "/api/v1/models?limit=0", "/api/v1/models?below=0", "/api/v1/models?x=1",
            "/api/v1/models/perception/rounds/1?limit=1",
        ] {
            let answer = try await site.ask(path)
            #expect(answer.status == 400, "\(path)")
        }
    }
    try await withSite(log.directory) { site in
        let answer = try await site.ask("/api/v1/models")
        #expect(answer.status == 404)
    }
}

@Test func entriesOfRoundsAreToldWithTheirFields() async throws {
    struct Body: Decodable {
        struct Item: Decodable {
            struct Opened: Decodable {
                struct Terms: Decodable {
                    var clipBound: Int
                    var holdOut: String
                }
                var model, baseVersion: String
                var terms: Terms
            }
            struct Update: Decodable { var nullifier: String }
            struct Closed: Decodable { var updates: Int }
            struct Made: Decodable { var correct: Int }
            struct Decided: Decodable { var decision: String }
            var roundOpened: Opened?
            var updateAccepted: Update?
            var roundClosed: Closed?
            var versionMade: Made?
            var versionDecided: Decided?
        }
        var entries: [Item]
    }
    var log = try LogOnDisk()
    defer { log.remove() }
    log.add(fleet().entries)
    try log.publish()
    try await withSite(log.directory) { site in
        let entries = try await site.ask("/api/v1/entries?from=1&limit=9").json(Body.self).entries
        let open = try #require(entries[0].roundOpened)
        #expect(open.model == "perception" && open.baseVersion == version("first").description)
        #expect(open.terms.clipBound == 46_340 && open.terms.holdOut == version("hold-out").description)
        #expect(entries[3].updateAccepted != nil && entries[6].roundClosed?.updates == 2)
        #expect(entries[7].versionMade?.correct == 250 && entries[8].versionDecided?.decision == "promoted")
    }
}
