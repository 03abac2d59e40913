import Consensus
import Foundation
import Replica
import Storage
import Wire

/// What a validator keeps of the epochs that ended while it took part: the folder `epochs` beside its journal.
///
///     <epoch>.json5   the committee file from that epoch on
///     <epoch>.end     shows that the epoch's last block is final (a `HistoryBatch`), for who has not heard it
///     ../log.policy   whose signatures make a checkpoint of the log beside it, from the second epoch on
public struct EpochFolder: Sendable {
    private let path: String
    private let policyPath: String

    /// The folder in the data folder.
    public init(data: String) {
        path = "\(data)/epochs"
        policyPath = "\(data)/log.policy"
    }

    /// The committee files that a start may go by, the newest epoch first: the configured one and those that decisions made of it. A validator
    /// begins in the newest, and goes back to an earlier one where a crash has taken what that begins with.
    public func committees(from configured: CommitteeFile) throws -> [CommitteeFile] {
        var files: [UInt64: CommitteeFile] = [:]
        for name in names(endingWith: ".json5") {
            let file = try CommitteeFile(path: "\(path)/\(name)")
            guard file.chainID.lowercased() == configured.chainID.lowercased() else {
                throw ConfigurationError.invalid(
                    "\(path)/\(name) is of another chain than the configured committee file")
            }
            files[file.epoch] = file
        }
        files[configured.epoch] = files[configured.epoch] ?? configured
        return files.values.sorted { $0.epoch > $1.epoch }
    }

    /// What shows the ends of earlier epochs, by their number.
    func closings() -> [UInt64: HistoryBatch] {
        var closings: [UInt64: HistoryBatch] = [:]
        for name in names(endingWith: ".end") {
            // What cannot be read is as good as missing: others have it too.
            guard let bytes = try? ConfigurationError.bytes(path: "\(path)/\(name)"),
                let closing = try? HistoryBatch(decoding: bytes)
            else { continue }
            closings[closing.epoch] = closing
        }
        return closings
    }

    /// Keeps, durably, what shows that an epoch has ended.
    public func keep(_ end: EpochEnd) throws {
        if let closing = end.closing { try DurableFile.write(closing.encoded(), to: "\(path)/\(closing.epoch).end") }
    }

    /// From now on a start goes by this committee, durably.
    public func keep(_ committee: CommitteeFile) throws {
        try DurableFile.write(try committee.text(), to: "\(path)/\(committee.epoch).json5")
    }

    /// Shows auditors of this folder whose signatures count in a later epoch than the first, which the committee's own policy is for.
    public func show(policyOf committee: CommitteeFile) throws {
        guard committee.epoch > Committee.firstEpoch else { return }
        try DurableFile.write(Array(try committee.policy().text.utf8), to: policyPath)
    }

    private func names(endingWith suffix: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted()
    }
}
