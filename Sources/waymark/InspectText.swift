import Consensus
import Cryptography
import Foundation
import Hazards
import Telemetry
import TransparencyLog
import Wire

/// Replays hazards from entries, by the validators' own rule.
struct HazardReplay {
    private(set) var hazards = Hazards()
    private var time = Timestamp(milliseconds: 0)
    private var height: UInt64 = 0

    mutating func take(_ entry: Entry) {
        switch entry {
        case .block(let block):
            // A block's hazards end after its observations, so the one before is finished here.
            _ = hazards.advance(to: time, height: height)
            (time, height) = (block.time, block.height)
        case .observation(let observation): _ = hazards.apply(observation, at: time, height: height)
        case .report, .revocation, .roundOpened, .updateAccepted, .roundClosed, .versionMade, .versionDecided,
            .evidence, .committee:
            break
        }
    }
}

/// An entry in words or in JSON.
struct EntryText {
    private let index: UInt64
    private let entry: Entry

    init(index: UInt64, _ entry: Entry) {
        self.index = index
        self.entry = entry
    }

    struct JSON: Encodable {
        var index: UInt64
        var type: String
        var fields: [String: String]
    }

    var json: JSON {
        let fields = Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        return JSON(index: index, type: type, fields: fields)
    }

    func print(json: Bool) throws {
        guard json else {
            let words = fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
            return Swift.print("\(index) \(type) \(words)")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try encoder.encode(self.json)
        FileHandle.standardOutput.write(line + Data("\n".utf8))
    }

    private var type: String {
        switch entry {
        case .block: "block"
        case .report: "report"
        case .observation: "observation"
        case .revocation: "revocation"
        case .roundOpened: "round_opened"
        case .updateAccepted: "update_accepted"
        case .roundClosed: "round_closed"
        case .versionMade: "version_made"
        case .versionDecided: "version_decided"
        case .evidence: "evidence"
        case .committee: "committee"
        }
    }

    private var fields: [(name: String, value: String)] {
        switch entry {
        case .block(let block):
            [
                ("height", "\(block.height)"), ("view", "\(block.view)"), ("time_ms", "\(block.time.milliseconds)"),
                ("block_hash", "\(block.blockHash)"), ("parent_hash", "\(block.parentHash)"),
                ("state_root_before", "\(block.stateRootBefore)"),
            ]
        case .report(let report): [("commitment", "\(report.commitment)")]
        case .revocation(let revocation): [("commitment", "\(revocation.commitment)")]
        case .observation(let observation): fields(of: observation)
        case .roundOpened(let opened): opened.fields
        case .updateAccepted(let update): update.fields
        case .roundClosed(let closed): closed.fields
        case .versionMade(let made): made.fields
        case .versionDecided(let decided): decided.fields
        case .evidence(let evidence):
            [
                ("validator", "\(evidence.validator)"),
                (
                    "kind",
                    "\(((try? Evidence(decoding: evidence.evidence))?.label ?? "unknown").replacing(" ", with: "_"))"
                ),
                ("evidence", Hex.encode(evidence.evidence)),
            ]
        case .committee(let entry):
            [
                ("epoch", "\(entry.decision.change.epoch)"),
                ("validators", entry.decision.change.members.map(\.name).joined(separator: ",")),
                ("signatures", "\(entry.decision.approvals.count)"),
                ("decision", Hex.encode(entry.decision.encoded())),
            ]
        }
    }

    private func fields(of observation: ObservationEntry) -> [(name: String, value: String)] {
        var fields = [
            ("kind", "\(observation.kind.rawValue)"), ("polarity", observation.polarity == .seen ? "seen" : "not_seen"),
            ("cell", observation.cell.quadkey), ("bucket", "\(observation.bucket)"), ("tag", "\(observation.tag)"),
        ]
        if let edge = observation.edge {
            fields.append(("edge", "\(edge.edge)"))
            fields.append(("direction", edge.direction == .forward ? "forward" : "backward"))
        }
        return fields.map { (name: $0.0, value: $0.1) }
    }
}

/// Hazards in words or in JSON.
enum HazardText {
    private struct JSON: Encodable {
        var id: String
        var kind: UInt16
        var name: String
        var state: String
        var quadkey: String
        var edge: UInt32?
        var direction: String?
        var first_seen_ms: UInt64
        var last_seen_ms: UInt64
        var expires_ms: UInt64
        var vehicles: UInt32

        init(_ hazard: Hazard) {
            id = "\(hazard.id)"
            kind = hazard.kind.rawValue
            name = hazard.kind.name
            state = "\(hazard.state)"
            quadkey = hazard.cell.quadkey
            edge = hazard.edge?.edge
            direction = hazard.edge.map { $0.direction == .forward ? "forward" : "backward" }
            first_seen_ms = hazard.firstSeen.milliseconds
            last_seen_ms = hazard.lastSeen.milliseconds
            expires_ms = hazard.expires.milliseconds
            vehicles = hazard.vehicles
        }
    }

    static func print(_ hazards: [Hazard], json: Bool) throws {
        if json { return try JSONOutput.print(["hazards": hazards.map(JSON.init)]) }
        for hazard in hazards {
            let place = hazard.edge.map { "edge \($0.edge) \($0.direction)" } ?? "cell \(hazard.cell.quadkey)"
            Swift.print("\(hazard.id) \(hazard.state) \(hazard.kind.name), \(place), \(hazard.vehicles) vehicles")
        }
    }
}

/// An audit in words or in JSON.
struct AuditText {
    private struct JSON: Encodable {
        var passed: Bool
        var size: UInt64?
        var root: String?
        var entries: UInt64
        var files: Int
        var cosigners: Int
        var findings: [String]
    }

    private let audit: Audit

    init(_ audit: Audit) {
        self.audit = audit
    }

    func print(json: Bool) throws {
        let head = audit.signed?.checkpoint
        let cosigners = audit.endorsement?.cosigners.count ?? 0
        if json {
            return try JSONOutput.print(
                JSON(
                    passed: audit.passed, size: head?.size, root: head.map { "\($0.root)" }, entries: audit.entries,
                    files: audit.files, cosigners: cosigners, findings: audit.findings.map { "\($0)" }))
        }
        for finding in audit.findings { Swift.print("finding: \(finding)") }
        guard audit.passed, let head else { return Swift.print("audit: FAILED, \(audit.findings.count) findings") }
        Swift.print("audit: passed. \(Format.count(head.size)) entries, root \(head.root), cosigned by \(cosigners),")
        Swift.print("       \(Format.count(audit.files)) files, every hash derived from the entries")
    }
}

/// A comparison in words or in JSON.
struct ComparisonText {
    private struct JSON: Encodable {
        struct Copy: Encodable {
            var name: String
            var size: UInt64?
            var root: String?
        }

        var passed: Bool
        var heads_equal: Bool
        var copies: [Copy]
        var findings: [String]
    }

    private let comparison: LogComparison

    init(_ comparison: LogComparison) {
        self.comparison = comparison
    }

    func print(json: Bool) throws {
        let copies = comparison.views.map { view in
            JSON.Copy(
                name: view.name, size: view.signed?.checkpoint.size, root: view.signed.map { "\($0.checkpoint.root)" })
        }
        if json {
            return try JSONOutput.print(
                JSON(
                    passed: comparison.passed, heads_equal: comparison.headsAreEqual, copies: copies,
                    findings: comparison.findings.map { "\($0)" }))
        }
        for copy in copies {
            let size = copy.size.map { "\($0) entries" } ?? "no head"
            Swift.print("\(copy.name): \(size), \(copy.root ?? "")")
        }
        for finding in comparison.findings { Swift.print("finding: \(finding)") }
        let verdict = comparison.headsAreEqual ? "the heads are equal" : "the heads are of one history"
        Swift.print("compare: \(comparison.passed ? verdict : "FAILED")")
    }
}
