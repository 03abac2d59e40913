import EventLoop
import Foundation
import Server

/// Reports without end, as fast as validators commit them. A report may be 30 s old when a car takes it, so the next ones are signed while these are
/// published: that costs the machine as much at all times.
actor ReportLoad {
    private let doors: [Endpoint]
    private let authority: EnrolmentAuthority
    private let observations: Int
    private let outstanding: Int
    private var clients: ReportClients?
    /// What earlier clients were told of.
    private var earlier: UInt64 = 0
    private var isEnding = false

    /// Reports signed at a time, and for how many seconds they are published at most.
    private static let (batch, batchSeconds) = (20_000, 8.0)

    /// A load on the validators behind `doors`, with vehicles that `authority` enrols.
    init(on doors: [Endpoint], _ authority: EnrolmentAuthority, observations: Int, outstanding: Int) {
        self.doors = doors
        self.authority = authority
        self.observations = observations
        self.outstanding = outstanding
    }

    /// Reports that clients were told are committed.
    var acknowledged: UInt64 {
        get async { earlier + (await clients?.acknowledged ?? 0) }
    }

    /// No more is published from now on; `run` returns when what is under way is committed.
    func end() { isEnding = true }

    /// Publishes until `end`; fails where a report is refused.
    func run() async throws {
        let loop = try EventLoop.spawn(name: "clients")
        defer { loop.stop() }
        var reports = sign()
        while !isEnding {
            let clients = ReportClients(reports, outstanding: outstanding, loop: loop)
            self.clients = clients
            await clients.connect(to: doors)
            try await clients.wait("the validators let nobody in") { await clients.isConnected }
            await clients.introduce()
            try await clients.wait("the vehicles' first reports are not committed") { await clients.isDrained }
            async let next = Task.detached { [self] in sign() }.value
            try await publish(over: clients)
            earlier += await clients.acknowledged
            self.clients = nil
            await clients.close()
            reports = await next
        }
    }

    private func publish(over clients: ReportClients) async throws {
        let end = Date(timeIntervalSinceNow: Self.batchSeconds)
        await clients.publishAll()
        while !isEnding, Date() < end, !(await clients.isDrained) {
            if let broken = await clients.broken { throw Failure(broken) }
            try await Task.sleep(for: .milliseconds(20))
        }
        await clients.drive(false)
        try await clients.wait("reports are never committed") { await clients.isDrained }
    }

    private nonisolated func sign() -> SignedReports {
        let sessions = doors.count * (outstanding / doors.count / ReportClients.sessionWindow + 2)
        return SignedReports(Self.batch, observations: observations, sessions: sessions, authority: authority)
    }
}
