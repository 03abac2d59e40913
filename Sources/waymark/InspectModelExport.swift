import ArgumentParser
import Cryptography
import Federation
import Foundation
import Models
import Telemetry

extension InspectModel {
    /// A version's file for other programs.
    enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
        case onnx, safetensors, raw
    }

    /// Writes a version's file.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a version as a file for other programs.",
            usage: "waymark inspect model export <log> <model> [<version>] <file> [--format <format>]",
            discussion: """
                The version must be one of the log's, and its file must have its digest: so it does not matter who gives
                it. It is read from the folder `models` beside the log's, or from /blobs of its address. The current version
                is exported where none is named. Travel times have no other format than raw, the project's own.
                """)

        @OptionGroup var log: LogArgument
        @Argument(help: "perception or travel-times.") var model: LearnedModel
        @Argument(help: "A version's digest, unless it is the current one, and the file to write.")
        var versionAndFile: [String] = []
        @Option(help: "onnx, safetensors or raw.") var format: ExportFormat = .onnx

        func validate() throws {
            guard (1...2).contains(versionAndFile.count) else {
                throw ValidationError("name the file to write, and before it a version unless it is the current one")
            }
            guard model == .perception || format == .raw else {
                throw ValidationError("\(model.name) can be exported as raw only: it is no neural network")
            }
        }

        func run() throws {
            let history = try InspectModel.history(log)
            let version = try history.version(versionAndFile.dropLast().first, of: model)
            let file = try VersionFile(of: model, version, beside: log.log)
            let bytes = try file.bytes(as: format)
            let path = versionAndFile[versionAndFile.count - 1]
            do {
                try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
            } catch {
                throw Failure("cannot write \(path): \(error.localizedDescription)")
            }
            Terminal.write("waymark: \(model.name) \(version), \(Format.count(bytes.count)) bytes, is in \(path)\n")
        }
    }
}

/// The file of a version, whose digest was checked.
struct VersionFile {
    let model: LearnedModel
    let bytes: [UInt8]

    /// The file of a version as it lies beside a log's folder, or behind its address; the first version is built in.
    init(of model: LearnedModel, _ version: Digest, beside log: String) throws {
        self.model = model
        guard version != InitialVersion.digest(of: model) else {
            bytes = InitialVersion.bytes(of: model)
            return
        }
        let (place, found) = try Self.read(version, beside: log)
        guard Digest.sha256(found) == version else { throw Failure("\(place) does not have its digest: it is damaged") }
        bytes = found
    }

    private static func read(_ version: Digest, beside log: String) throws -> (place: String, bytes: [UInt8]) {
        if log.hasPrefix("http://") || log.hasPrefix("https://") {
            let url = try HTTPSource(log).prefix.appendingPathComponent("blobs/\(version)")
            let (status, body) = try HTTP.get(url)
            guard status == 200 else { throw Failure("\(url): status \(status)") }
            return ("\(url)", [UInt8](body))
        }
        let path = "\(log)/../models/\(version)"
        guard FileManager.default.fileExists(atPath: path) else { throw Failure("\(path): no such file") }
        return (path, [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    /// The version in a format.
    func bytes(as format: InspectModel.ExportFormat) throws -> [UInt8] {
        switch format {
        case .raw: return bytes
        case .onnx: return try perception().onnx()
        case .safetensors: return try perception().safetensors()
        }
    }

    private func perception() throws -> PerceptionModel {
        do {
            return try PerceptionModel(decoding: bytes)
        } catch {
            throw Failure("the file is no perception model: \(error)")
        }
    }
}
