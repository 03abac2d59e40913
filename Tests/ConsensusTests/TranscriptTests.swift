import Foundation
import Testing

@testable import Consensus

/// Scripts and what comes of them, to be read as prose: `Transcripts/*.txt`. A line that begins with `>` is a command (`Stage` lists them), one with `#`
/// a remark, and what stands below a command is what followed from it. `WAYMARK_RECORD=1` writes down what happens now; read the difference.
@Suite struct TranscriptTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Transcripts")

    static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".txt") }.sorted()
    }

    @Test func thereAreTranscripts() { #expect(Self.names.count >= 10) }

    @Test(arguments: names) func whatHappensIsWhatIsWritten(_ name: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        let written = try String(contentsOf: file, encoding: .utf8)
        let played = try play(written)
        if ProcessInfo.processInfo.environment["WAYMARK_RECORD"] == "1" {
            return try played.write(to: file, atomically: true, encoding: .utf8)
        }
        let (expected, actual) = (written.split(separator: "\n"), played.split(separator: "\n"))
        for (number, pair) in zip(expected, actual).enumerated() where pair.0 != pair.1 {
            Issue.record("\(name), line \(number + 1):\n  written: \(pair.0)\n  happens: \(pair.1)")
            return
        }
        #expect(expected.count == actual.count, "\(name) has \(expected.count) lines, and \(actual.count) happen")
    }

    private func play(_ script: String) throws -> String {
        var stage = Stage()
        var lines: [String] = []
        for line in script.components(separatedBy: "\n") {
            if line.hasPrefix(">") {
                lines.append(line)
                lines += try stage.act(String(line.dropFirst()).trimmingCharacters(in: .whitespaces))
            } else if line.isEmpty || line.hasPrefix("#") {
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }
}
