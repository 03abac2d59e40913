import Cryptography
import Telemetry

/// What comes from a gateway on which topic.
enum VehicleTopic: Hashable, Sendable {
    /// The receipt of the report or update whose bytes have this digest.
    case receipt(Digest)
    /// The model's newest round.
    case round(LearnedModel)
    /// The model's newest version.
    case version(LearnedModel)
    /// A chunk of the file of the version with this digest, counted from 0.
    case chunk(Digest, number: Int)
    /// A decision on the next committee.
    case decision
    /// Anything else: a hazard.
    case other

    static let telemetry = "waymark/v1/telemetry"
    private static let receipts = "waymark/v1/receipts/"
    private static let learning = "waymark/v1/learning/"
    private static let blobs = "waymark/v1/blobs/"
    private static let committee = "waymark/v1/committee/"
    /// The filter of all decisions.
    static let decisions = committee + "+"

    /// What comes on `topic`.
    init(_ topic: String) {
        self =
            Self.parseReceipt(topic) ?? Self.parseLearning(topic) ?? Self.parseChunk(topic)
            ?? (Self.rest(of: topic, after: Self.committee) == nil ? .other : .decision)
    }

    /// The filter of all that is announced of a model.
    static func filter(of model: LearnedModel) -> String { "\(learning)\(model.name)/+" }

    /// The filter of the chunks of a version's file.
    static func filter(ofVersion digest: Digest) -> String { "\(blobs)\(digest)/+" }

    private static func parseReceipt(_ topic: String) -> VehicleTopic? {
        guard let name = rest(of: topic, after: receipts) else { return nil }
        return digest(name).map { .receipt($0) }
    }

    private static func parseLearning(_ topic: String) -> VehicleTopic? {
        guard let levels = rest(of: topic, after: learning)?.split(separator: "/", omittingEmptySubsequences: false),
            levels.count == 2, let model = LearnedModel(name: String(levels[0]))
        else { return nil }
        switch levels[1] {
        case "round": return .round(model)
        case "version": return .version(model)
        default: return nil
        }
    }

    private static func parseChunk(_ topic: String) -> VehicleTopic? {
        guard let levels = rest(of: topic, after: blobs)?.split(separator: "/", omittingEmptySubsequences: false),
            levels.count == 2, let digest = digest(levels[0]), let number = UInt16(levels[1])
        else { return nil }
        return .chunk(digest, number: Int(number))
    }

    private static func rest(of topic: String, after prefix: String) -> Substring? {
        topic.utf8.starts(with: prefix.utf8) ? topic.dropFirst(prefix.count) : nil
    }

    private static func digest(_ hex: Substring) -> Digest? {
        Hex.decode(String(hex)).flatMap { Digest(bytes: $0) }
    }
}
