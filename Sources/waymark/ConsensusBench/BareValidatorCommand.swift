import ArgumentParser
import EventLoop
import Server

/// One validator of a bare committee, as a process that the bench starts.
struct BareValidatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-validator", abstract: "A validator of 'bench consensus --bare'.", shouldDisplay: false)

    @Option(help: "The validator's configuration file.") var config: String

    func run() async throws {
        let configuration = try ServerConfiguration(path: config)
        let committee = try CommitteeFile(path: configuration.committee)
        let keys = try ValidatorKeys.load(from: configuration.keys)
        let validator = try Validator(configuration, committee: committee, keys: keys)
        let loop = try EventLoop.spawn(name: "validator")
        let server = BareValidator(validator, keys: keys, loop: loop)
        try await server.start()
        await Interruption.wait(on: loop)
    }
}
