import Cryptography
import Geography
import Telemetry
import Wire

/// What the validators believe is on the roads, derived from the log's observations and from nothing else.
///
/// The first rule, in integers and log time, so that every validator holds the same:
/// - Observations of one kind about one place (an edge and direction of the committee's map, else a cell) are about one
///   hazard.
/// - A sighting begins it as *reported*; three distinct vehicles within 120 s make it *confirmed*.
/// - Three distinct vehicles that saw nothing after its last sighting clear it, and so does time: when the kind's
///   validity has passed since the last sighting. A cleared hazard leaves the table; a new sighting begins a new one.
/// - What was observed longer ago than its kind's validity is ignored.
///
/// Vehicles are told by tags that last for one hour, so one vehicle never counts twice (`HazardRecord`). The rule
/// trusts any three vehicles: it stops a single liar, not a group.
///
/// Bounds: 8,192 hazards with 64 tags each. When the table is full, a new hazard drives out the one that has been
/// *reported* for longest; never a confirmed one, and never one that began in the same block, so that a hazard's name
/// needs nothing but what it is about and the block.
public struct Hazards: Sendable {
    private let capacity: Int
    private var records: [HazardID: HazardRecord] = [:]
    private var subjects: [HazardSubject: HazardID] = [:]
    /// Every hazard, by when it ends.
    private var expiries = SortedList<Expiry>()
    /// Those that are only reported, the oldest first.
    private var candidates = SortedList<Candidate>()
    private var digests = DigestCache()

    /// No hazards, and room for as many as `capacity`.
    public init(capacity: Int = HazardLimits.hazards) {
        self.capacity = capacity
    }

    /// How many there are.
    public var count: Int { records.count }

    /// The hazards that are reported or confirmed, in the order of their names.
    public var active: [Hazard] { sorted.map(\.hazard) }

    func record(of subject: HazardSubject) -> HazardRecord? { subjects[subject].flatMap { records[$0] } }

    /// A digest of every hazard's state: equal exactly where everything is equal that decides what happens next. Costs
    /// the hashing of what changed since it was last asked for, and about 10 µs.
    public var digest: Digest {
        mutating get { digests.digest(of: records) }
    }

    /// Applies one observation of the block at `height`, whose log time is `logTime`. Returns what changed for
    /// vehicles, each change once: hazards that ended by then, and what the observation began, changed or ended.
    public mutating func apply(_ entry: ObservationEntry, at logTime: Timestamp, height: UInt64) -> [Hazard] {
        var changes = advance(to: logTime, height: height)
        guard logTime < HazardRecord.expiry(of: entry, at: logTime) else { return changes }
        let subject = HazardSubject(place: entry.place, kind: entry.kind)
        switch (entry.polarity, subjects[subject]) {
        case (.seen, let id?): changes += update(id) { $0.take(sighting: entry, at: logTime, height: height) }
        case (.notSeen, let id?): changes += update(id) { $0.take(denial: entry, at: logTime, height: height) }
        case (.seen, nil): changes += begin(HazardRecord(entry, at: logTime, height: height), at: height)
        case (.notSeen, nil): break
        }
        return changes
    }

    /// Ends the hazards whose time is over at `logTime`, in the order in which they end.
    public mutating func advance(to logTime: Timestamp, height: UInt64) -> [Hazard] {
        var ended: [Hazard] = []
        while let next = expiries.first, next.time <= logTime {
            ended += update(next.id) {
                $0.clear(height: height)
                return true
            }
        }
        return ended
    }

    // MARK: The table

    private mutating func begin(_ record: HazardRecord, at height: UInt64) -> [Hazard] {
        guard records.count >= capacity else {
            insert(record)
            return [record.hazard]
        }
        // Full of confirmed hazards and of those of this very block: the new one finds no room.
        guard let oldest = candidates.first, oldest.height < height else { return [] }
        let drivenOut = update(oldest.id) {
            $0.clear(height: height)
            return true
        }
        insert(record)
        return drivenOut + [record.hazard]
    }

    /// Changes a hazard by `body`, which says whether vehicles should hear of it; a hazard that `body` cleared leaves
    /// the table.
    private mutating func update(_ id: HazardID, _ body: (inout HazardRecord) -> Bool) -> [Hazard] {
        guard var record = records[id] else { preconditionFailure("every name in the lists is in the table") }
        let before = record
        let isWorthTelling = body(&record)
        if record != before {
            replace(before, by: record.hazard.state == .cleared ? nil : record)
        }
        return isWorthTelling ? [record.hazard] : []
    }

    private mutating func replace(_ old: HazardRecord, by new: HazardRecord?) {
        let id = old.hazard.id
        digests.change(id)
        if old.expiry != new?.expiry { expiries.remove(old.expiry) }
        if old.candidate != new?.candidate, let candidate = old.candidate { candidates.remove(candidate) }
        guard let new else {
            records[id] = nil
            subjects[old.subject] = nil
            return
        }
        if old.expiry != new.expiry { expiries.insert(new.expiry) }
        records[id] = new
    }

    private mutating func insert(_ record: HazardRecord) {
        records[record.hazard.id] = record
        subjects[record.subject] = record.hazard.id
        expiries.insert(record.expiry)
        if let candidate = record.candidate { candidates.insert(candidate) }
        digests.change(record.hazard.id)
    }

    /// Every record, in the order of the names.
    private var sorted: [HazardRecord] {
        records.values.sorted { $0.hazard.id < $1.hazard.id }
    }
}

extension Hazards {
    /// `count: UInt32`, then every hazard's record in the order of the names.
    public func encoded() -> [UInt8] {
        var writer = Writer()
        writer.write(each: sorted) { writer, record in record.write(to: &writer) }
        return writer.bytes
    }

    /// The hazards of these bytes. Refuses what `encoded()` cannot have written: a wrong order, a name twice, a subject
    /// twice.
    public init(decoding bytes: [UInt8], capacity: Int = HazardLimits.hazards) throws(WireError) {
        self.init(capacity: capacity)
        var reader = Reader(bytes)
        let records = try reader.readEach(atMost: capacity, HazardRecord.init(from:))
        try reader.finish()
        var previous: HazardID?
        for record in records {
            let isInOrder = previous.map { $0 < record.hazard.id } ?? true
            guard isInOrder, subjects[record.subject] == nil else { throw .invalid(field: "hazard order", value: 0) }
            insert(record)
            previous = record.hazard.id
        }
    }
}

/// When a hazard ends. Of two that end at once, the lesser name ends first.
private struct Expiry: Comparable, Sendable {
    var time: Timestamp
    var id: HazardID

    static func < (left: Expiry, right: Expiry) -> Bool { (left.time, left.id) < (right.time, right.id) }
}

/// A hazard that may be driven out, by the block in which it began.
private struct Candidate: Comparable, Sendable {
    var height: UInt64
    var id: HazardID

    static func < (left: Candidate, right: Candidate) -> Bool { (left.height, left.id) < (right.height, right.id) }
}

extension HazardRecord {
    fileprivate var expiry: Expiry { Expiry(time: hazard.expires, id: hazard.id) }

    fileprivate var candidate: Candidate? {
        hazard.state == .reported ? Candidate(height: firstHeight, id: hazard.id) : nil
    }

    var subject: HazardSubject { HazardSubject(place: hazard.place, kind: hazard.kind) }
}
