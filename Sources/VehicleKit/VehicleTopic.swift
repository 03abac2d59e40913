import Cryptography

/// What a vehicle publishes on, and where its receipts come.
enum VehicleTopic {
    static let reports = "waymark/v1/reports"
    static let telemetry = "waymark/v1/telemetry"
    private static let receipts = "waymark/v1/receipts/"

    /// The report whose receipt comes on `topic`; nil where it is no receipt's.
    static func report(ofReceipt topic: String) -> Digest? {
        guard topic.utf8.starts(with: receipts.utf8) else { return nil }
        return Hex.decode(String(topic.dropFirst(receipts.count))).flatMap { Digest(bytes: $0) }
    }
}
