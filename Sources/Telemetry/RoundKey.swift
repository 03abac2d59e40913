/// Which round of which model an entry belongs to.
public struct RoundKey: Hashable, Sendable {
    /// The model.
    public var model: LearnedModel
    /// The model's own count, from 1.
    public var round: UInt64

    /// A model's round.
    public init(model: LearnedModel, round: UInt64) {
        self.model = model
        self.round = round
    }

    /// The round of an entry; nil where the entry is of none.
    public init?(_ entry: Entry) {
        switch entry {
        case .block, .report, .observation, .revocation, .evidence, .committee: return nil
        case .roundOpened(let entry): self.init(model: entry.model, round: entry.round)
        case .updateAccepted(let entry): self.init(model: entry.model, round: entry.round)
        case .roundClosed(let entry): self.init(model: entry.model, round: entry.round)
        case .versionMade(let entry): self.init(model: entry.result.model, round: entry.result.round)
        case .versionDecided(let entry): self.init(model: entry.model, round: entry.round)
        }
    }
}
