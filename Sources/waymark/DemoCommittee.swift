import Cryptography
import Foundation
import Server
import Storage
import TransparencyLog

/// The committee of a demo: its folder, its processes, and what they say over HTTP.
final class DemoCommittee {
    let folder: CommitteeFolder
    let file: CommitteeFile
    let validators: [ValidatorProcess]
    private let pages: [URL]
    /// How learning went when it was last asked.
    private(set) var learning: [LearningStatus] = []

    /// Makes a fresh committee with fresh keys.
    init(folder: CommitteeFolder, plan: CommitteeFolder.Plan, tools: [Int: [String]] = [:]) throws {
        self.folder = folder
        file = try folder.create(plan)
        validators = (0..<plan.validators).map { ValidatorProcess(index: $0, folder: folder, tool: tools[$0] ?? []) }
        pages = try (0..<plan.validators).map { index in
            guard let page = URL(string: "http://\(plan.host):\(plan.httpPort + index)/") else {
                throw Failure("\(plan.host) is no host")
            }
            return page
        }
    }

    /// Starts every validator and waits until all of them are linked with each other.
    func start() async throws {
        for validator in validators { try validator.start() }
        let deadline = Date(timeIntervalSinceNow: 60)
        while !isWhole {
            for validator in validators where !validator.isRunning {
                throw Failure("validator \(validator.index + 1) did not start:\n\(validator.tail())")
            }
            guard Date() < deadline else {
                throw Failure("the committee did not come together in a minute:\n\(validators[0].tail())")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private var isWhole: Bool {
        validators.indices.allSatisfy { status($0)?.peers == validators.count - 1 }
    }

    /// CPU seconds of all validators that run.
    var processorSeconds: Double {
        validators.reduce(0) { sum, validator in
            sum + (validator.identifier.flatMap { ProcessorTime.of(process: $0) } ?? 0)
        }
    }

    /// Ends every validator as an operator would.
    func stop() async {
        for validator in validators { validator.terminate() }
        for validator in validators { await validator.stop() }
    }

    /// Where a validator is; nil where it does not answer.
    func status(_ index: Int) -> ValidatorStatus? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard
            let (status, body) = try? HTTP.get(pages[index].appendingPathComponent("api/v1/status"), timeoutSeconds: 2),
            status == 200
        else { return nil }
        return try? decoder.decode(ValidatorStatus.self, from: body)
    }

    /// Asks the first validator how learning goes; what it said before stays where it does not answer.
    func readLearning() {
        struct Answer: Decodable {
            var models: [LearningStatus]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let address = pages[0].appendingPathComponent("api/v1/models")
        guard let (status, body) = try? HTTP.get(address, timeoutSeconds: 2), status == 200,
            let answer = try? decoder.decode(Answer.self, from: body)
        else { return }
        learning = answer.models
    }

    /// A validator's numbers; empty where it does not answer.
    func metrics(_ index: Int) -> MetricsReading {
        let answer = try? HTTP.get(pages[index].appendingPathComponent("metrics"), timeoutSeconds: 2)
        return MetricsReading(text: String(decoding: answer?.body ?? Data(), as: UTF8.self))
    }

    /// Waits until every validator serves the same head; false where that does not come within `seconds`.
    func waitForEqualHeads(seconds: Double) async -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while Date() < deadline {
            let heads = validators.indices.map { index -> String? in
                let answer = try? HTTP.get(pages[index].appendingPathComponent("checkpoint"), timeoutSeconds: 2)
                guard let answer, answer.status == 200 else { return nil }
                return String(decoding: answer.body, as: UTF8.self).split(separator: "\n").prefix(3).joined(
                    separator: "\n")
            }
            if !heads.contains(nil), Set(heads).count == 1 { return true }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// Audits every validator's log on disk and compares them; what was wrong, in words.
    func audit() throws -> [String] {
        let policy = try file.policy()
        var complaints: [String] = []
        var sources: [(name: String, source: any LogSource)] = []
        for (index, validator) in file.validators.enumerated() {
            let source = DirectorySource("\(folder.validatorPath(index))/log")
            complaints += LogAuditor(policy: policy).audit(source).findings.map { "\(validator.name): \($0)" }
            sources.append((validator.name, source))
        }
        return complaints + LogComparison(sources, policy: policy).findings.map { "compare: \($0)" }
    }
}

/// What `/api/v1/models` says of one model, as far as the demo shows it.
struct LearningStatus: Decodable {
    struct Version: Decodable {
        var round: UInt64
        var decision: String?
        var accuracy: Double?
        var baseError: Double?
    }

    struct Open: Decodable {
        var updates: UInt64?
    }

    var model: String
    var round: UInt64
    var open: Open?
    var versions: [Version]

    /// In few words: the round, and how the newest judged version did.
    var line: String {
        let state = open.map { "open, \($0.updates ?? 0) updates" } ?? "closed"
        let accuracy = versions.lazy.compactMap(\.accuracy).first.map { ", accuracy \(Format.percent($0))" } ?? ""
        let error = versions.lazy.compactMap(\.baseError).first.map { ", error \(Format.percent($0))" } ?? ""
        return "\(model) \(round) \(state)\(accuracy)\(error)"
    }
}

/// What `/api/v1/status` says.
struct ValidatorStatus: Decodable {
    var view: UInt64
    var height: UInt64
    var size: UInt64
    var root: String
    var vehicles: Int
    var peers: Int
}

/// A reading of `/metrics`.
struct MetricsReading {
    private var values: [Substring: Double] = [:]

    init(text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            values[line[..<(line.firstIndex(of: "{") ?? space)], default: 0] += value
        }
    }

    /// The sum over all labels.
    func sum(_ name: String) -> Double { values[name[...]] ?? 0 }
}
