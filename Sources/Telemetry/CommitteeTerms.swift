import Cryptography
import Wire

/// The configuration that admission depends on. Every validator of an epoch has the same, so that all judge the same
/// bytes alike.
public struct CommitteeTerms: Hashable, Sendable {
    /// The map whose edges count.
    public struct MapTerms: Hashable, Sendable {
        /// SHA-256 of the map file.
        public var digest: Digest
        /// How many edges its import makes: places name edges below it.
        public var edgeCount: UInt32

        /// A map of that digest with so many edges.
        public init(digest: Digest, edgeCount: UInt32) {
            self.digest = digest
            self.edgeCount = edgeCount
        }
    }

    /// What signatures are bound to: the committee's first configuration.
    public var chainID: Digest
    /// Keys whose certificates and revocations count.
    public var authorities: Set<PublicKey>
    /// The map, or nil where the committee has none: then only cells count.
    public var map: MapTerms?
    /// The models that are trained, and how.
    public var learning: LearningTerms

    /// The terms of a committee.
    public init(
        chainID: Digest, authorities: Set<PublicKey>, map: MapTerms? = nil, learning: LearningTerms = LearningTerms()
    ) {
        self.chainID = chainID
        self.authorities = authorities
        self.map = map
        self.learning = learning
    }

    /// Whether the report's places count. One without a map has none to lose; one with another map is accepted, its
    /// edges are ignored and the answer says `unknownMap`.
    public func knowsMap(of report: Report) -> Bool {
        report.mapDigest == nil || report.mapDigest == map?.digest
    }

    /// Why the report's places cannot be meant, or nil: under the committee's own map every edge must exist.
    func refusal(ofPlacesIn report: Report) -> Refusal? {
        guard let map, report.mapDigest == map.digest else { return nil }
        let isInside = report.observations.allSatisfy { $0.place.map { $0.edge < map.edgeCount } ?? true }
        return isInside ? nil : .outOfBounds(field: "edge")
    }

    /// SHA-256 over everything here: what a journal was made under, and what it can be replayed under.
    public var digest: Digest {
        var writer = Writer()
        writer.write(fixed: chainID.bytes)
        writer.write(each: authorities.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            $0.write(fixed: $1.bytes)
        }
        writer.write(fixed: (map?.digest ?? .zero).bytes)
        writer.write(map?.edgeCount ?? 0)
        for model in learning.models {
            writer.write(model.rawValue)
            learning[model]?.write(to: &writer)
        }
        return Digest.sha256(writer.bytes)
    }
}
