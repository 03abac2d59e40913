import Consensus
import Cryptography
import Replica
import Server
import Telemetry
import TransparencyLog

/// A committee and what the entries of a log made of it.
struct CommitteeHistory {
    /// The validators of the newest entry's epoch.
    private(set) var present: CommitteeFile
    private var decisions: [Report.Decision] = []
    /// The block that the newest entry belongs to.
    private(set) var block: (height: UInt64, time: UInt64) = (0, 0)

    init(_ file: CommitteeFile) {
        present = file
    }

    /// Takes the next entry. Decisions of epochs before the file's are history: whoever made the file has believed them.
    mutating func take(_ entry: Entry, at index: UInt64) throws {
        switch entry {
        case .block(let opening): block = (opening.height, opening.time.milliseconds)
        case .committee(let entry) where entry.decision.change.epoch > present.epoch:
            try follow(entry.decision, at: index)
        default: break
        }
    }

    private mutating func follow(_ decision: SignedCommitteeChange, at index: UInt64) throws {
        do {
            try present.committee().check(decision)
        } catch let fault as ChangeFault {
            throw Failure("entry \(index) changes the committee of epoch \(present.epoch), but \(fault)")
        }
        let (before, next) = (present, present.succeeded(by: decision.change))
        func names(_ file: CommitteeFile, without other: CommitteeFile) -> [String] {
            file.validators.map(\.name).filter { name in !other.validators.contains { $0.name == name } }
        }
        let rekeyed = next.validators.filter { validator in
            before.validators.contains { $0.name == validator.name && $0.consensusKey != validator.consensusKey }
        }
        decisions.append(
            Report.Decision(
                index: index, height: block.height, time_ms: block.time, epoch: next.epoch,
                come: names(next, without: before), go: names(before, without: next), rekeyed: rekeyed.map(\.name),
                signatures: decision.approvals.count))
        present = next
    }

    func report(_ head: Checkpoint) -> Report {
        Report(
            origin: present.origin, epoch: present.epoch, decisions: decisions,
            validators: present.validators.map { .init(name: $0.name, consensus_key: $0.consensusKey) },
            size: head.size, root: head.root.description)
    }

    /// The same for programs and people.
    struct Report: Encodable {
        struct Decision: Encodable {
            var index: UInt64
            var height: UInt64
            var time_ms: UInt64
            var epoch: UInt64
            var come: [String]
            var go: [String]
            var rekeyed: [String]
            var signatures: Int

            var text: String {
                let parts = [("new", come), ("gone", go), ("another key", rekeyed)].filter { !$0.1.isEmpty }
                let what = parts.map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
                return "entry \(index), block \(height), epoch \(epoch): \(what); \(signatures) signatures"
            }
        }

        struct Validator: Encodable {
            var name: String
            var consensus_key: String
        }

        var origin: String
        var epoch: UInt64
        var decisions: [Decision]
        var validators: [Validator]
        var size: UInt64
        var root: String

        var text: String {
            let lines = decisions.map(\.text) + validators.map { "\($0.name)  \($0.consensus_key)" }
            let count = Format.count(size)
            let last = "\(origin): epoch \(epoch), \(validators.count) validators, who sign a head of \(count) entries"
            return (lines + [last]).joined(separator: "\n")
        }
    }
}
