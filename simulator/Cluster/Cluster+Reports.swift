import Consensus
import Models
import Replica
import Telemetry

/// Vehicles and the validators that they turn to.
extension Cluster {
    /// A vehicle sees something; the next sighting follows by the rate.
    mutating func sight() {
        if isStormy { makeReport() }
        let mean = 1000 / max(1, options.reportsPerSecond)
        agenda.add(.sighting, at: now + random.within(1...2 * mean))
    }

    mutating func makeReport() {
        guard vehicles.hasRoom else { return }
        counts.reports += 1
        let number = vehicles.report(at: now, random: &random)
        submit(number, to: gateway())
        if random.happens(permille: plan.amount(.crowds)) { submit(number, to: gateway()) }
    }

    /// Who got no answer tries elsewhere.
    mutating func retryReports() {
        for number in vehicles.overdue(at: now) { submit(number, to: Int(random.below(UInt64(processes.count)))) }
        agenda.add(.retry, at: now + 500)
    }

    private mutating func gateway() -> Int {
        if isStormy, random.happens(permille: plan.amount(.hotLane)) { return 0 }
        return Int(random.below(UInt64(processes.count)))
    }

    private mutating func submit(_ number: UInt64, to index: Int) {
        guard processes[index].state == .up,
            let (submission, token) = vehicles.submission(number, at: now)
        else { return }
        let clock = processes[index].clock.moment(at: now).timestamp
        let isKnown = processes[index].replica.hasCommitted(submission)
        if !isKnown, let refusal = submission.refusal(atGatewayTime: clock, terms: founding.terms) {
            return tell(.refused(refusal), token, by: index)
        }
        self.tell(.submit(submission, token), to: index)
    }

    /// A vehicle gets its answer. What a liar says is not believed: receipts prove themselves, and a refusal is worth a try elsewhere.
    mutating func tell(_ answer: Answer, _ token: SubmissionToken, by index: Int) {
        guard processes[index].isHonest, let key = vehicles.take(answer, token) else { return }
        oracle.see(answer, to: key, by: processes[index].validator)
    }
}
