import GRDB
import Wire

/// An entry of a model's rounds, where it stands and when it was written.
public struct RoundEntry: Hashable, Sendable {
    /// Its index in the log.
    public var number: UInt64
    /// The block that brought it.
    public var height: UInt64
    /// Log time of that block.
    public var time: Timestamp
    /// What it is.
    public var entry: IndexedLearning
}

/// A round of a model as the log has it so far.
public struct IndexedRound: Hashable, Sendable {
    /// The model's number.
    public var model: UInt8
    /// The round, from 1.
    public var round: UInt64
    /// Its entries but the updates', in log order: opened, closed, made, decided, as far as it has come.
    public var entries: [RoundEntry]
    /// Updates that count.
    public var updates: Int
}

/// What can be asked of rounds. An update is one row of many, so rounds are listed without.
extension Index {
    /// The rounds of a model below `round`, the newest first.
    public func rounds(
        ofModel model: UInt8, below round: UInt64 = UInt64(Int64.max), limit: Int
    ) throws(IndexError) -> IndexPage<IndexedRound> {
        let count = max(0, min(limit, Self.pageLimit))
        return try read { database in
            var rounds = try Self.rounds(ofModel: model, below: round, atMost: count + 1, in: database)
            let isComplete = rounds.count <= count
            if !isComplete { rounds.removeLast() }
            return IndexPage(items: rounds, isComplete: isComplete, height: try Self.height(database))
        }
    }

    /// Every entry of a round in log order, the updates' too: four more than a cohort has vehicles. None where there is no such round.
    public func entries(ofRound round: UInt64, ofModel model: UInt8) throws(IndexError) -> [RoundEntry] {
        let sql = "SELECT * FROM learning WHERE model = ? AND type BETWEEN 5 AND 9 AND round = ? ORDER BY number"
        return try read {
            try Row.fetchAll($0, sql: sql, arguments: [Int64(model), round.bits]).map(RoundEntry.init)
        }
    }

    /// The newest decision about a model: it names the version that the fleet runs.
    public func newestDecision(ofModel model: UInt8) throws(IndexError) -> RoundEntry? {
        let sql = "SELECT * FROM learning WHERE model = ? AND type = 9 ORDER BY round DESC LIMIT 1"
        return try read { try Row.fetchOne($0, sql: sql, arguments: [Int64(model)]).map(RoundEntry.init) }
    }

    private static func rounds(
        ofModel model: UInt8, below round: UInt64, atMost count: Int, in database: Database
    ) throws -> [IndexedRound] {
        let numbers = try Int64.fetchAll(
            database,
            sql: "SELECT round FROM learning WHERE model = ? AND type = 5 AND round < ? ORDER BY round DESC LIMIT ?",
            arguments: [Int64(model), round.bits, count])
        guard let newest = numbers.first, let oldest = numbers.last else { return [] }
        let span: StatementArguments = [Int64(model), oldest, newest]
        let entries = try entriesByRound(span, in: database)
        let updates = try updatesByRound(span, in: database)
        return numbers.map(UInt64.init(bitPattern:)).map { number in
            IndexedRound(model: model, round: number, entries: entries[number] ?? [], updates: updates[number] ?? 0)
        }
    }

    private static func entriesByRound(
        _ span: StatementArguments, in database: Database
    ) throws -> [UInt64: [RoundEntry]] {
        let sql = """
            SELECT * FROM learning WHERE model = ? AND type IN (5, 7, 8, 9) AND round BETWEEN ? AND ? ORDER BY number
            """
        let entries = try Row.fetchAll(database, sql: sql, arguments: span).map(RoundEntry.init)
        return Dictionary(grouping: entries, by: \.entry.round)
    }

    private static func updatesByRound(_ span: StatementArguments, in database: Database) throws -> [UInt64: Int] {
        let sql = """
            SELECT round, count(*) AS updates FROM learning WHERE model = ? AND type = 6 AND round BETWEEN ? AND ?
            GROUP BY round
            """
        let counts = try Row.fetchAll(database, sql: sql, arguments: span).map { row in
            (try row.unsigned("round"), try row.number("updates") as Int)
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }
}
