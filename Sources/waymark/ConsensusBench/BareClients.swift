import EventLoop
import Foundation
import Server
import Wire

/// Clients of a bare committee, one connection a validator, each with so many operations under way: the next leaves when one is final.
actor BareClients: LoopBound, BenchClients {
    /// What a validator says at the end.
    struct Tally: Hashable, Sendable {
        let operations: UInt64
        let digest: [UInt8]
    }

    nonisolated let loop: EventLoop
    private let payload: Int
    private var links: [Link]
    private var isSending = false
    private(set) var acknowledged: UInt64 = 0
    private(set) var latencies = Percentiles()
    private(set) var tallies: [Int: Tally] = [:]
    private(set) var broken: String?
    private var longestEndedGap = 0.0
    private var lastReceipt = 0.0
    /// Links whose end is no fault.
    private var given: Set<Int> = []

    private struct Link {
        let share: Int
        var stream: TCPStream?
        /// When operations left, and how many at a time.
        var underWay: [(time: Double, count: Int)] = []
        var firstUnderWay = 0
        var received: [UInt8] = []
        var sent: UInt64 = 0
    }

    /// Clients with `outstanding` operations of `payload` bytes under way, over all `validators`.
    init(validators: Int, outstanding: Int, payload: Int, loop: EventLoop) {
        self.loop = loop
        self.payload = payload
        links = (0..<validators).map { index in
            Link(share: outstanding / validators + (index < outstanding % validators ? 1 : 0))
        }
    }

    // MARK: Connecting

    func connect(to doors: [Endpoint]) {
        for (index, door) in doors.enumerated() {
            TCPStream.connect(loop: loop, host: door.host, port: door.port) { [self] result in
                assumeIsolated { $0.connected(index, result) }
            }
        }
    }

    private func connected(_ index: Int, _ result: Result<TCPStream, LoopError>) {
        switch result {
        case .failure(let error): broken = "validator \(index + 1): \(error)"
        case .success(let stream):
            links[index].stream = stream
            stream.start { [self] event in assumeIsolated { $0.hear(event, of: index) } }
        }
    }

    var isConnected: Bool { links.allSatisfy { $0.stream != nil } }
    var isDrained: Bool { links.indices.allSatisfy { given.contains($0) || underWay(on: $0) == 0 } }

    /// Operations on links that were given up, of which nobody knows whether they are final.
    var unknown: UInt64 { given.reduce(0) { $0 + UInt64(underWay(on: $1)) } }

    private func underWay(on index: Int) -> Int {
        links[index].underWay[links[index].firstUnderWay...].reduce(0) { $0 + $1.count }
    }

    // MARK: Driving

    func drive(_ isSending: Bool) {
        let begins = isSending && !self.isSending
        self.isSending = isSending
        guard begins else { return }
        for index in links.indices { send(links[index].share, over: index) }
    }

    func forgetLatencies() { latencies = Percentiles() }

    /// The longest time without a receipt from anybody, in milliseconds, since `forgetGaps`.
    var longestGap: Double { max(longestEndedGap, Self.milliseconds - lastReceipt) }

    func forgetGaps() { (longestEndedGap, lastReceipt) = (0, Self.milliseconds) }

    /// This validator is about to go, and not by its own fault.
    func giveUp(_ index: Int) { given.insert(index) }

    func askForTallies() {
        tallies = [:]
        for (index, link) in links.enumerated() where !given.contains(index) {
            link.stream?.write(OperationFrames.bytes(of: 0))
        }
    }

    private func send(_ count: Int, over index: Int) {
        guard count > 0 else { return }
        var writer = Writer(capacity: count * (payload + OperationFrames.lengthBytes))
        for _ in 0..<count {
            links[index].sent += 1
            writer.write(UInt32(payload))
            writer.write(links[index].sent)
            writer.write(fixed: filling)
        }
        links[index].stream?.write(writer.bytes)
        links[index].underWay.append((Self.milliseconds, count))
    }

    private var filling: [UInt8] { [UInt8](repeating: 0x5A, count: payload - 8) }

    private static var milliseconds: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e6 }

    // MARK: Hearing

    private func hear(_ event: TCPStream.Event, of index: Int) {
        switch event {
        case .received(let bytes):
            links[index].received += bytes
            readAll(of: index)
        case .closed(let error?): if !given.contains(index) { broken = "validator \(index + 1): \(error)" }
        case .ended, .closed(nil), .drained: break
        }
    }

    private func readAll(of index: Int) {
        var offset = 0
        var final = 0
        let bytes = links[index].received
        while bytes.count - offset >= 4 {
            let number = OperationFrames.number(bytes, at: offset)
            if number == OperationFrames.tallyMark {
                guard bytes.count - offset >= 44 else { break }
                tallies[index] = Tally(bytes[(offset + 4)..<(offset + 44)])
                offset += 44
            } else {
                final += Int(number)
                offset += 4
            }
        }
        links[index].received.removeFirst(offset)
        take(final, of: index)
    }

    private func take(_ count: Int, of index: Int) {
        guard count > 0 else { return }
        acknowledged += UInt64(count)
        let now = Self.milliseconds
        (longestEndedGap, lastReceipt) = (max(longestEndedGap, now - lastReceipt), now)
        var left = count
        while left > 0 {
            let first = links[index].firstUnderWay
            guard first < links[index].underWay.count else {
                broken = "validator \(index + 1) acknowledges more than was sent"
                return
            }
            let (time, waiting) = links[index].underWay[first]
            let taken = min(left, waiting)
            for _ in 0..<taken { latencies.add(now - time) }
            links[index].underWay[first].count -= taken
            if taken == waiting { links[index].firstUnderWay += 1 }
            left -= taken
        }
        if links[index].firstUnderWay > 4096 {
            links[index].underWay.removeFirst(links[index].firstUnderWay)
            links[index].firstUnderWay = 0
        }
        if isSending { send(count, over: index) }
    }
}

extension BareClients.Tally {
    fileprivate init(_ bytes: ArraySlice<UInt8>) {
        operations = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        digest = Array(bytes.dropFirst(8))
    }
}
