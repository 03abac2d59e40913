import Cryptography

/// Whom to believe about a log: C2SP's `tlog-policy`. A head counts when a listed log has signed it and enough
/// witnesses have cosigned it.
///
/// A committee of n validators is a policy in which each validator is both: its log key signs the heads that it serves,
/// its cosigning key makes it a witness, and the quorum is q of n.
///
///     log waymark.example/helsinki+3fa1c2d4+AVx6…
///     witness validator-0 waymark.example/helsinki/validator-0+0f83aa01+BH1k…
///     …
///     group validators 3 validator-0 validator-1 validator-2 validator-3
///     quorum validators
///
/// Names of witnesses and groups are octets without meaning: they are kept as bytes, because Swift's strings compare by
/// more than octets.
public struct Policy: Hashable, Sendable {
    /// A name that a policy gives to a witness or a group.
    public typealias Name = [UInt8]

    /// A log that may sign.
    public struct Log: Hashable, Sendable {
        /// Its key, named by its origin.
        public var key: VerifierKey
        /// Where it may be found, if that was written.
        public var url: [UInt8]?
    }

    /// A witness that may cosign.
    public struct Witness: Hashable, Sendable {
        /// What groups and the quorum call it.
        public var name: Name
        /// Its key.
        public var key: VerifierKey
        /// Where it may be found, if that was written.
        public var url: [UInt8]?
    }

    /// So many of those members.
    public struct Group: Hashable, Sendable {
        /// What later groups and the quorum call it.
        public var name: Name
        /// How many members must have witnessed a head: 1 to all.
        public var threshold: Int
        /// Witnesses and earlier groups, each in one group at most.
        public var members: [Name]
    }

    /// The rule that decides.
    public enum Quorum: Hashable, Sendable {
        /// No cosignature is needed.
        case none
        /// The witness or group of that name must have witnessed the head.
        case name(Name)
    }

    /// The logs, in order.
    public internal(set) var logs: [Log] = []
    /// The witnesses, in order.
    public internal(set) var witnesses: [Witness] = []
    /// The groups, in order.
    public internal(set) var groups: [Group] = []
    /// The rule that decides.
    public internal(set) var quorum: Quorum = .none

    init() {}
}

/// Who stands behind a head, as a policy found it.
public struct Endorsement: Hashable, Sendable {
    /// A witness whose cosignature verified.
    public struct Cosigner: Hashable, Sendable {
        /// Its name in the policy.
        public var name: Policy.Name
        /// The time that it signed, in seconds since 1970.
        public var seconds: UInt64
    }

    /// The logs' keys whose signatures verified.
    public var logs: [VerifierKey]
    /// The witnesses whose cosignatures verified, each once.
    public var cosigners: [Cosigner]
}

extension Policy {
    /// Throws unless this policy accepts the head. As the formats ask, lines of unknown keys are ignored, and one bad
    /// line of a known key condemns the whole.
    @discardableResult
    public func evaluate(_ signed: SignedCheckpoint) throws(LogError) -> Endorsement {
        let head = signed.checkpoint
        guard head.size > 0 || head.root == Digest.sha256([]) else { throw .badEmptyRoot }
        let endorsement = try endorsement(of: signed)
        guard !endorsement.logs.isEmpty else { throw .unsigned(origin: head.origin) }
        guard isSatisfied(by: Set(endorsement.cosigners.map(\.name))) else {
            let cosigned = endorsement.cosigners.map { Self.text($0.name) }
            throw .quorumMissing(quorum: Self.text(quorumName), cosigned: cosigned)
        }
        return endorsement
    }

    /// What a strict reader objects to in the signature lines besides: keys that the policy does not name, keys that
    /// sign twice.
    public func objections(to signed: SignedCheckpoint) -> [LogError] {
        var seen: Set<VerifierKey> = []
        var objections: [LogError] = []
        for signature in signed.signatures {
            let known = keys(namedBy: signature, origin: signed.checkpoint.origin)
            if known.isEmpty {
                objections.append(.unknownSignature(name: signature.name))
            } else if let key = known.first(where: { $0.verifies(signature, over: signed.checkpoint) }) {
                if !seen.insert(key).inserted { objections.append(.repeatedSignature(name: signature.name)) }
            } else {
                objections.append(.badSignature(name: signature.name))
            }
        }
        return objections
    }

    private func endorsement(of signed: SignedCheckpoint) throws(LogError) -> Endorsement {
        var endorsement = Endorsement(logs: [], cosigners: [])
        for signature in signed.signatures {
            let known = keys(namedBy: signature, origin: signed.checkpoint.origin)
            guard !known.isEmpty else { continue }
            guard let key = known.first(where: { $0.verifies(signature, over: signed.checkpoint) }) else {
                throw .badSignature(name: signature.name)
            }
            add(key, signature, to: &endorsement)
        }
        return endorsement
    }

    private func add(_ key: VerifierKey, _ signature: NoteSignature, to endorsement: inout Endorsement) {
        switch key.kind {
        case .log:
            if !endorsement.logs.contains(key) { endorsement.logs.append(key) }
        case .cosigner:
            guard let witness = witnesses.first(where: { $0.key == key }), let seconds = signature.claimedSeconds else {
                return
            }
            if !endorsement.cosigners.contains(where: { $0.name == witness.name }) {
                endorsement.cosigners.append(.init(name: witness.name, seconds: seconds))
            }
        }
    }

    /// The keys that a signature may be of. A log's key counts for its own origin only.
    private func keys(namedBy signature: NoteSignature, origin: String) -> [VerifierKey] {
        let logKeys = logs.map(\.key).filter { LogText.same($0.name, origin) }
        return (logKeys + witnesses.map(\.key)).filter { $0.isNamed(by: signature) }
    }

    /// Whether `cosigners` make up the quorum. Groups name earlier groups only, so one pass settles all.
    private func isSatisfied(by cosigners: Set<Name>) -> Bool {
        guard case .name(let wanted) = quorum else { return true }
        var witnessed = cosigners
        for group in groups where group.members.filter(witnessed.contains).count >= group.threshold {
            witnessed.insert(group.name)
        }
        return witnessed.contains(wanted)
    }

    var quorumName: Name {
        switch quorum {
        case .none: Self.noneName
        case .name(let name): name
        }
    }

    /// A name for people's eyes.
    static func text(_ name: Name) -> String { String(decoding: name, as: UTF8.self) }
}

extension Endorsement.Cosigner: CustomStringConvertible {
    /// The witness's name, for people's eyes.
    public var description: String { Policy.text(name) }
}
