import Foundation
import FoundationNetworking
import Replica
import Testing

@testable import Inspection

@Test func eventsAreNamedLinesOfJSON() throws {
    let batch = Outbox.Batch(
        startsAfresh: true, hazards: [try hazard(1)], vehicles: [try sighting(3), try sighting(4)], blocks: [block(2)])
    let text = String(decoding: try EventText.encode(batch, on: nil), as: UTF8.self)
    let events = text.components(separatedBy: "\n\n").dropLast().map { $0.components(separatedBy: "\n") }
    #expect(events.map { $0[0] } == ["event: start", "event: hazard", "event: sighting", "event: block"])
    #expect(events.allSatisfy { $0.count == 2 && $0[1].hasPrefix("data: {") })
    let row = "601700000,249400000,1250,9000,1760000000000]"
    #expect(events[2][1] == "data: {\"vehicles\":[[3,\(row),[4,\(row)]}")
    #expect(events[1][1].contains("\"kind\":\"adhesion\""))
    #expect(events[3][1].contains("\"height\":2,"))
}

@Test func nothingToTellIsAHeartbeat() throws {
    #expect(try EventText.encode(Outbox.Batch(), on: nil) == Array(": heartbeat\n\n".utf8))
}

@Test func aPageGetsThePresentStateAndThenWhatHappens() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let standing = try hazard(1)
    try await withSite(log.directory, change: { $0.hazards = [standing] }) { site in
        let listener = Listener()
        let task = try listener.open(try site.url("/events"))
        defer { task.cancel() }
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == "event: start")
        #expect(await events.next() == "event: hazard")
        site.notices.yield(.block(block(5)))
        #expect(await events.next() == "event: block")
        #expect(try await site.ask("/metrics").text.contains("\nwaymark_inspection_watchers 1\n"))
        let head = try await site.ask("/events", method: "HEAD")
        #expect(head.headers["content-type"] == "text/event-stream; charset=utf-8")
        #expect(head.headers["cache-control"] == "no-store")
    }
}

@Test func oneWatcherTooManyIsTurnedAway() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory) { site in
        var tasks: [URLSessionDataTask] = []
        defer { for task in tasks { task.cancel() } }
        for _ in 0..<InspectionLimits.watchers {
            let listener = Listener()
            tasks.append(try listener.open(try site.url("/events")))
            var events = listener.events.makeAsyncIterator()
            #expect(await events.next() == "event: start")
        }
        let answer = try await site.ask("/events")
        #expect(answer.status == 503)
        #expect(try answer.json(ErrorBody.self).error.code == "unavailable")
    }
}

@Test func stoppingTheServerEndsItsEvents() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let listener = Listener()
    var events = listener.events.makeAsyncIterator()
    try await withSite(log.directory) { site in
        _ = try listener.open(try site.url("/events"))
        #expect(await events.next() == "event: start")
    }
    #expect(await events.next() == nil)
}

/// Takes the lines that name events off a stream.
final class Listener: NSObject, URLSessionDataDelegate {
    let events: AsyncStream<String>
    private let found: AsyncStream<String>.Continuation

    override init() {
        (events, found) = AsyncStream.makeStream(of: String.self)
    }

    func open(_ url: URL) throws -> URLSessionDataTask {
        let session = URLSession(configuration: .ephemeral, delegate: self, delegateQueue: nil)
        let task = session.dataTask(with: url)
        task.resume()
        session.finishTasksAndInvalidate()
        return task
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix("event: ") {
            found.yield(String(line))
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        found.finish()
    }
}
