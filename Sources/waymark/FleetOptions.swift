import ArgumentParser
import Cryptography
import EventLoop
import Foundation
import Server
import Traffic
import VehicleKit
import Wire

/// How a simulated fleet is made: shared by `demo` and `simulate`.
struct FleetOptions: ParsableArguments {
    @Option(help: "Simulated vehicles, 1 to 20,000.") var vehicles = 200
    @Option(help: "Seconds of real time to drive, 1 to 86,400.") var duration = 60
    @Option(help: "Hazards planted on the map, 0 to 1,000.") var hazards = 6
    @Option(help: "Share of the vehicles that send poisoned updates, such as 20%.") var attackers = Percentage(value: 0)
    @Option(help: "Folder of recorded surfaces that wheels feel in place of simulated ones, where it is there.")
    var recordings = SurfaceRecordings.usualFolder
    @Option(help: "Seed: the same traffic, hazards and sensors again.") var seed: UInt64 = 1

    func validate() throws {
        guard (1...20_000).contains(vehicles) else {
            throw ValidationError("--vehicles is \(vehicles): 1 to 20,000 are possible")
        }
        guard (1...86_400).contains(duration) else {
            throw ValidationError("--duration is \(duration): 1 to 86,400 seconds are possible")
        }
        guard (0...1000).contains(hazards) else {
            throw ValidationError("--hazards is \(hazards): 0 to 1,000 are possible")
        }
    }

    /// A fleet for the committee of `file`, its vehicles enrolled by `authority`, on a loop of its own.
    func fleet(_ file: CommitteeFile, authority key: SigningKey, map: MapFile) throws -> Fleet {
        let loop = try EventLoop.spawn(name: "fleet")
        let authority = EnrolmentAuthority(key: key, chain: try file.chain())
        let committee = try CommitteeAccess(loop: loop, gateways: try file.gateways(), trust: try file.trust())
        let now = Timestamp.now()
        let identities = (0..<vehicles).map { _ in authority.enrol(.generate(), from: now, days: 1) }
        let traffic = TrafficSimulation(network: map.network, vehicles: vehicles, hazards: hazards, seed: seed)
        return Fleet(
            traffic: traffic, mapDigest: map.digest, identities: identities, committee: committee,
            recordings: try SurfaceRecordings(ifPresent: recordings), attackersPercent: attackers.value, seed: seed)
    }
}

/// A whole percentage on the command line: `20%` or `20`.
struct Percentage: ExpressibleByArgument {
    var value: Int

    init(value: Int) {
        self.value = value
    }

    init?(argument: String) {
        let digits = argument.hasSuffix("%") ? argument.dropLast() : argument[...]
        guard let value = Int(digits), (0...100).contains(value) else { return nil }
        self.value = value
    }

    var defaultValueDescription: String { "\(value)%" }
}
