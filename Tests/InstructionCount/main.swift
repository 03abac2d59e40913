import Cluster
import Glibc

// A committee in good weather and nothing else, on one thread, for valgrind to count: `InstructionCount REPORTS_A_SECOND`. Prints how many reports were
// made. The executable itself runs asynchronously, which valgrind does not survive.

guard CommandLine.arguments.count == 2, let rate = UInt64(CommandLine.arguments[1]) else {
    print("usage: InstructionCount REPORTS_A_SECOND")
    exit(2)
}
var options = ClusterOptions()
options.liars = 0
options.stormMilliseconds = 12_000
options.reportsPerSecond = rate
options.realOneIn = Int.max
options.without = Fault.allCases.map(\.rawValue)
var run = ClusterRun(seed: 1, options: options)
run.run()
if let failure = run.failure {
    print("the committee failed: \(failure)")
    exit(1)
}
print(run.cluster.counts.reports)
