/// What happens to the last validator after the measurement, for as long again. Leaders change with every view, so it leads the next view or
/// one of the n - 1 after it, and every n-th from then on.
enum Disturbance {
    /// SIGKILL: its links end.
    case kill
    /// SIGSTOP: its links stay open, and nothing comes from it.
    case pause

    func befall(_ process: ValidatorProcess) {
        switch self {
        case .kill: process.kill()
        case .pause: process.pause()
        }
    }
}

extension ConsensusBench {
    var disturbance: Disturbance? { killLeader ? .kill : pauseOne ? .pause : nil }

    /// Lets it happen, and measures how long nobody gets a receipt and how many come.
    func measureDisturbed(
        by disturbance: Disturbance, _ processes: [ValidatorProcess], _ clients: BareClients
    ) async throws -> (gapMilliseconds: Double, operationsPerSecond: Double) {
        let victim = validators - 1
        await clients.giveUp(victim)
        await clients.forgetGaps()
        let before = await reading(processes, clients)
        disturbance.befall(processes[victim])
        try await Task.sleep(for: .seconds(seconds))
        let after = await reading(processes, clients)
        return (
            await clients.longestGap, Double(after.acknowledged - before.acknowledged) / (after.time - before.time)
        )
    }
}
