import Cryptography

/// The heads of several copies of one log, and whether they are of one history. Copies may lag behind each other.
public struct LogComparison: Sendable {
    /// A copy's name and its head; nil where it has none that the policy accepts.
    public struct View: Sendable {
        /// What the caller calls the copy.
        public var name: String
        /// Its head.
        public var signed: SignedCheckpoint?
    }

    /// The copies, in the caller's order.
    public private(set) var views: [View] = []
    /// What is wrong; a finding's path is the name of a copy.
    public private(set) var findings: [Finding] = []

    /// Whether all heads are of one history.
    public var passed: Bool { findings.isEmpty }

    /// Whether all copies have the very same head.
    public var headsAreEqual: Bool {
        passed && Set(views.map(\.signed?.checkpoint)).count == 1
    }

    /// Compares the copies in `sources`, by name.
    public init(_ sources: [(name: String, source: any LogSource)], policy: Policy) {
        for (name, source) in sources { readHead(name, source, policy) }
        // The largest copy has the tiles that show every smaller one to be its beginning.
        guard let largest = views.indices.max(by: { size($0) < size($1) }) else { return }
        for index in views.indices where index != largest {
            compare(index, with: largest, sources[largest].source)
        }
    }

    private mutating func readHead(_ name: String, _ source: some LogSource, _ policy: Policy) {
        views.append(View(name: name))
        do throws(SourceError) {
            let bytes = try source.read(.checkpoint)
            do throws(LogError) {
                let signed = try SignedCheckpoint(parsing: bytes)
                try policy.evaluate(signed)
                views[views.count - 1].signed = signed
            } catch {
                findings.append(Finding(name, .head(error)))
            }
        } catch {
            findings.append(Finding(name, error == .missing ? .missing : .unreadable(error)))
        }
    }

    private mutating func compare(_ index: Int, with largest: Int, _ source: some LogSource) {
        guard let small = views[index].signed?.checkpoint, let large = views[largest].signed?.checkpoint else { return }
        do throws(LogError) {
            try large.requireContinuing(small, source)
        } catch {
            findings.append(Finding(views[index].name, .head(error)))
        }
    }

    private func size(_ index: Int) -> UInt64 { views[index].signed?.checkpoint.size ?? 0 }
}

extension Checkpoint {
    /// Throws unless this head continues `before`, by a proof built from the tiles in `source` and checked against both
    /// roots.
    public func requireContinuing(_ before: Checkpoint, _ source: some LogSource) throws(LogError) {
        try canFollow(before)
        let proof = try TileReader(source, size: size).consistencyProof(from: before.size)
        guard
            MerkleProof.verifyConsistency(
                from: before.size, root: before.root, to: size, root: root, proof: proof)
        else { throw .rewritten(size: size, seen: before.size) }
    }
}
