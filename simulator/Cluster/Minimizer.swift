/// Finds which of a failing run's faults it needs: leaves out one after the other, and keeps it out where the run still fails.
public enum Minimizer {
    /// Names that can be left out together with those that already are. Costs a run for each name of the plan.
    public static func minimize(seed: UInt64, options: ClusterOptions) -> [String] {
        var without = options.without
        for name in ClusterRun(seed: seed, options: options).cluster.plan.names {
            var fewer = options
            fewer.without = without + [name]
            fewer.keepsTrace = false
            var run = ClusterRun(seed: seed, options: fewer)
            run.run()
            if run.failure != nil { without.append(name) }
        }
        return without
    }
}
