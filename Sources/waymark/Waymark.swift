import ArgumentParser
import EventLoop
import Foundation

/// The one executable: each subcommand is a thin layer over a module.
@main
struct Waymark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waymark",
        abstract: "Vehicles report hazards, validators that do not trust each other agree on them, drivers are warned.",
        discussion: """
            Start here:
              waymark demo                    a committee of four, 200 simulated vehicles, a page to watch
              waymark serve                   a validator of its own: makes its keys on first use
              waymark inspect audit DIR/log   check a log, offline, with nothing but public keys

            Exit codes: 0 all is well, 1 refused or failed, 2 wrong usage.
            Shell completion: waymark --generate-completion-script bash|zsh|fish
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, ServeCommand.self, VehicleCommand.self, SimulateCommand.self, InspectCommand.self,
            KeysCommand.self, BenchCommand.self,
        ])

    static func main() async {
        // A connection is a descriptor, and the log's files must never lack one.
        _ = EventLoop.raiseDescriptorLimit()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            leave(with: error)
        }
    }

    /// Help and versions end with 0, a command's own verdict with its code, wrong usage with 2, every other failure with 1.
    private static func leave(with error: any Error) -> Never {
        if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
        let isUsage = exitCode(for: error) == .validationFailure
        let isAnswer = exitCode(for: error) == .success
        let text = isUsage || isAnswer ? fullMessage(for: error) : "waymark: \(error)"
        (isAnswer ? FileHandle.standardOutput : .standardError).write(Data((text + "\n").utf8))
        Foundation.exit(isAnswer ? 0 : isUsage ? 2 : 1)
    }
}
