import ArgumentParser
import Cluster
import Foundation

/// The replica in a world of faults, a seed at a time.
struct SimulateCluster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "Run validators through storms of faults and lies that a seed decides.",
        discussion: """
            The very replica that the server drives, on a simulated network, with simulated clocks and disks. For a while everything goes
            wrong; then all but the liars is healed, and the honest must agree, with a receipt for every report. What must hold is
            checked after every event. A run is a function of its seed and options: its last line is a digest of everything that
            happened.

            waymark simulate cluster --seed 42 --trace       one run, told in words
            waymark simulate cluster --seeds 1..1000         many runs, on all cores
            waymark simulate cluster --seed 42 --without loss,twin      the same run without some of its faults

            With more liars than a third, as --byzantine 2 --attack twin, the log may fork, and nothing is owed but that f + 1 of the guilty can
            be named from the honest validators' journals.

            Of a run that fails, faults are left out one by one as long as it still fails, and the command for the least one is printed.
            """)

    @Option(help: "The seed of one run.") var seed: UInt64?
    @Option(help: "The first and last seed of many runs, as 1..1000.") var seeds: SeedRange?
    @Option(help: "Validators, 1 to 16.") var validators = 4
    @Option(help: "How many of them lie; by default as many as the others bear, a third at most.") var byzantine: Int?
    @Option(help: "How all of them lie, as 'twin'; by default as the seed decides.") var attack: String?
    @Option(help: "Simulated minutes in which things go wrong.") var minutes = 2.0
    @Option(help: "Reports of vehicles a second.") var reports: UInt64 = 5
    @Option(help: "Faults and attacks that are left out, separated by commas.") var without: String?
    @Option(help: "A rule of consensus that is left out: see 'waymark simulate mutations'.") var plant: String?
    @Flag(help: "Tell everything that happens in words.") var trace = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard (1...16).contains(validators), (0...validators).contains(byzantine ?? 0) else {
            throw ValidationError("1 to 16 validators, of which no more lie than there are")
        }
        guard (0.01...1000).contains(minutes), (0...1000).contains(reports) else {
            throw ValidationError("0.01 to 1,000 minutes, and at most 1,000 reports a second")
        }
        guard seed == nil || seeds == nil else { throw ValidationError("--seed or --seeds, not both") }
        let known =
            Fault.allCases.map(\.rawValue) + AttackKind.allCases.map(\.rawValue)
            + FaultPlan.Lapse.allCases.map(\.rawValue)
        if let plant, !ClusterOptions.plantable.contains(plant) { throw ValidationError("no bug is called \(plant)") }
        if let attack, AttackKind(rawValue: attack) == nil {
            throw ValidationError(
                "nobody lies as \(attack): there are \(AttackKind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        for name in names where !known.contains(name) {
            throw ValidationError("nothing is called \(name): there are \(known.joined(separator: ", "))")
        }
    }

    private var names: [String] { without?.split(separator: ",").map(String.init) ?? [] }

    private var options: ClusterOptions {
        var options = ClusterOptions()
        options.validators = validators
        options.liars = byzantine ?? (validators - 1) / 3
        options.stormMilliseconds = UInt64(minutes * 60_000)
        options.reportsPerSecond = reports
        options.without = names
        options.attack = attack.flatMap(AttackKind.init)
        options.keepsTrace = trace
        if let plant { _ = options.plant(plant) }
        return options
    }

    func run() async throws {
        if let seeds { return try await run(seeds) }
        try run(seed: seed ?? UInt64.random(in: 1...999_999))
    }

    // MARK: One seed

    private func run(seed: UInt64) throws {
        var run = ClusterRun(seed: seed, options: options)
        if !json { print("seed \(seed): \(summary(of: run))") }
        run.run { lines in if !json { print(lines.joined(separator: "\n")) } }
        let report = ClusterReport(run, command: run.failure == nil ? nil : leastCommand(seed: seed))
        if json { try JSONOutput.print(report) } else { print(report.text) }
        if run.failure != nil { throw ExitCode(1) }
    }

    private func summary(of run: ClusterRun) -> String {
        let signatures = run.cluster.hasRealSignatures ? "real" : "simulated"
        return "\(validators) validators, \(minutes) minutes, \(signatures) signatures; \(run.cluster.plan)"
    }

    /// The command of the least plan that still fails.
    private func leastCommand(seed: UInt64) -> String {
        let without = Minimizer.minimize(seed: seed, options: options)
        var words = ["waymark simulate cluster --seed \(seed) --validators \(validators) --minutes \(minutes)"]
        words.append("--byzantine \(options.liars) --reports \(reports)")
        if let attack { words.append("--attack \(attack)") }
        if let plant { words.append("--plant \(plant)") }
        if !without.isEmpty { words.append("--without \(without.joined(separator: ","))") }
        return words.joined(separator: " ")
    }

    // MARK: Many seeds

    private func run(_ seeds: SeedRange) async throws {
        let started = Date()
        var terminal = Terminal()
        var tally = ClusterTally()
        let options = options
        for await outcome in concurrently(seeds.first...seeds.last, { ClusterOutcome(seed: $0, options: options) }) {
            tally.add(outcome)
            if let failure = outcome.failure { terminal.say("seed \(outcome.seed) fails: \(failure)") }
            terminal.draw([tally.progress(of: seeds.count, since: started)])
        }
        tally.commands = tally.failed.sorted().prefix(3).map { leastCommand(seed: $0) }
        let report = tally.report(seeds, seconds: Date().timeIntervalSince(started))
        if json { try JSONOutput.print(report) } else { print(report.text) }
        if !tally.failed.isEmpty { throw ExitCode(1) }
    }
}

/// Seeds from the first to the last, as `1..1000`.
struct SeedRange: ExpressibleByArgument {
    let first: UInt64
    let last: UInt64

    init?(argument: String) {
        let parts = argument.split(separator: ".", omittingEmptySubsequences: true).compactMap { UInt64($0) }
        guard parts.count == 2, argument.contains(".."), parts[0] <= parts[1] else { return nil }
        (first, last) = (parts[0], parts[1])
    }

    var count: UInt64 { last - first + 1 }
}
