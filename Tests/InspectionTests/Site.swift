import Cryptography
import Foundation
import FoundationNetworking
import Logging
import Replica
import Testing

@testable import Inspection

/// A running server, asked over a real socket.
struct Site: Sendable {
    /// What a request got.
    struct Answer {
        var status: Int
        var headers: [String: String]
        var bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }

        func json<Body: Decodable>(_ type: Body.Type) throws -> Body {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(type, from: Data(bytes))
        }
    }

    let port: Int
    let notices: AsyncStream<Notice>.Continuation

    func url(_ path: String) throws -> URL {
        try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
    }

    func ask(_ path: String, method: String = "GET", headers: [String: String] = [:]) async throws -> Answer {
        var request = URLRequest(url: try url(path), cachePolicy: .reloadIgnoringLocalCacheData)
        request.httpMethod = method
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        let (data, response) = try await session.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        let pairs = answer.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }
        return Answer(
            status: answer.statusCode, headers: Dictionary(pairs) { first, _ in first }, bytes: [UInt8](data))
    }
}

/// What the status closure says unless a test says otherwise.
let calm = StatusSnapshot(
    epoch: 1, view: 9, height: 7, size: 0, root: .zero, logTime: start, millisecondsSinceAdvance: 200, vehicles: 3,
    peers: 3)

/// Runs a server over `directory` on any free port, lets `body` ask it, and stops it.
func withSite(
    _ directory: String, status: StatusSnapshot = calm, metrics: [MetricSample] = [], map: InspectionMap? = nil,
    change: (inout InspectionConfiguration) -> Void = { _ in }, _ body: (Site) async throws -> Void
) async throws {
    var configuration = InspectionConfiguration(
        host: "127.0.0.1", port: 0, logDirectory: directory, title: "Test", validator: "a", committeeSize: 4,
        origin: origin, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    change(&configuration)
    let (stream, notices) = AsyncStream.makeStream(of: Notice.self)
    let server = InspectionServer(
        configuration: configuration, map: map, notices: stream, metrics: { metrics }, status: { status })
    let (ports, bound) = AsyncStream.makeStream(of: Int.self)
    let running = Task {
        defer { bound.finish() }
        try await server.run { bound.yield($0) }
    }
    defer { running.cancel() }
    var iterator = ports.makeAsyncIterator()
    guard let port = await iterator.next() else { return try await running.value }
    try await body(Site(port: port, notices: notices))
    running.cancel()
    _ = await running.result
}
