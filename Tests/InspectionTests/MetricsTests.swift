import Replica
import Testing

@testable import Inspection

@Test func metricsAreWrittenAsPrometheusReadsThem() {
    let samples = [
        MetricSample(
            "waymark_refusals_total", help: "Refused messages by reason.", kind: .counter,
            labels: [("reason", "stale"), ("from", "a \"quoted\" \\ name\nof two lines")], value: 3),
        MetricSample("waymark_size_entries", help: "Entries\nof the \\ log.", kind: .gauge, value: 12_345_678),
        MetricSample(
            "waymark_refusals_total", help: "Refused messages by reason.", kind: .counter,
            labels: [("reason", "future")], value: 0),
        MetricSample("waymark_wait_seconds", help: "Waiting.", kind: .gauge, value: 0.25),
        MetricSample("waymark_odd", help: "Odd.", kind: .gauge, labels: [("n", "1")], value: .infinity),
        MetricSample("waymark_odd", help: "Odd.", kind: .gauge, labels: [("n", "2")], value: -.infinity),
        MetricSample("waymark_odd", help: "Odd.", kind: .gauge, labels: [("n", "3")], value: .nan),
    ]
    #expect(
        MetricsText(samples).text == #"""
            # HELP waymark_refusals_total Refused messages by reason.
            # TYPE waymark_refusals_total counter
            waymark_refusals_total{reason="stale",from="a \"quoted\" \\ name\nof two lines"} 3
            waymark_refusals_total{reason="future"} 0
            # HELP waymark_size_entries Entries\nof the \\ log.
            # TYPE waymark_size_entries gauge
            waymark_size_entries 12345678
            # HELP waymark_wait_seconds Waiting.
            # TYPE waymark_wait_seconds gauge
            waymark_wait_seconds 0.25
            # HELP waymark_odd Odd.
            # TYPE waymark_odd gauge
            waymark_odd{n="1"} +Inf
            waymark_odd{n="2"} -Inf
            waymark_odd{n="3"} NaN

            """#)
}

@Test func noMetricsAreNoText() {
    #expect(MetricsText([]).text.isEmpty)
}

@Test func metricsAreServedWithOurOwnBehindTheValidators() async throws {
    let log = try LogOnDisk()
    defer { log.remove() }
    let sample = MetricSample("waymark_reports_total", help: "Reports.", kind: .counter, value: 17)
    try await withSite(log.directory, metrics: [sample]) { site in
        let answer = try await site.ask("/metrics")
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.text.hasPrefix("# HELP waymark_reports_total Reports.\n"))
        #expect(answer.text.contains("\nwaymark_inspection_watchers 0\n"))
    }
}
