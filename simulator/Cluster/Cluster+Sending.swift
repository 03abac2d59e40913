import Consensus
import Models
import Replica

/// From a process to others, through whoever lies and whatever the network does.
extension Cluster {
    /// The way of a frame from one process to another in good weather, in milliseconds.
    static let linkDelay: ClosedRange<UInt64> = 18...22

    mutating func send(_ message: PeerMessage, to audience: Audience, from index: Int) {
        let recipients = recipients(audience, from: index)
        guard processes[index].attack != nil else {
            return deliver(.message(message), to: recipients, from: index, after: 0)
        }
        let letter = Letter(message, to: recipients)
        post(index) { attack, liar in attack.tamper(with: letter, as: &liar) }
    }

    mutating func send(_ cosignature: Cosignature, to audience: Audience, from index: Int) {
        deliver(.cosignature(cosignature), to: recipients(audience, from: index), from: index, after: 0)
    }

    mutating func send(_ message: TransferMessage, to peer: ValidatorIndex, from index: Int) {
        deliver(.transfer(message), to: [peer], from: index, after: 0)
    }

    private func recipients(_ audience: Audience, from index: Int) -> [ValidatorIndex] {
        let town = town(of: index)
        let me = town.index(of: processes[index].validator)
        return switch audience {
        case .all: town.seats.indices.filter { $0 != me }
        case .one(let peer): [peer]
        }
    }

    /// A liar speaks unasked.
    mutating func provoke(_ index: Int) {
        if processes[index].state == .up { post(index) { attack, liar in attack.provoke(as: &liar) } }
        agenda.add(.provoke(index), at: now + 100)
    }

    mutating func post(_ index: Int, _ write: (inout any Attack, inout Liar) -> [Letter]) {
        let town = town(of: index)
        guard var attack = processes[index].attack, let me = town.index(of: processes[index].validator) else { return }
        var liar = Liar(
            town: town, me: me, view: processes[index].replica.view,
            final: processes[index].blocks.last { $0.block.header.epoch == town.committee.epoch }?.block,
            random: SeededGenerator(seed: random.next()))
        let letters = write(&attack, &liar)
        processes[index].attack = attack
        for letter in letters {
            deliver(.message(letter.message), to: letter.recipients, from: index, after: letter.delay)
        }
    }

    /// Brings a frame to those who have these indices in the sender's epoch.
    private mutating func deliver(_ frame: Frame, to recipients: [ValidatorIndex], from index: Int, after delay: UInt64)
    {
        guard !recipients.isEmpty else { return }
        let seats = town(of: index).seats
        let numbers = recipients.filter(seats.indices.contains).map { seats[$0].number }
        let envelope = Envelope(frame, epoch: processes[index].epoch, checks: checks)
        for target in processes.indices where numbers.contains(processes[target].validator) {
            guard target != index, processes[index].reaches.contains(target), processes[target].reaches.contains(index)
            else { continue }
            launch(envelope, Network.Link(from: index, to: target), after: delay)
        }
    }

    private mutating func launch(_ envelope: Envelope, _ link: Network.Link, after delay: UInt64) {
        guard network.carries(link) else { return }
        let sender = processes[link.from].validator
        let copies = isStormy && random.happens(permille: plan.amount(.duplication)) ? 2 : 1
        for _ in 0..<copies {
            if isStormy, random.happens(permille: plan.amount(.loss)) { continue }
            var way = random.within(Self.linkDelay) + network.slowness(link) + delay
            if isStormy, random.happens(permille: plan.amount(.spikes)) { way += random.below(2000) }
            agenda.add(.arrival(envelope, from: sender, to: link.to), at: now + way)
        }
    }
}
