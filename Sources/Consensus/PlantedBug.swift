/// A rule that a simulation leaves out, to learn whether its checks would notice. Nothing outside simulations can set one.
@_spi(Simulation) public enum PlantedBug: String, CaseIterable, Sendable {
    // What must be durable before what.
    case ackWithoutCar = "ack-without-car"
    case voteWithoutBlock = "vote-without-block"
    case voteWithoutTips = "vote-without-tips"
    case viewWithoutCertificate = "view-without-certificate"
    case finalizeWithoutNotarization = "finalize-without-notarization"
    case finalWithoutCars = "final-without-cars"
    // What a restart must not forget.
    case forgottenOwnCar = "forgotten-own-car"
    case forgottenAck = "forgotten-ack"
    case forgottenProposal = "forgotten-proposal"
    case forgottenNotarize = "forgotten-notarize"
    case forgottenNullify = "forgotten-nullify"
    case forgottenFinalize = "forgotten-finalize"
    case noRecall = "no-recall"
    case emptySummary = "empty-summary"
    // What is said once, or not beside something else.
    case secondProposal = "second-proposal"
    case secondNotarize = "second-notarize"
    case notarizeAfterNullify = "notarize-after-nullify"
    case finalizeAfterNullify = "finalize-after-nullify"
    case nullifyAfterFinalize = "nullify-after-finalize"
    case secondAck = "second-ack"
    // What is checked.
    case uncheckedNullifications = "unchecked-nullifications"
    case uncheckedParent = "unchecked-parent"
    case uncheckedItems = "unchecked-items"
    case uncheckedTips = "unchecked-tips"
    case uncheckedAncestors = "unchecked-ancestors"
    case quorumLessOne = "quorum-less-one"
    case attestersLessOne = "attesters-less-one"
    // What keeps a committee going.
    case noStandIn = "no-stand-in"
    case noTimeout = "no-timeout"
    case noResend = "no-resend"
    case noBlockFetch = "no-block-fetch"
    case noCarFetch = "no-car-fetch"
    case noCertificateFetch = "no-certificate-fetch"
    case endlessDelay = "endless-delay"
}

extension Consensus {
    /// Whether a simulation has left this rule out.
    func lacks(_ rule: PlantedBug) -> Bool { settings.planted == rule }
}

@_spi(Simulation) extension ConsensusSettings {
    /// The rule that is left out; nil outside simulations.
    public var plantedBug: PlantedBug? {
        get { planted }
        set { planted = newValue }
    }
}
