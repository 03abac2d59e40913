import ArgumentParser
import Consensus
import Cryptography
import Foundation
import Server
import Storage
import Telemetry
import TransparencyLog

/// What convicts validators, as the log says and as anybody can check with the committee's public keys.
struct InspectEvidence: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "Print what convicts validators, and check it.",
        discussion: """
            Each line is an entry of the log: two statements of one validator that no honest one signs both, checked against its key. Of a
            car that was invalid the log has the owner's signature and not the items, which are vehicles' affair: that f + 1 validators found
            one of them invalid is all that is to be seen, and the verdict is `vouched` instead of `proven`. Exit code 1 where an entry
            does not convict whom it names.
            """)

    @OptionGroup var log: LogArgument
    @OptionGroup var keys: CommitteeArgument
    @Flag(help: "One JSON object a line.") var json = false

    func run() throws {
        var (history, isSound) = (CommitteeHistory(try keys.read(besides: log.log)), true)
        try EntryReader(try log.source(), head: try log.head()).readAll { index, entry in
            // Indices are those of the validators of the entry's epoch.
            try history.take(entry, at: index)
            guard case .evidence(let entry) = entry else { return }
            let row = try EvidenceRow(entry, at: index, history)
            isSound = isSound && row.verdict != .wrong
            try row.print(json: json)
        }
        if !isSound { throw ExitCode(1) }
    }
}

/// Who made two histories final.
struct InspectFork: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fork", abstract: "Name who signed two histories, from validators' journals.",
        discussion: """
            Two blocks of one view that are both notarized or final, or a view that is both final and nullified, take more than f liars. Their
            certificates stand in the journals of those who followed one or the other, and whoever signed both is convicted: at least f + 1
            validators. Exit code 1 where a fork is found.
            """)

    @Argument(help: "Data folders of two validators or more.") var folders: [String]
    @OptionGroup var keys: CommitteeArgument
    @Flag(help: "One JSON object a line.") var json = false

    func validate() throws {
        guard folders.count > 1 else { throw ValidationError("name the data folders of two validators or more") }
    }

    func run() throws {
        let file = try keys.read(besides: folders[0])
        let committee = try file.committee()
        var search = ForkSearch(committee)
        for folder in folders { try search.read(journalOf: folder) }
        for evidence in search.evidence { try EvidenceRow(evidence, file, committee).print(json: json) }
        let guilty = search.culprits.map { file.validators[$0].name }.sorted()
        if !json {
            print(
                "\(Format.count(search.certificates)) certificates; validators that sign both: \(guilty.isEmpty ? "none" : guilty.joined(separator: ", "))"
            )
        }
        if !search.evidence.isEmpty { throw ExitCode(1) }
    }
}

/// The committee's public file.
struct CommitteeArgument: ParsableArguments {
    @Option(help: "The committee file; left out, committee.json5 in the folder above or the one above that.")
    var committee: String?

    func read(besides folder: String) throws -> CommitteeFile {
        let candidates = committee.map { [$0] } ?? ["\(folder)/../committee.json5", "\(folder)/../../committee.json5"]
        guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw Failure("no committee file at \(candidates.joined(separator: " or ")): name one with --committee")
        }
        return try CommitteeFile(path: found)
    }
}

/// Looks through journals for certificates that exclude each other.
private struct ForkSearch {
    private struct Place {
        let reader: JournalReader
        let position: JournalPosition
        let vote: Vote
    }

    private let committee: Committee
    private var places: [UInt64: [Place]] = [:]
    private(set) var certificates = 0
    private(set) var evidence: [Evidence] = []

    init(_ committee: Committee) {
        self.committee = committee
    }

    var culprits: Set<ValidatorIndex> { Set(evidence.map { $0.culprit(in: committee) }) }

    mutating func read(journalOf folder: String) throws {
        let directory = "\(folder)/journal"
        guard FileManager.default.fileExists(atPath: directory) else { throw Failure("\(directory): no such folder") }
        let reader = JournalReader(directory: directory)
        try reader.readAll { position, bytes in
            guard case .certificate(let certificate) = try Record(decoding: bytes) else { return }
            certificates += 1
            guard certificate.verifies(in: committee) else {
                throw Failure("\(directory): a certificate of view \(certificate.view) is not this committee's")
            }
            try take(certificate, Place(reader: reader, position: position, vote: certificate.vote))
        }
    }

    private mutating func take(_ certificate: Certificate, _ place: Place) throws {
        let known = places[certificate.view, default: []]
        if known.contains(where: { $0.vote == certificate.vote }) { return }
        for other in known where other.vote.excludes(certificate.vote) {
            let record = try Record(decoding: try other.reader.read(at: other.position))
            guard case .certificate(let first) = record else { continue }
            evidence += first.evidence(beside: certificate)
        }
        places[certificate.view, default: []].append(place)
    }
}

/// A piece of evidence in words or in JSON.
private struct EvidenceRow {
    enum Verdict: String {
        case proven, vouched, wrong
    }

    private struct JSON: Encodable {
        var index: UInt64?
        var time_ms: UInt64?
        var height: UInt64?
        var validator: String
        var kind: String
        var about: String
        var verdict: String
        var evidence: String
    }

    let verdict: Verdict
    private let json: JSON

    /// What an entry of the log says.
    init(_ entry: EvidenceEntry, at index: UInt64, _ history: CommitteeHistory) throws {
        let (file, committee) = (history.present, try history.present.committee())
        let evidence = try? Evidence(decoding: entry.evidence)
        verdict =
            evidence.map { $0.culprit(in: committee) == Int(entry.validator) ? Self.judge($0, committee) : .wrong }
            ?? .wrong
        let name = Int(entry.validator) < committee.n ? file.validators[Int(entry.validator)].name : "nobody"
        json = JSON(
            index: index, time_ms: history.block.time, height: history.block.height, validator: name,
            kind: evidence?.label ?? "unknown",
            about: evidence?.place ?? "", verdict: verdict.rawValue, evidence: Hex.encode(entry.evidence))
    }

    /// What journals show.
    init(_ evidence: Evidence, _ file: CommitteeFile, _ committee: Committee) {
        verdict = Self.judge(evidence, committee)
        json = JSON(
            validator: file.validators[evidence.culprit(in: committee)].name, kind: evidence.label,
            about: evidence.place, verdict: verdict.rawValue, evidence: Hex.encode(evidence.encoded()))
    }

    private static func judge(_ evidence: Evidence, _ committee: Committee) -> Verdict {
        guard evidence.isSigned(in: committee) else { return .wrong }
        return evidence.invalid == nil ? .proven : .vouched
    }

    func print(json isJSON: Bool) throws {
        guard isJSON else {
            let place = json.index.map { "entry \($0), block \(json.height ?? 0): " } ?? ""
            return Swift.print("\(place)\(json.validator), \(json.kind), \(json.about): \(json.verdict)")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        FileHandle.standardOutput.write(try encoder.encode(json) + Data("\n".utf8))
    }
}

extension Evidence {
    /// What it is about, in words.
    fileprivate var place: String {
        switch self {
        case .forkedLane(let car, _), .invalidCar(let car, _): "car \(car.header.position)"
        case .invalidAck(let ack, _, _), .conflictingAcks(let ack, _):
            "car \(ack.ack.position) of lane \(ack.ack.lane)"
        case .conflictingProposals(let claim, _): "view \(claim.view)"
        case .conflictingVotes(let first, _): "view \(first.vote.view)"
        }
    }
}
