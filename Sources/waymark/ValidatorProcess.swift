import Foundation
import Server

/// A validator as a process of its own, the same executable with `serve`, its output in a file beside its data.
final class ValidatorProcess {
    let index: Int
    private let configuration: String
    private let logPath: String
    private let words: [String]
    private let tool: [String]
    private var process: Process?

    /// A validator of `folder`, run by the command that `words` are; under another program, where `tool` names one, that becomes it.
    init(index: Int, folder: CommitteeFolder, words: [String] = ["serve"], tool: [String] = []) {
        self.index = index
        self.words = words
        self.tool = tool
        configuration = folder.configurationPath(index)
        logPath = "\(folder.validatorPath(index))/serve.log"
    }

    /// Starts it, or starts it again; its output is appended.
    func start() throws {
        if !FileManager.default.fileExists(atPath: logPath) {
            _ = FileManager.default.createFile(atPath: logPath, contents: nil)
        }
        guard let output = FileHandle(forWritingAtPath: logPath) else {
            throw Failure("cannot write \(logPath)")
        }
        try output.seekToEnd()
        let process = Process()
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.executableURL = tool.isEmpty ? executable : URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = (tool.isEmpty ? [] : tool + [executable.path]) + words + ["--config", configuration]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        self.process = process
    }

    /// The operating system's number of the process.
    var identifier: Int32? { process?.isRunning == true ? process?.processIdentifier : nil }

    var isRunning: Bool { process?.isRunning ?? false }

    /// Asks it to end.
    func terminate() {
        if let process, process.isRunning { process.terminate() }
    }

    /// Ends it at once.
    func kill() {
        guard let process, process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Stops it where it is: its connections stay open and nothing comes from it.
    func pause() {
        if let identifier { _ = Foundation.kill(identifier, SIGSTOP) }
    }

    /// Ends it as an operator would, and waits; kills it where it does not end within ten seconds.
    func stop() async {
        guard let process, process.isRunning else { return }
        process.terminate()
        for _ in 0..<200 where process.isRunning { try? await Task.sleep(for: .milliseconds(50)) }
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Resident memory in bytes, from the kernel; nil where it does not run.
    var residentBytes: UInt64? {
        identifier.flatMap { ProcessMemory.bytes("VmRSS", of: "\($0)") }
    }

    /// The last lines that it wrote, for a failure's message.
    func tail(lines: Int = 10) -> String {
        let text = (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
    }
}

/// Why a command ends with 1, in words.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
