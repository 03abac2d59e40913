import Consensus
import Telemetry

extension CarInspector {
    /// The inspector of a committee's cars, which knows what convicts a member and what ends the epoch.
    public init(terms: CommitteeTerms, committee: Committee) {
        let others = CarInspector(terms: terms, isDecided: committee.accepts)
        self.init(
            terms: terms,
            isEvidence: { bytes in
                guard let evidence = try? Evidence(decoding: bytes), evidence.isOrderable else { return false }
                return evidence.verifies(in: committee) { items, sealedAt in
                    if case .failure = others.inspect(items: items, sealedAt: sealedAt) { true } else { false }
                }
            }, isDecided: committee.accepts)
    }
}

extension Evidence {
    /// Whether it may stand in a car. A car that carries evidence itself convicts nobody: to judge one could mean to judge another within it, and
    /// so on.
    public var isOrderable: Bool {
        guard let items = invalid?.items else { return true }
        return items.allSatisfy { CarItem.evidence(in: $0) == nil }
    }
}
