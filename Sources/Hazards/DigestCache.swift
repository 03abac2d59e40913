import Cryptography

/// The digest of a table of records, of which few change from block to block: a record is hashed again only after it
/// changed.
struct DigestCache: Sendable {
    private var names = SortedList<HazardID>()
    private var digests: [HazardID: Digest] = [:]
    private var changed: Set<HazardID> = []
    private var whole: Digest?

    mutating func insert(_ name: HazardID) {
        names.insert(name)
        change(name)
    }

    mutating func change(_ name: HazardID) {
        changed.insert(name)
        whole = nil
    }

    mutating func remove(_ name: HazardID) {
        names.remove(name)
        changed.remove(name)
        digests[name] = nil
        whole = nil
    }

    /// SHA-256 over the records' SHA-256, in the order of the names.
    mutating func digest(of records: [HazardID: HazardRecord]) -> Digest {
        if let whole { return whole }
        for name in changed { digests[name] = records[name].map { Digest.sha256($0.encoded()) } }
        changed.removeAll(keepingCapacity: true)
        let digest = Digest.sha256(parts: names.elements.compactMap { digests[$0]?.bytes })
        whole = digest
        return digest
    }
}
