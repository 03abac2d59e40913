import Cryptography
import Telemetry
import Wire

/// Rounds in a snapshot: all that decides what happens next, the updates and claims of a round under way included.
extension Federation {
    /// A count, then each trained model's rounds in the order of the models.
    public func encoded() -> [UInt8] {
        var writer = Writer()
        writer.write(each: models) { writer, model in model.write(to: &writer) }
        return writer.bytes
    }

    /// The rounds of these bytes. They must be of the models that `terms` name.
    public init(decoding bytes: [UInt8], terms: LearningTerms, claimsNeeded: Int) throws(WireError) {
        self.init(terms: terms, claimsNeeded: claimsNeeded)
        var reader = Reader(bytes)
        let count = Int(try reader.read(UInt32.self))
        guard count == models.count else { throw .invalid(field: "trained models", value: UInt64(count)) }
        for index in models.indices { try models[index].read(from: &reader) }
        try reader.finish()
    }
}

extension ModelRounds {
    /// Bytes of an entry or a payload that a snapshot may hold.
    private static let byteLimit = 1 << 20

    fileprivate func write(to writer: inout Writer) {
        writer.write(model.rawValue)
        writer.write(round)
        writer.write(optional: openedAt) { $0.write($1.milliseconds) }
        writer.write(fixed: current.bytes)
        writer.write(optional: parent) { $0.write(fixed: $1.bytes) }
        writer.write(bestCorrect)
        writer.write(optional: decided) { $0.write(counted: $1.encoded()) }
        switch phase {
        case .resting: writer.write(UInt8(0))
        case .open(let open):
            writer.write(UInt8(1))
            write(open.opened, open.inputs.values.sorted { $0.nullifier < $1.nullifier }, to: &writer)
        case .computing(let closed):
            writer.write(UInt8(2))
            write(closed.job.opened, closed.job.inputs, to: &writer)
            writer.write(optional: closed.job.parentOfBase) { $0.write(fixed: $1.bytes) }
            writer.write(closed.closedAt.milliseconds)
            writer.write(each: closed.claims.sorted { $0.key < $1.key }) { writer, claim in
                writer.write(UInt16(claim.key))
                writer.write(counted: claim.value.encoded())
            }
        }
    }

    private func write(_ opened: RoundOpenedEntry, _ inputs: [RoundInput], to writer: inout Writer) {
        writer.write(counted: Entry.roundOpened(opened).encoded())
        writer.write(each: inputs) { writer, input in
            writer.write(fixed: input.nullifier.bytes)
            writer.write(fixed: input.commitment.bytes)
            writer.write(counted: input.payload)
        }
    }

    fileprivate mutating func read(from reader: inout Reader) throws(WireError) {
        let code = try reader.read(UInt8.self)
        guard code == model.rawValue else { throw .invalid(field: "model", value: UInt64(code)) }
        round = try reader.read(UInt64.self)
        openedAt = try reader.readOptional { (reader) throws(WireError) in
            Timestamp(milliseconds: try reader.read(UInt64.self))
        }
        current = try reader.readDigest()
        parent = try reader.readOptional { (reader) throws(WireError) in try reader.readDigest() }
        bestCorrect = try reader.read(UInt64.self)
        decided = try reader.readOptional { (reader) throws(WireError) in try reader.readResult() }
        switch try reader.read(UInt8.self) {
        case 0: phase = .resting
        case 1:
            let (opened, inputs) = try readRound(from: &reader)
            phase = .open(
                OpenRound(
                    opened: opened,
                    inputs: Dictionary(inputs.map { ($0.nullifier, $0) }) { first, _ in first }))
        case 2: phase = .computing(try readClosed(from: &reader))
        case let other: throw .invalid(field: "round phase", value: UInt64(other))
        }
    }

    private func readClosed(from reader: inout Reader) throws(WireError) -> ClosedRound {
        let (opened, inputs) = try readRound(from: &reader)
        let parent = try reader.readOptional { (reader) throws(WireError) in try reader.readDigest() }
        let closedAt = Timestamp(milliseconds: try reader.read(UInt64.self))
        let claims = try reader.readEach(atMost: Int(UInt16.max)) { (reader) throws(WireError) in
            (Int(try reader.read(UInt16.self)), try reader.readResult())
        }
        return ClosedRound(
            job: RoundJob(opened: opened, parentOfBase: parent, inputs: inputs), closedAt: closedAt,
            claims: Dictionary(claims) { first, _ in first })
    }

    private func readRound(
        from reader: inout Reader
    ) throws(WireError) -> (opened: RoundOpenedEntry, inputs: [RoundInput]) {
        let bytes = try reader.readCounted(atMost: Self.byteLimit)
        guard let entry = try? Entry(decoding: bytes), case .roundOpened(let opened) = entry else {
            throw .invalid(field: "opened round", value: round)
        }
        let inputs = try reader.readEach(atMost: Int(opened.terms.cohortLimit)) { (reader) throws(WireError) in
            RoundInput(
                nullifier: try reader.readDigest(), commitment: try reader.readDigest(),
                payload: try reader.readCounted(atMost: Self.byteLimit))
        }
        let isInOrder = zip(inputs, inputs.dropFirst()).allSatisfy { $0.nullifier < $1.nullifier }
        guard isInOrder else { throw .invalid(field: "order of updates", value: round) }
        return (opened, inputs)
    }
}

extension Reader {
    fileprivate mutating func readResult() throws(WireError) -> RoundResult {
        let bytes = try readCounted(atMost: 1024)
        guard let result = try? RoundResult(decoding: bytes) else { throw .invalid(field: "round result", value: 0) }
        return result
    }
}
