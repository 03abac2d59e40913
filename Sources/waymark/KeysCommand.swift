import ArgumentParser
import Cryptography
import Foundation
import Models
import Server
import Telemetry
import VehicleKit
import Wire

/// Keys and enrolment. Nothing here needs a running validator.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make committees, vehicles and their certificates.",
        subcommands: [CommitteeCommand.self, NewVehicle.self, Enrol.self, Revoke.self])

    /// A committee, from its first day on.
    struct CommitteeCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "committee", abstract: "Make a committee, and change one that runs.",
            discussion: """
                A change ends the committee's epoch: it is signed by a quorum of the present validators and ordered in the log, and the validators
                that it names go on with the same log and state. To add one:
                  waymark keys committee member validator-5 --name validator-5 --port 7316 --http 8084 --log-secret SECRET
                  waymark keys committee change --committee committee.json5 --add validator-5/member.json5 change.json5
                  waymark keys committee sign --committee committee.json5 --keys validator-1/keys change.json5     (each of a quorum)
                  waymark keys committee decide --committee committee.json5 --next next.json5 change.json5 decision.bin
                  mosquitto_pub -V 5 -q 1 -t waymark/v1/committee -f decision.bin
                The newcomer starts with next.json5, the others go on by themselves. DIR alone is short for 'new DIR'.
                """,
            subcommands: [
                NewCommittee.self, CommitteeChangeCommands.Member.self, CommitteeChangeCommands.Rotate.self,
                CommitteeChangeCommands.Change.self, CommitteeChangeCommands.Sign.self,
                CommitteeChangeCommands.Decide.self,
            ], defaultSubcommand: NewCommittee.self)
    }

    /// Fresh keys and configuration for a committee on one machine: the start of a real one, too.
    struct NewCommittee: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "A new committee: keys, configuration, policy.")

        @Argument(help: "Folder to make.") var directory: String
        @Option(help: "Validators, 1 to 15.") var validators = 4
        @Option(help: "The log's name: a DNS name of yours and a path.") var origin = "waymark.local/log"
        @Option(help: "First port; each validator takes four.") var port = 7300
        @Option(help: "Port of the first validator's page.") var http = 8080
        @Option(help: "Road network (.osm.pbf) that observations may name edges of.") var map: String?
        @Flag(help: "Train the shared models; how is then in committee.json5.") var learning = false
        @Option(help: "With --learning: the file that perception is judged by; one of simulated series where left out.")
        var holdOut: String?

        func run() throws {
            let map = try map.map { try MapFile(path: $0) }
            let plan = CommitteeFolder.Plan(
                origin: origin, validators: validators, firstPort: port, httpPort: http, map: map?.planned,
                learning: try plannedLearning())
            _ = try CommitteeFolder(path: directory).create(plan)
            print("\(directory): \(validators) validators. Start each with")
            print("  waymark serve --config \(directory)/validator-1/validator.json5")
        }

        private func plannedLearning() throws -> (rounds: CommitteeFile.Learning, holdOut: [UInt8])? {
            guard learning || holdOut != nil else { return nil }
            let file =
                try holdOut.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) }
                ?? HoldOutFile.synthetic(seed: UInt64.random(in: 0...UInt64.max))
            _ = try HoldOut(decoding: file)
            let rounds = CommitteeFile.Learning(
                perception: .perception(holdOut: Digest.sha256(file)), travelTimes: .travelTimes)
            return (rounds, file)
        }
    }

    /// A vehicle's own key. It never leaves the vehicle: enrolment needs its public half only.
    struct NewVehicle: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "vehicle", abstract: "A new vehicle's key.")

        @Argument(help: "File to write the secret seed to.") var file: String

        func run() throws {
            let key = SigningKey.generate()
            try SecretFile.write(key.seed, to: file)
            print(Hex.encode(key.publicKey.bytes))
        }
    }

    /// A certificate for a vehicle's key, signed by the authority.
    struct Enrol: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enrol", abstract: "Certify a vehicle's key.",
            discussion: """
                With the vehicle's seed at hand it writes an identity file (JSON) that `waymark vehicle` and other clients read.
                With the public key alone it writes the certificate (an encoded SignedCertificate), which the vehicle adds.
                """)

        @Option(help: "The committee file.") var committee: String
        @Option(help: "The authority's key file.") var authority: String
        @Option(help: "The vehicle's seed file (`waymark keys vehicle`), where it is at hand: makes an identity file.")
        var vehicle: String?
        @Option(help: "The vehicle's public key, hexadecimal: makes the certificate alone.") var key: String?
        @Option(help: "Days that the certificate is valid.") var days: UInt64 = 365
        @Argument(help: "New file to write.") var file: String

        func validate() throws {
            guard (1...3660).contains(days) else { throw ValidationError("--days is \(days): 1 to 3,660 are possible") }
            guard (vehicle == nil) != (key == nil) else { throw ValidationError("give either --vehicle or --key") }
        }

        func run() throws {
            guard !FileManager.default.fileExists(atPath: file) else {
                throw Failure("\(file) exists: an identity is never overwritten")
            }
            let chain = try CommitteeFile(path: committee).chain()
            let authority = EnrolmentAuthority(key: try SecretFile.signingKey(authority), chain: chain)
            if let vehicle {
                let identity = authority.enrol(try SecretFile.signingKey(vehicle), from: .now(), days: days)
                try identity.save(to: file)
                print("\(file): certificate \(identity.certificateDigest)")
            } else if let key {
                guard let bytes = Hex.decode(key), let vehicleKey = PublicKey(bytes: bytes) else {
                    throw ValidationError("--key is not 64 hexadecimal digits")
                }
                let certificate = authority.certify(vehicleKey, from: .now(), days: days)
                try Data(certificate.envelope()).write(to: URL(fileURLWithPath: file), options: .withoutOverwriting)
                print("\(file): certificate \(Digest.sha256(certificate.bytes))")
            }
        }
    }

    /// Ends a certificate: an ordered entry, effective from its height on.
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Sign the end of a certificate.",
            discussion: """
                Writes the signed revocation; publish it to a validator on the topic waymark/v1/revocations:
                  mosquitto_pub -V 5 -q 1 -t waymark/v1/revocations -f FILE
                """)

        @Option(help: "The committee file.") var committee: String
        @Option(help: "The authority's key file.") var authority: String
        @Option(help: "The certificate's digest, hexadecimal.") var certificate: String
        @Argument(help: "File to write the signed revocation to.") var file: String

        func run() throws {
            guard let bytes = Hex.decode(certificate), let digest = Digest(bytes: bytes) else {
                throw ValidationError("--certificate is not 64 hexadecimal digits")
            }
            let chain = try CommitteeFile(path: committee).chain()
            let authority = EnrolmentAuthority(key: try SecretFile.signingKey(authority), chain: chain)
            let envelope = authority.revoke(digest, at: .now())
            try Data(envelope).write(to: URL(fileURLWithPath: file))
        }
    }
}

extension Timestamp {
    /// This machine's clock.
    static func now() -> Timestamp { Timestamp(milliseconds: UInt64(Date().timeIntervalSince1970 * 1000)) }
}
