import Cryptography
import Wire

/// How a validator says on its lane what it computed. Fixed layout: model 1, round 8, version 1 + 32, scores 5 × 8, comparisons 4.
extension RoundResult {
    /// The bytes of a claim.
    public func encoded() -> [UInt8] {
        var writer = Writer(capacity: 86)
        writer.write(model.rawValue)
        writer.write(round)
        writer.write(version != nil)
        writer.write(fixed: (version ?? .zero).bytes)
        for number in [
            score.parentCorrect, score.versionCorrect, score.samples, score.parentError, score.baseError,
        ] { writer.write(number) }
        writer.write(score.comparisons)
        return writer.bytes
    }

    /// The result of these bytes.
    public init(decoding bytes: [UInt8]) throws(Refusal) {
        var reader = Reader(bytes)
        do {
            guard let model = LearnedModel(rawValue: try reader.read(UInt8.self)) else { throw Refusal.malformed }
            let round = try reader.read(UInt64.self)
            let hasVersion = try reader.readBool()
            let version = Digest(bytes: try reader.readFixed(32))
            let score = RoundScore(
                parentCorrect: try reader.read(UInt64.self), versionCorrect: try reader.read(UInt64.self),
                samples: try reader.read(UInt64.self), parentError: try reader.read(UInt64.self),
                baseError: try reader.read(UInt64.self), comparisons: try reader.read(UInt32.self))
            try reader.finish()
            // One result has one encoding.
            guard hasVersion || version == .zero else { throw Refusal.malformed }
            self.init(model: model, round: round, version: hasVersion ? version : nil, score: score)
        } catch {
            // Only validators write these: what cannot be read has no field that somebody could correct.
            throw .malformed
        }
    }
}
