import ArgumentParser

/// Worlds that a seed decides.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Simulate vehicles against real validators, or validators in a world of faults.",
        discussion: """
            waymark simulate fleet     vehicles on a map, against a committee that runs already (the default)
            waymark simulate cluster   validators on a simulated network, with simulated disks, clocks and liars
            waymark simulate mutations the same with rules left out, which must show
            waymark simulate twins     one validator twice, under every leader and partition of its first views
            """,
        subcommands: [SimulateFleet.self, SimulateCluster.self, SimulateMutations.self, SimulateTwins.self],
        defaultSubcommand: SimulateFleet.self)
}
