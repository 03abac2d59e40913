import Cryptography
import Foundation
import Wire

@testable import Consensus

/// A committee on which a script acts, and what its validators do, in words. Messages take 10 ms and disks none, so a script has one outcome.
///
///     start 0 1 | start all     processes start, with the journal that they have
///     submit 0 ice fog          items into the lane of 0
///     run 300                   so many milliseconds pass
///     until 2 executes 3        … or as many as it takes, up to a minute
///     until 2 enters 5
///     drop 2→3                  nothing more passes on that way; `drop 2→all`, `drop all→2`, `drop proposals 2→3`, `drop cars 0→2`
///     heal                      everything passes again
///     crash 1 | wipe 1          a process stops; its disk is lost too
///     clock all -3600           wall clocks are so many seconds off
///     liar 0                    0 is nobody's process, and lies:
///     forge 0 proposes A in 4 → 1 2      a block of its own, on the newest final one
///     forge 0 notarizes A in 4 → 1 2     a vote; also `finalizes A`, `nullifies 4`
///     forge 0 seals 1 ice → 1 2          a car at position 1 with one item; one that begins with `bad` is invalid
///     forge 0 proves ice by 1 → 1 2 3    the proof of its car by its own acknowledgement and one that 1 has given
struct Stage {
    struct Misunderstood: Error {
        let words: String
    }

    private var network: Network
    private var dropped: [Way: Set<String>] = [:]
    private var seen: [Int] = []
    private var convicted: [Int] = []
    private var blockNames: [Digest: String] = [:]
    private var blocks: [String: Block] = [:]
    private var cars: [String: Car] = [:]
    private var lines: [(time: UInt64, who: Int, words: String)] = []

    private struct Way: Hashable {
        let from: Int
        let to: Int
    }

    init() {
        network = Network(4)
        network.weather.delay = 10...10
        network.weather.sync = 0...0
        seen = Array(repeating: 0, count: 4)
        convicted = seen
    }

    /// Does what a line says; what followed, in lines.
    mutating func act(_ command: String) throws -> [String] {
        lines = []
        let words = command.split(separator: " ").map(String.init)
        switch words.first {
        case "start": for index in try validators(words.dropFirst()) { network.start(index) }
        case "crash": for index in try validators(words.dropFirst()) { network.crash(index) }
        case "wipe": for index in try validators(words.dropFirst()) { wipe(index) }
        case "submit": network.submit(words.dropFirst(2).map { Array($0.utf8) }, to: try number(words[1]))
        case "run": pass(UInt64(try number(words[1]))) { _ in false }
        case "until": try until(words)
        case "drop": try drop(words.dropFirst().joined(separator: " "))
        case "heal": dropped = [:]
        case "clock":
            let offset = Int64(words[2]) ?? 0
            for index in try validators(words[1...1]) { network.nodes[index].skew = offset * 1000 }
        case "liar": network.watch.liars.insert(try number(words[1]))
        case "forge": try forge(words)
        default: throw Misunderstood(words: command)
        }
        narrate()
        return grouped
    }

    // MARK: Acts

    private mutating func wipe(_ index: Int) {
        network.crash(index)
        network.nodes[index].journal = []
        seen[index] = 0
    }

    private mutating func pass(_ milliseconds: UInt64, until isOver: (Network) -> Bool) {
        let (rules, end) = (dropped, network.now + milliseconds)
        network.passes = { message, from, to in
            rules[Way(from: from, to: to)].map { !$0.contains("everything") && !$0.contains(message.sort) } ?? true
        }
        while network.now < end, !isOver(network) {
            network.run(for: 1)
            narrate()
        }
    }

    private mutating func until(_ words: [String]) throws {
        let (index, goal) = (try number(words[1]), UInt64(try number(words[3])))
        switch words[2] {
        case "executes": pass(60_000) { $0.nodes[index].finalized.count >= Int(goal) }
        case "enters": pass(60_000) { $0.nodes[index].machine.view >= goal }
        default: throw Misunderstood(words: words.joined(separator: " "))
        }
    }

    private mutating func drop(_ words: String) throws {
        let parts = words.split(separator: " ").map(String.init)
        let ends = parts[parts.count - 1].split(separator: "→").map { [String($0)] }
        guard ends.count == 2 else { throw Misunderstood(words: words) }
        for from in try validators(ends[0][...]) {
            for to in try validators(ends[1][...]) {
                dropped[Way(from: from, to: to), default: []].insert(parts.count > 1 ? parts[0] : "everything")
            }
        }
    }

    private func number(_ word: String) throws -> Int {
        guard let number = Int(word) else { throw Misunderstood(words: word) }
        return number
    }

    private func validators(_ words: ArraySlice<String>) throws -> [Int] {
        words == ["all"] ? Array(network.nodes.indices) : try words.map(number)
    }

    // MARK: Lies

    private mutating func forge(_ words: [String]) throws {
        guard let arrow = words.firstIndex(of: "→") else { throw Misunderstood(words: words.joined(separator: " ")) }
        let (liar, targets) = (try number(words[1]), try validators(words[(arrow + 1)...]))
        let message = try lie(of: liar, Array(words[2..<arrow]))
        for target in targets { network.inject(message, from: liar, to: target) }
        pass(1) { _ in false }
    }

    private mutating func lie(of liar: Int, _ words: [String]) throws -> PeerMessage {
        switch words[0] {
        case "proposes":
            return .proposal(Keys.proposal(block(words[1], in: UInt64(try number(words[3]))), by: liar))
        case "notarizes", "finalizes":
            guard let block = blocks[words[1]] else { throw Misunderstood(words: words[1]) }
            let kind: VoteKind = words[0] == "notarizes" ? .notarize : .finalize
            return .vote(Keys.vote(kind, view: block.view, hash: block.hash, by: liar))
        case "nullifies": return .vote(Keys.vote(.nullify, view: UInt64(try number(words[1])), by: liar))
        case "seals":
            let position = UInt64(try number(words[1]))
            let item = words[2] == "bad" ? [0xFF] : Array(words[2].utf8)
            let parent = cars.values.first { $0.position + 1 == position }?.hash ?? .zero
            let car = Car(
                epoch: 1, lane: liar, after: Tip(position: position - 1, hash: parent), items: [item],
                sealedAt: Timestamp(milliseconds: Network.epochStart))
            cars[words[2]] = car
            return .car(Keys.car(car))
        case "proves":
            guard let car = cars[words[1]] else { throw Misunderstood(words: words[1]) }
            return .proof(Keys.proof(car, by: [liar, try number(words[3])]))
        default: throw Misunderstood(words: words.joined(separator: " "))
        }
    }

    private mutating func block(_ name: String, in view: UInt64) -> Block {
        if let known = blocks[name] { return known }
        let parent =
            network.nodes.map(\.machine.chain.tip).max { $0.height < $1.height } ?? network.nodes[0].machine.chain.tip
        let block = Block(
            epoch: 1, view: view, after: parent, cut: [],
            timestamp: Timestamp(milliseconds: Network.epochStart + network.now + 1 + UInt64(blocks.count)))
        blocks[name] = block
        blockNames[block.hash] = name
        return block
    }

    // MARK: Words

    private mutating func narrate() {
        for index in network.nodes.indices {
            for record in network.nodes[index].journal[seen[index]...] {
                if let words = words(record, of: network.nodes[index].validator) { say(words, index) }
            }
            seen[index] = network.nodes[index].journal.count
            for evidence in network.nodes[index].evidence[convicted[index]...] {
                say("convicts \(evidence.culprit(in: network.committee)): \(evidence.label)", index)
            }
            convicted[index] = network.nodes[index].evidence.count
        }
    }

    private mutating func say(_ words: String, _ index: Int) { lines.append((network.now, index, words)) }

    /// Lines of one time that say the same are one.
    private var grouped: [String] {
        var groups: [(time: UInt64, who: [Int], words: String)] = []
        for line in lines {
            let index = groups.lastIndex { $0.time == line.time && $0.words == line.words }
            if let index {
                groups[index].who.append(line.who)
            } else {
                groups.append((line.time, [line.who], line.words))
            }
        }
        return groups.map { group in
            let time = String(repeating: " ", count: max(0, 7 - "\(group.time)".count)) + "\(group.time)"
            return "\(time)  \(group.who.map(String.init).joined(separator: " ")): \(group.words)"
        }
    }

    private mutating func words(_ record: Record, of validator: Int) -> String? {
        switch record {
        case .signed(let signed): words(signed.statement, of: validator)
        case .certificate(let certificate): words(certificate)
        case .finalized(let final): "executes block \(final.height)"
        case .recovered(let recovered): "has forgotten something, and is silent through view \(recovered.silentThrough)"
        case .block, .car, .snapshot: nil
        }
    }

    private mutating func words(_ statement: Statement, of validator: Int) -> String? {
        switch statement {
        case .ownCar(let car):
            let items = car.items.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
            return "seals \(place(car.position))\(items.isEmpty ? "" : ": \(items)")"
        case .ack(let ack):
            return ack.lane == validator ? nil : "acknowledges \(place(ack.position)) of \(ack.lane)"
        case .proposal(let block):
            let cut = block.cut.map { "\(place($0.position)) of \($0.lane)" }.joined(separator: ", ")
            return "proposes \(name(block.hash)) in view \(block.view)\(cut.isEmpty ? "" : ", with \(cut)")"
        case .vote(let vote):
            switch vote.kind {
            case .notarize: return "notarizes \(name(vote.hash))"
            case .nullify: return "nullifies view \(vote.view)"
            case .finalize: return "finalizes \(name(vote.hash))"
            }
        }
    }

    private mutating func words(_ certificate: Certificate) -> String {
        switch certificate.kind {
        case .notarize: "sees that \(name(certificate.hash)) is notarized"
        case .nullify: "sees that view \(certificate.view) is nullified"
        case .finalize: "sees that \(name(certificate.hash)) is final"
        }
    }

    private func place(_ position: UInt64) -> String {
        let (life, number) = (position >> CarHeader.incarnationShift, position & (1 << CarHeader.incarnationShift - 1))
        return life == 0
            ? "car \(number)" : number == 0 ? "the first car of another life" : "car \(number) of that life"
    }

    /// Blocks are called a, b, c, … in the order in which they are heard of.
    private mutating func name(_ hash: Digest) -> String {
        if let known = blockNames[hash] { return known }
        let names = blockNames.values.filter { $0 == $0.lowercased() }.count
        let name = names < 26 ? String(UnicodeScalar(UInt8(97 + names))) : "block\(names)"
        blockNames[hash] = name
        blocks[name] = network.nodes.lazy.compactMap { $0.machine.tree[hash] }.first
        return name
    }
}

extension PeerMessage {
    /// What kind of message it is, as `drop` calls it.
    fileprivate var sort: String {
        switch self {
        case .car: "cars"
        case .ack: "acknowledgements"
        case .proof: "proofs"
        case .proposal: "proposals"
        case .vote: "votes"
        case .certificate: "certificates"
        case .carRequest, .blockRequest, .certificateRequest, .historyRequest, .recallRequest: "requests"
        case .carBatch, .block, .historyBatch, .recollection: "answers"
        }
    }
}
