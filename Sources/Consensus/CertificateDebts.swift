import Wire

/// Certificates that others may be without.
///
/// Everybody hears everybody's votes and makes the certificates itself, so to send each to all would say the same n times. A certificate is
/// owed to who has not shown, within a few times what votes take, that it has left the certificate's view; the others get nothing.
struct CertificateDebts: Sendable {
    private struct Debt: Sendable {
        let certificate: Certificate
        let due: Instant
    }

    private var debts: [Debt] = []
    /// The highest view that each member has shown to be in; this one is owed nothing.
    private var reached: [UInt64]

    init(members: Int, me: ValidatorIndex) {
        reached = Array(repeating: 0, count: members)
        reached[me] = .max
    }

    /// A member has said something that it says in `view` only.
    mutating func note(_ member: ValidatorIndex, isIn view: UInt64) {
        guard view > reached[member] else { return }
        reached[member] = view
    }

    /// A new certificate, which may be on nobody's way. A finalization says all that those of earlier views do.
    mutating func owe(_ certificate: Certificate, due: Instant) {
        if certificate.kind == .finalize { debts.removeAll { $0.certificate.view <= certificate.view } }
        debts.append(Debt(certificate: certificate, due: due))
        if debts.count > ConsensusLimits.certificatesOwed { debts.removeFirst() }
    }

    /// What is to be sent now, and to whom.
    mutating func takeDue(at now: Instant) -> [(certificate: Certificate, to: ValidatorIndex)] {
        guard !debts.isEmpty else { return [] }
        let last = reached.min() ?? .max
        debts.removeAll { $0.certificate.view < last }
        guard let nextDue, nextDue <= now else { return [] }
        let due = debts.filter { $0.due <= now }.map(\.certificate)
        debts.removeAll { $0.due <= now }
        return due.flatMap { certificate in
            reached.indices.filter { reached[$0] <= certificate.view }.map { (certificate, $0) }
        }
    }

    /// When somebody is to be sent something, if nothing is heard before.
    var nextDue: Instant? { debts.lazy.map(\.due).min() }
}
