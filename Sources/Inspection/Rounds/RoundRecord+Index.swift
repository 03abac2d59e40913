import Storage
import Telemetry

/// Rounds as the index keeps them.
extension RoundRecord {
    /// The round of the index's rows.
    init(_ round: IndexedRound) throws(Rejection) {
        guard let model = LearnedModel(rawValue: round.model) else {
            throw .damaged(what: "model \(round.model) of the index")
        }
        self.init(RoundKey(model: model, round: round.round), updates: round.updates)
        for row in round.entries { try take(row) }
    }

    /// The round of all its entries, the updates' too; nil where there are none.
    init?(_ key: RoundKey, entries: [RoundEntry]) throws(Rejection) {
        guard !entries.isEmpty else { return nil }
        self.init(key)
        for row in entries { try take(row) }
    }

    private mutating func take(_ row: RoundEntry) throws(Rejection) {
        take(try row.decoded(), at: row.number, time: row.time)
    }
}

extension RoundEntry {
    /// The entry of the row's bytes.
    func decoded() throws(Rejection) -> Entry {
        do {
            return try Entry(decoding: entry.bytes)
        } catch {
            throw .damaged(what: "entry \(number) of the index")
        }
    }
}
