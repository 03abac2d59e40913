import Foundation

/// What people watch while a command works: a block of lines, redrawn in place where stderr is a terminal, and nothing where it is not.
struct Terminal {
    /// Whether stderr is a terminal that a person may look at.
    static let isInteractive = isatty(STDERR_FILENO) == 1

    private var drawn = 0

    /// Replaces the lines drawn before by these.
    mutating func draw(_ lines: [String]) {
        guard Self.isInteractive else { return }
        var text = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        for line in lines { text += "\u{1B}[2K\(line)\n" }
        drawn = lines.count
        Self.write(text)
    }

    /// Says one line that stays, above what is drawn from now on.
    mutating func say(_ line: String) {
        drawn = 0
        Self.write(line + "\n")
    }

    static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}

/// Numbers as people read them.
enum Format {
    /// With a comma between thousands: `1,234,567`.
    static func count(_ value: some BinaryInteger) -> String {
        var digits = Array(String(value))
        var index = digits.count - 3
        while index > (value < 0 ? 1 : 0) {
            digits.insert(",", at: index)
            index -= 3
        }
        return String(digits)
    }

    /// With the given number of decimals.
    static func decimal(_ value: Double, _ places: Int = 1) -> String {
        String(format: "%.\(places)f", value)
    }

    /// A share as a percentage with one decimal, or a dash where there is none.
    static func percent(_ share: Double?) -> String {
        share.map { "\(decimal($0 * 100)) %" } ?? "–"
    }

    /// Milliseconds, or a dash where there are none.
    static func milliseconds(_ value: Double?) -> String {
        value.map { "\(decimal($0, $0 < 10 ? 1 : 0)) ms" } ?? "–"
    }
}

/// Machine-readable answers: one JSON object on stdout.
enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
    }
}
