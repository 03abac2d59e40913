import Models
import Telemetry

/// What a vehicle's updates have told about it so far, at most, to those who see them: the validators. One account a model.
///
/// What is hidden is one window's or one traversal's part in an update: perception's noise is weighed against the clip bound, which is all
/// that an update can say; a traversal is in three numbers of travel times, so there a σ counts by √3 less. Which roads an update names is
/// not hidden at all.
public struct PrivacyBook: Sendable {
    private var accounts: [LearnedModel: PrivacyAccountant] = [:]
    /// Models of which an update went out without noise that counts: nothing bounds what it told.
    private var bare: Set<LearnedModel> = []

    /// Nothing was told yet.
    public init() {}

    /// An update of the round is sent.
    mutating func spend(_ round: RoundOpenedEntry) {
        let σ = Double(round.terms.noiseMilli) / 1000
        let multiplier =
            switch round.model {
            case .perception: σ / Double(max(round.terms.clipBound, 1))
            case .travelTimes: σ / 3.0.squareRoot()
            }
        // Validators see who takes part, so taking part at random would hide nothing from them.
        var account = accounts[round.model] ?? PrivacyAccountant()
        if account.spend(rounds: 1, samplingRate: 1, noiseMultiplier: multiplier) {
            accounts[round.model] = account
        } else {
            bare.insert(round.model)
        }
    }

    /// The ε that holds with probability 1 − `delta`, for 0 < delta < 1; 0 where nothing was sent, nil where nothing bounds it.
    public func epsilon(of model: LearnedModel, delta: Double) -> Double? {
        bare.contains(model) ? nil : accounts[model]?.epsilon(delta: delta) ?? 0
    }
}
