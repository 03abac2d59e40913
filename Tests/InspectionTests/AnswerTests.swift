import Testing

@testable import Inspection

@Test func everyAnswerForbidsWhatThePageDoesNotNeed() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory) { site in
        for path in ["/", "/explorer/main.js", "/metrics", "/nowhere", "/api/v1/hazards?x=1"] {
            let answer = try await site.ask(path)
            let policy = try #require(answer.headers["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'"))
            #expect(!policy.contains("unsafe"))
            #expect(answer.headers["x-content-type-options"] == "nosniff")
        }
    }
}

@Test func thePageLoadsNothingFromElsewhere() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory) { site in
        let page = try await site.ask("/")
        #expect(page.headers["content-type"] == "text/html; charset=utf-8")
        var waiting = page.text.matches(of: /(?:src|href)="(\/explorer\/[^"]+)"/).map { String($0.1) }
        #expect(waiting.count == 3)
        var seen: Set<String> = []
        while let path = waiting.popLast() {
            guard seen.insert(path).inserted else { continue }
            let answer = try await site.ask(path)
            #expect(answer.status == 200, "\(path)")
            #expect(!answer.text.contains("https://"), "\(path)")
            waiting += answer.text.matches(of: /from "\.\/([^"]+)"/).map { "/explorer/\($0.1)" }
        }
        #expect(seen.count == 10)
    }
}

@Test func whoHasTheCurrentPageGetsItNotAgain() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory) { site in
        let tag = try #require(try await site.ask("/").headers["etag"])
        let again = try await site.ask("/", headers: ["If-None-Match": tag])
        #expect(again.status == 304 && again.bytes.isEmpty)
        #expect(try await site.ask("/", headers: ["If-None-Match": "\"other\""]).status == 200)
    }
}

@Test func anUnknownPathIsAnsweredInJSON() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory) { site in
        for path in ["/nowhere", "/api/v1", "/api/v1/hazards/zz", "/api/v1/roads", "/log.policy", "/explorer/none.js"] {
            let answer = try await site.ask(path)
            #expect(answer.status == 404, "\(path)")
            let body = try answer.json(ErrorBody.self).error
            #expect(body.status == 404 && body.code == "not_found")
        }
    }
}

@Test func anAddressThatIsTakenIsAnError() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory) { site in
        await #expect(throws: (any Error).self) {
            try await withSite(log.directory, change: { $0.port = site.port }) { _ in }
        }
    }
}

@Test func nothingCanBeWritten() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    try await withSite(log.directory) { site in
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = try await site.ask("/checkpoint", method: method)
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "GET, HEAD")
            #expect(try answer.json(ErrorBody.self).error.code == "method_not_allowed")
        }
    }
}

@Test func aValidatorIsHealthyWhileItsHeadAdvances() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    struct Health: Decodable {
        var healthy: Bool
        var reason: String?
    }
    var stuck = calm
    stuck.millisecondsSinceAdvance = InspectionLimits.headMilliseconds + 1
    var behind = calm
    behind.isCatchingUp = true
    for (status, code, reason) in [
        (calm, 200, nil), (stuck, 503, "the head has not advanced for 15 s"),
        (behind, 503, "catching up with the committee: at height 7"),
    ] {
        try await withSite(log.directory, status: status) { site in
            let answer = try await site.ask("/healthz")
            #expect(answer.status == code)
            let health = try answer.json(Health.self)
            #expect(health.healthy == (reason == nil) && health.reason == reason)
        }
    }
}

@Test func statusNamesTheValidatorAndItsHead() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    struct Status: Decodable, Equatable {
        var title, origin, validator: String
        var committeeSize, vehicles, peers: Int
        var height, view: UInt64
    }
    try await withSite(log.directory, change: { $0.policy = "quorum none\n" }) { site in
        let status = try await site.ask("/api/v1/status").json(Status.self)
        let expected = Status(
            title: "Test", origin: origin, validator: "a", committeeSize: 4, vehicles: 3, peers: 3, height: 7, view: 9)
        #expect(status == expected)
        #expect(try await site.ask("/log.policy").text == "quorum none\n")
    }
}
