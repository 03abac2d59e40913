import ArgumentParser
import Cryptography
import Foundation
import Replica
import Server

/// Changes of a committee that runs: who validates, and with which keys.
enum CommitteeChangeCommands {
    /// The present committee's file.
    struct Present: ParsableArguments {
        @Option(help: "The present committee's file: committee.json5, or after a change epochs/N.json5 of a validator.")
        var committee: String

        func read() throws -> CommitteeFile { try CommitteeFile(path: committee) }
    }

    /// A newcomer's keys and configuration.
    struct Member: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "member",
            abstract: "A newcomer's folder: keys, configuration, and what the others must know of it.",
            discussion: """
                Writes DIR/keys, DIR/validator.json5 and DIR/member.json5; the last is public and goes to whoever prepares the change. The log
                secret is the committee's, from another validator's keys folder: who has it can tell which observations are one vehicle's.
                """)

        @Argument(help: "Folder to make.") var directory: String
        @Option(help: "Its name in the committee.") var name: String
        @Option(help: "The committee's shared secret: log-secret.key of another validator.") var logSecret: String
        @Option(help: "The committee file that it will start with, as seen from DIR.") var committee =
            "../committee.json5"
        @Option(help: "Host that it listens on.") var host = "127.0.0.1"
        @Option(help: "The first of its three ports.") var port: Int
        @Option(help: "Port of its page.") var http: Int
        @Option(help: "Road network file, where the committee has one.") var map: String?
        @Option(help: "The file that perception is judged by, where the committee has one.") var holdOut: String?

        func run() throws {
            let folder = MemberFolder(path: directory)
            let member = try folder.create(
                .init(
                    name: name, host: host, firstPort: port, httpPort: http, logSecret: try SecretFile.read(logSecret),
                    committee: committee, map: map, holdOut: holdOut))
            try folder.show(member)
            print("\(folder.memberPath): \(name)")
        }
    }

    /// A validator's next consensus key.
    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Make a validator's next consensus key; print its public half.",
            discussion: """
                The key is written beside the present one, as consensus.next.key. Prepare the change with --rotate NAME=KEY; the validator takes
                the new key when the epoch that names it begins. Then the old one is of no more use.
                """)

        @Option(help: "The validator's keys folder.") var keys: String

        func run() throws { print(Hex.encode(try ValidatorKeys.makeNextConsensusKey(in: keys).bytes)) }
    }

    /// Who the validators of the next epoch are to be.
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change", abstract: "Prepare a change: add, remove, replace validators, rotate keys.",
            discussion: """
                Writes a change file for operators to sign. Those who stay must be able to go on without the newcomers: at most f of the new
                committee come, and at most f go, in one change (from 4 to 7 leads over 5). To replace a machine, --remove and --add in one.
                """)

        @OptionGroup var present: Present
        @Option(help: ArgumentHelp("A newcomer's member.json5.", valueName: "file")) var add: [String] = []
        @Option(help: ArgumentHelp("Who goes.", valueName: "name")) var remove: [String] = []
        @Option(help: ArgumentHelp("A validator's next consensus key.", valueName: "name=key")) var rotate: [String] =
            []
        @Argument(help: "New change file to write.") var file: String

        func validate() throws {
            guard !(add + remove + rotate).isEmpty else { throw ValidationError("give --add, --remove or --rotate") }
        }

        func run() throws {
            guard !FileManager.default.fileExists(atPath: file) else {
                throw Failure("\(file) exists: a change is never overwritten")
            }
            var change = ChangeFile(after: try present.read())
            for name in remove { try change.remove(name) }
            for path in add { change.add(try CommitteeFile.Validator(path: path)) }
            for pair in rotate {
                let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, let bytes = Hex.decode(parts[1]), let key = PublicKey(bytes: bytes) else {
                    throw ValidationError("--rotate \(pair): NAME=KEY, the key as 64 hexadecimal digits")
                }
                try change.rotate(parts[0], to: key)
            }
            _ = try change.change()
            try change.write(to: file)
            print("\(file): epoch \(change.epoch) with \(change.validators.map(\.name).joined(separator: ", "))")
        }
    }

    /// An operator's signature.
    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign", abstract: "Agree to a change, with a validator's consensus key.",
            discussion: """
                Read the file first: it names all validators of the next epoch. A quorum of the present ones must sign, and every newcomer and
                every new key, which shows that its secret is at hand.
                """)

        @OptionGroup var present: Present
        @Option(help: "The validator's keys folder.") var keys: String
        @Argument(help: "The change file; the signature is added to it.") var file: String

        func run() throws {
            var change = try ChangeFile(path: file)
            let committee = try present.read()
            guard change.chainID.lowercased() == committee.chainID.lowercased() else {
                throw Failure("\(file) is of another chain than \(present.committee)")
            }
            let voices = (committee.validators + change.validators).map { $0.consensusKey.lowercased() }
            let own = try ValidatorKeys.consensusKeys(in: keys).filter {
                voices.contains(Hex.encode($0.publicKey.bytes))
            }
            guard !own.isEmpty else {
                throw Failure("the keys in \(keys) are nobody's in the present or next committee")
            }
            for key in own { try change.sign(with: key) }
            try change.write(to: file)
            print("\(file): \(change.approvals.count) signatures")
        }
    }

    /// The decision that goes into the log.
    struct Decide: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decide", abstract: "Check a change that enough have signed, and make what is published.",
            discussion: """
                Writes the decision; publish it to any validator on the topic waymark/v1/committee:
                  mosquitto_pub -V 5 -q 1 -t waymark/v1/committee -f FILE
                With --next it also writes the next committee's file, which newcomers start with. Exit code 1 where the change would be refused.
                """)

        @OptionGroup var present: Present
        @Option(help: "New file for the next committee.") var next: String?
        @Argument(help: "The change file.") var change: String
        @Argument(help: "File to write the decision to.") var file: String

        func run() throws {
            let committee = try present.read()
            let signed = try ChangeFile(path: change).signed()
            do {
                try committee.committee().check(signed)
            } catch let fault as ChangeFault {
                throw Failure("\(change): \(fault)")
            }
            try Data(signed.encoded()).write(to: URL(fileURLWithPath: file))
            let successor = committee.succeeded(by: signed.change)
            _ = try successor.policy()
            if let next { try Data(try successor.text()).write(to: URL(fileURLWithPath: next)) }
            print("\(file): the decision for epoch \(successor.epoch), signed by \(signed.approvals.count) keys")
        }
    }
}
