import ArgumentParser
import Foundation
import Models

/// How well the perception model learns from recorded drives: in one place, federated, and under attack.
struct LearningBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learning", abstract: "Train the perception model on recorded and synthetic drives.",
        discussion: """
            Accuracy on what was held out, the mean over all seeds and five folds of each. Federated: 20 vehicles among which
            a Dirichlet distribution of 0.3 dealt out each surface's series; in an attack a fifth of them lie. The rules reckon
            with as many liars whether there are any or not. Then fleets of 50, 100 and 200 vehicles with synthetic windows.
            """)

    @Option(help: "Folder of the recorded series.") var data = SurfaceRecordings.usualFolder
    @Option(help: "Seeds, 1 to 100.") var seeds = 5
    @Option(help: "Rounds over the recorded series, 10 to 200.") var rounds = 40
    @Option(help: "Vehicles among which the recorded series are dealt out, 5 to 40.") var vehicles = 20
    @Option(help: "First seed.") var seed: UInt64 = 1
    @Flag(help: "Print one JSON object.") var json = false

    private static let alpha = 0.3

    func validate() throws {
        guard (1...100).contains(seeds), (10...200).contains(rounds), (5...40).contains(vehicles) else {
            throw ValidationError("a number is out of its range: see --help")
        }
    }

    func run() async throws {
        var report = BenchReport(
            bench: "learning", command: CommandLine.arguments.joined(separator: " "), seed: seed,
            inputs: ["seeds": seeds, "rounds": rounds, "vehicles": vehicles])
        if let recordings = try SurfaceRecordings(ifPresent: data) {
            try await addRecorded(try LearningSamples(recordings), to: &report)
        } else {
            FileHandle.standardError.write(Data("waymark: no recorded series at \(data): synthetic ones only\n".utf8))
        }
        for fleet in [50, 100, 200] { try await addSynthetic(fleet, to: &report) }
        try report.print(json: json)
    }

    private func addRecorded(_ samples: LearningSamples, to report: inout BenchReport) async throws {
        let central = try await overFolds(of: samples) { fold, seed in
            [try LearningStudy.centralised(fold.training, judgedBy: fold.holdOut, seed: seed)]
        }
        report.add("accuracy_centralised", central.mean(at: 0), "1")
        report.add("accuracy_centralised_deviation", central.deviation(at: 0), "1")
        for rule in LearningStudy.Rule.allCases {
            for attack in LearningStudy.Attack.allCases {
                let curves = try await curves(of: samples, rule, attack, settings: .round)
                let name = "accuracy_\(rule.rawValue)_\(attack.rawValue)"
                report.add(name, curves.mean(at: rounds - 1), "1")
                report.add("\(name)_deviation", curves.deviation(at: rounds - 1), "1")
                for round in [3, 10, 30] where rule == .robust && round < rounds {
                    report.add("\(name)_after_\(round)", curves.mean(at: round - 1), "1")
                }
            }
        }
        try await addSingleSteps(samples, to: &report)
    }

    /// The plain mean of single steps, which is where federated learning began, to see what an attack does to it.
    private func addSingleSteps(_ samples: LearningSamples, to report: inout BenchReport) async throws {
        let settings = TrainingSettings(
            epochs: 1, batch: 400, learningRate: 0.1, momentum: 0, weightDecay: 0, priorSamples: 0.5)
        for attack in [LearningStudy.Attack.none, .signFlip] {
            let curves = try await curves(of: samples, .unboundedMean, attack, settings: settings)
            report.add("accuracy_single_step_mean_\(attack.rawValue)", curves.mean(at: rounds - 1), "1")
        }
    }

    private func curves(
        of samples: LearningSamples, _ rule: LearningStudy.Rule, _ attack: LearningStudy.Attack,
        settings: TrainingSettings
    ) async throws -> Curves {
        if Terminal.isInteractive { Terminal.write("waymark: \(rule.rawValue), \(attack.rawValue)\n") }
        let (vehicles, rounds) = (vehicles, rounds)
        return try await overFolds(of: samples) { fold, seed in
            let parts = LearningSamples.dealt(fold.training, to: vehicles, alpha: Self.alpha, seed: seed)
            let plan = LearningStudy.Plan(
                rule: rule, attack: attack, rounds: rounds, settings: settings, seed: seed)
            return try LearningStudy.federated(parts, judgedBy: fold.holdOut, plan)
        }
    }

    /// What `body` gives for each fold of each seed, all cores at work.
    private func overFolds(
        of samples: LearningSamples,
        _ body: @escaping @Sendable (LearningSamples.Fold, UInt64) throws -> [Double]
    ) async throws -> Curves {
        try await withThrowingTaskGroup(of: (Int, [Double]).self) { group in
            for run in 0..<seeds {
                let folds = try samples.folds(seed: seed &+ UInt64(run))
                for (index, fold) in folds.enumerated() {
                    let number = run * folds.count + index
                    let seed = seed &+ UInt64(number) &* 1_000
                    group.addTask { (number, try body(fold, seed)) }
                }
            }
            var all: [(Int, [Double])] = []
            for try await curve in group { all.append(curve) }
            // In the order of runs, so that sums are the same in every run of the bench.
            return Curves(curves: all.sorted { $0.0 < $1.0 }.map(\.1))
        }
    }

    private func addSynthetic(_ fleet: Int, to report: inout BenchReport) async throws {
        let holdOut = try HoldOut(
            samples: try LearningSamples(syntheticCount: 100, seed: seed &+ 77).bySurface.flatMap { $0 })
        let vehicles = try LearningSamples.fleet(of: fleet, seed: seed)
        let central = try LearningStudy.centralised(vehicles.flatMap { $0 }, judgedBy: holdOut, seed: seed)
        report.add("accuracy_synthetic_\(fleet)_vehicles_centralised", central, "1")
        for attack in [LearningStudy.Attack.none, .signFlip] {
            let plan = LearningStudy.Plan(attack: attack, rounds: 8, seed: seed)
            let curve = Curves(curves: [try LearningStudy.federated(vehicles, judgedBy: holdOut, plan)])
            for round in [1, 3, 5, 8] {
                let name = "accuracy_synthetic_\(fleet)_vehicles_\(attack.rawValue)_after_\(round)"
                report.add(name, curve.mean(at: round - 1), "1")
            }
        }
    }
}

/// Accuracy after each round, of several runs.
private struct Curves: Sendable {
    let curves: [[Double]]

    func mean(at round: Int) -> Double {
        curves.map { $0[round] }.reduce(0, +) / Double(curves.count)
    }

    /// The standard deviation between runs.
    func deviation(at round: Int) -> Double {
        let mean = mean(at: round)
        return (curves.map { ($0[round] - mean) * ($0[round] - mean) }.reduce(0, +) / Double(curves.count)).squareRoot()
    }
}
