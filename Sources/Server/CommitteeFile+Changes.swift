import Cryptography
import Replica
import Telemetry

/// From a committee to the next.
extension CommitteeFile {
    /// The committee after a change: its validators are others, and everything else stays.
    public func succeeded(by change: CommitteeChange) -> CommitteeFile {
        var next = self
        next.epoch = change.epoch
        next.validators = change.members.map(Validator.init)
        return next
    }

    /// The change to the validators of this file.
    public func change() throws(ConfigurationError) -> CommitteeChange {
        try CommitteeChange(epoch: epoch, validators: validators)
    }
}

extension CommitteeChange {
    /// The change to these validators, every field checked.
    init(epoch: UInt64, validators: [CommitteeFile.Validator]) throws(ConfigurationError) {
        guard 1...TelemetryLimits.committeeMembers ~= validators.count else {
            throw .invalid("\(validators.count) validators: 1 to \(TelemetryLimits.committeeMembers) are possible")
        }
        var members: [CommitteeMember] = []
        for validator in validators { members.append(try validator.member()) }
        self.init(epoch: epoch, members: members)
    }
}

extension CommitteeFile.Validator {
    /// A validator as a change names it.
    init(_ member: CommitteeMember) {
        self.init(
            name: member.name, consensusKey: Hex.encode(member.consensusKey.bytes),
            logKey: Hex.encode(member.logKey.bytes), cosigningKey: Hex.encode(member.cosigningKey.bytes),
            tlsPin: member.tlsPin.description, peerAddress: member.peerAddress, vehicleAddress: member.vehicleAddress)
    }

    /// The same in a change, every field checked.
    func member() throws(ConfigurationError) -> CommitteeMember {
        for (field, text) in [("name", name), ("peer_address", peerAddress), ("vehicle_address", vehicleAddress)] {
            guard 1...TelemetryLimits.memberTextBytes ~= text.utf8.count else {
                throw .invalid("\(field) of \(name) has 1 to \(TelemetryLimits.memberTextBytes) bytes")
            }
        }
        _ = try Endpoint(peerAddress)
        _ = try Endpoint(vehicleAddress)
        return CommitteeMember(
            name: name, consensusKey: try key(consensusKey, "consensus_key"), logKey: try key(logKey, "log_key"),
            cosigningKey: try key(cosigningKey, "cosigning_key"),
            tlsPin: try ConfigurationError.digest(tlsPin, "tls_pin of \(name)"), peerAddress: peerAddress,
            vehicleAddress: vehicleAddress)
    }

    private func key(_ text: String, _ field: String) throws(ConfigurationError) -> PublicKey {
        try ConfigurationError.key(text, "\(field) of \(name)")
    }
}
