import Cryptography
import Foundation
import Telemetry

/// The terms that a journal was made under: `terms.sha256` beside it.
///
/// A journal is replayed by the committee's terms, so under others it would give another log than the one that the validator cosigned.
/// Whoever edits authorities, map or learning in the committee file of a running committee is told so at the start, and not by a head that
/// finds no quorum.
struct TermsFile {
    private let path: String

    init(directory: String) {
        path = "\(directory)/terms.sha256"
    }

    /// Compares the terms with those of the journal, or writes them down where it is new.
    func check(_ terms: CommitteeTerms) throws {
        let digest = "\(terms.digest)"
        guard FileManager.default.fileExists(atPath: path) else {
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
            try Data("\(digest)\n".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            return
        }
        let written = String(decoding: try ConfigurationError.bytes(path: path), as: UTF8.self)
        guard written.trimmingCharacters(in: .whitespacesAndNewlines) == digest else {
            throw ConfigurationError.invalid(
                "chain_id, authorities, map or learning in the committee file are not those that the journal beside \(path) was made under"
            )
        }
    }
}
