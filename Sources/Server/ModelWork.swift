import Cryptography
import Federation
import Storage
import Telemetry

/// What computing a round needs beside the round: versions' files and the hold-out. Runs on the work pool.
struct ModelWork: Sendable {
    let files: ModelFiles
    /// The file that perception is judged by; nil where this validator has none, and then it claims nothing.
    let holdOut: [UInt8]?

    /// The files in `data/models`, with each model's first version.
    init(data: String, holdOut: [UInt8]?) throws(ModelFileError) {
        files = try ModelFiles(directory: "\(data)/models")
        self.holdOut = holdOut
        for model in LearnedModel.allCases { try files.write(InitialVersion.bytes(of: model)) }
    }

    /// Computes the round and keeps the version's file.
    func run(_ job: RoundJob) -> Result<RoundResult, ModelWorkError> {
        do {
            let outcome = try job.run(base: files.read(job.opened.baseVersion), holdOut: holdOut)
            if let file = outcome.file { try files.write(file) }
            return .success(outcome.result)
        } catch {
            return .failure(ModelWorkError(description: "\(job.opened.model.name) round \(job.opened.round): \(error)"))
        }
    }
}

/// Why a round cannot be computed here, in words for the operator.
struct ModelWorkError: Error, CustomStringConvertible {
    let description: String
}
