import Cryptography
import Telemetry

/// The entries of rounds in names and words. A digest that an entry does not have is not told.
extension RoundOpenedEntry {
    var fields: [(name: String, value: String)] {
        var fields = [
            ("model", model.name), ("round", "\(round)"), ("base_version", "\(baseVersion)"),
            ("deadline_ms", "\(deadline.milliseconds)"), ("cohort_minimum", "\(terms.cohortMinimum)"),
            ("cohort_limit", "\(terms.cohortLimit)"), ("aggregation", terms.aggregation.name),
            ("attackers_permille", "\(terms.attackersPermille)"), ("noise_milli", "\(terms.noiseMilli)"),
        ]
        switch model {
        case .perception:
            fields += [("clip_bound", "\(terms.clipBound)"), ("scale_bits", "\(terms.scaleBits)")]
            fields += terms.holdOut.map { [("hold_out", "\($0)")] } ?? []
        case .travelTimes:
            fields += [("groups", "\(terms.groups)"), ("groups_minimum", "\(terms.groupsMinimum)")]
        }
        return fields.map { (name: $0.0, value: $0.1) }
    }
}

extension UpdateAcceptedEntry {
    var fields: [(name: String, value: String)] {
        [
            ("model", model.name), ("round", "\(round)"), ("nullifier", "\(nullifier)"),
            ("commitment", "\(commitment)"),
        ]
    }
}

extension RoundClosedEntry {
    var fields: [(name: String, value: String)] {
        [
            ("model", model.name), ("round", "\(round)"), ("updates", "\(updates)"),
            ("inputs_root", "\(inputsRoot)"),
        ]
    }
}

extension VersionMadeEntry {
    var fields: [(name: String, value: String)] {
        var fields = [("model", result.model.name), ("round", "\(result.round)")]
        fields += result.version.map { [("version", "\($0)")] } ?? []
        fields += [("parent", "\(parent)"), ("inputs_root", "\(inputsRoot)")]
        let score = result.score
        switch result.model {
        case .perception:
            fields += [
                ("correct", "\(score.versionCorrect)"), ("parent_correct", "\(score.parentCorrect)"),
                ("samples", "\(score.samples)"),
            ]
        case .travelTimes:
            fields += [
                ("base_error_2e-20", "\(score.baseError)"), ("parent_error_2e-20", "\(score.parentError)"),
                ("comparisons", "\(score.comparisons)"),
            ]
        }
        return fields.map { (name: $0.0, value: $0.1) }
    }
}

extension VersionDecidedEntry {
    var fields: [(name: String, value: String)] {
        var fields = [("model", model.name), ("round", "\(round)"), ("decision", decision.name)]
        fields += version.map { [("version", "\($0)")] } ?? []
        fields.append(("current", "\(current)"))
        return fields.map { (name: $0.0, value: $0.1) }
    }
}
