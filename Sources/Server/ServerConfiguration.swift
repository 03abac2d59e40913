import Foundation

/// How one validator runs: where it listens, where its keys and data are (`validator.json5`). Paths are relative to the file.
public struct ServerConfiguration: Codable, Sendable {
    /// `host:port` pairs; a missing one does not listen.
    public struct Listen: Codable, Sendable {
        /// Other validators, TLS 1.3 with mutual authentication.
        public var peers: String?
        /// Vehicles, plain MQTT: loopback only.
        public var mqtt: String?
        /// Vehicles, MQTT over TLS 1.3.
        public var mqtts: String?
        /// People and auditors.
        public var http: String?

        /// Where to listen.
        public init(peers: String?, mqtt: String?, mqtts: String?, http: String?) {
            self.peers = peers
            self.mqtt = mqtt
            self.mqtts = mqtts
            self.http = http
        }
    }

    /// The committee file.
    public var committee: String
    /// This validator's name in it.
    public var validator: String
    /// Folder of this validator's secret keys.
    public var keys: String
    /// Folder of journal, index and log.
    public var data: String
    /// Where it listens.
    public var listen: Listen
    /// The map file, if it has one.
    public var map: String?
    /// The file that perception versions are judged by, if it has one: vehicles never get it.
    public var holdOut: String?
    /// How long signed reports are kept off the log, in hours.
    public var recordRetentionHours: UInt32
    /// How much of the journal before the snapshots is kept for validators that are behind, in MiB; 1,024 where the file does not say.
    public var journalKeptMiB: UInt32?

    enum CodingKeys: String, CodingKey {
        case committee, validator, keys, data, listen, map
        case holdOut = "hold_out"
        case recordRetentionHours = "record_retention_hours"
        case journalKeptMiB = "journal_kept_mib"
    }

    /// Reads a file, comments allowed (JSON5), and resolves its paths against the file's folder.
    public init(path: String) throws(ConfigurationError) {
        self = try ConfigurationError.decode(ServerConfiguration.self, path: path)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        func resolve(_ path: String) -> String {
            path.hasPrefix("/") ? path : folder.appendingPathComponent(path).standardizedFileURL.path
        }
        committee = resolve(committee)
        keys = resolve(keys)
        data = resolve(data)
        map = map.map(resolve)
        holdOut = holdOut.map(resolve)
        try check()
    }

    private func check() throws(ConfigurationError) {
        for text in [listen.peers, listen.mqtt, listen.mqtts, listen.http].compactMap({ $0 }) {
            _ = try Endpoint(text)
        }
        if let text = listen.mqtt, !(try Endpoint(text)).isLoopback {
            throw .invalid("listen.mqtt is \(text): plain MQTT is for loopback only, use listen.mqtts")
        }
        guard (1...24 * 366).contains(recordRetentionHours) else {
            throw .invalid("record_retention_hours is \(recordRetentionHours): 1 to 8,784 hours are possible")
        }
        if let journalKeptMiB, journalKeptMiB > 1 << 24 {
            throw .invalid("journal_kept_mib is \(journalKeptMiB): 0 to 16,777,216 MiB are possible")
        }
    }
}

/// A host and a port to listen on or to connect to.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address.
    public var host: String
    /// A TCP port; 0 lets the system choose.
    public var port: UInt16

    /// Reads `host:port` or `[address]:port`.
    public init(_ text: String) throws(ConfigurationError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw .invalid("\(text) is not host:port")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { throw .invalid("\(text) has no host") }
        self.host = host
        self.port = port
    }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool {
        // 127.example is a name that may stand for any address.
        let isAddress = host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
        return host == "localhost" || host == "::1" || (host.hasPrefix("127.") && isAddress)
    }

    /// `host:port`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
