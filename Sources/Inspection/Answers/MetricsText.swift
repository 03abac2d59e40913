import Replica

/// Numbers in the Prometheus text exposition format, version 0.0.4.
///
///     # HELP waymark_refusals_total Refused messages by reason.
///     # TYPE waymark_refusals_total counter
///     waymark_refusals_total{reason="stale"} 3
///
/// A family's samples stand together under one HELP and one TYPE line, in the order in which the family first appears.
struct MetricsText {
    /// What the format is served as.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The whole exposition, each line with its newline.
    let text: String

    /// Writes samples, sorted into families.
    init(_ samples: [MetricSample]) {
        var order: [String] = []
        var families: [String: [MetricSample]] = [:]
        for sample in samples {
            if families[sample.name] == nil { order.append(sample.name) }
            families[sample.name, default: []].append(sample)
        }
        text = order.map { MetricsText.family(families[$0] ?? []) }.joined()
    }

    private static func family(_ samples: [MetricSample]) -> String {
        guard let first = samples.first else { return "" }
        let head = "# HELP \(first.name) \(escapedHelp(first.help))\n# TYPE \(first.name) \(first.kind.rawValue)\n"
        return head + samples.map(line).joined()
    }

    private static func line(_ sample: MetricSample) -> String {
        let labels = sample.labels.map { "\($0.name)=\"\(escapedLabel($0.value))\"" }.joined(separator: ",")
        return "\(sample.name)\(labels.isEmpty ? "" : "{\(labels)}") \(number(sample.value))\n"
    }

    /// Go's spelling, which the format asks for: whole numbers without a fraction, and `+Inf`, `-Inf`, `NaN`.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), value.magnitude < 9_007_199_254_740_992 { return "\(Int64(value))" }
        return "\(value)"
    }

    private static func escapedHelp(_ text: String) -> String {
        escaped(text) { $0 == "\\" || $0 == "\n" }
    }

    private static func escapedLabel(_ text: String) -> String {
        escaped(text) { $0 == "\\" || $0 == "\n" || $0 == "\"" }
    }

    private static func escaped(_ text: String, where mustEscape: (Character) -> Bool) -> String {
        var escaped = ""
        for character in text {
            guard mustEscape(character) else {
                escaped.append(character)
                continue
            }
            escaped += character == "\n" ? "\\n" : "\\\(character)"
        }
        return escaped
    }
}
