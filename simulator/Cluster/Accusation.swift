import Consensus

/// Who is to blame where more validators lie than the others can bear.
extension Cluster {
    /// Whether there are more liars than any committee bears. Then nothing is owed but that the guilty are named.
    var isOverwhelmed: Bool { plan.liars.count + plan.forgetful.count > founding.committee.f }

    /// Who signed both of two certificates that exclude each other, as the journals of the honest have them.
    var accused: Set<ValidatorIndex> {
        var known: [UInt64: [Certificate]] = [:]
        var accused: Set<ValidatorIndex> = []
        for process in processes where process.isHonest {
            for case .certificate(let certificate) in process.disk.durable {
                let others = known[certificate.view, default: []]
                if others.contains(where: { $0.vote == certificate.vote }) { continue }
                let evidence = others.flatMap { $0.evidence(beside: certificate) }
                accused.formUnion(evidence.map { $0.culprit(in: founding.committee) })
                known[certificate.view, default: []].append(certificate)
            }
        }
        return accused
    }

    /// What is wrong with how a committee broke that had too many liars, in words: fewer than f + 1 are named, or somebody honest is.
    var misjudged: String? {
        guard let breach = oracle.breach else { return nil }
        let (accused, liars) = (accused, Set(plan.liars.keys))
        if let innocent = accused.subtracting(liars).min() { return "honest validator \(innocent) is accused" }
        guard accused.count <= founding.committee.f else { return nil }
        return "\(breach), and the journals name \(accused.count) of \(founding.committee.f + 1) guilty"
    }
}
