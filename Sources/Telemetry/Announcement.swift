/// What validators tell vehicles of the rounds and versions of a model, and of an update that counts: an entry of the
/// log with the proof that it stands there.
///
/// Decoded it is a claim: who believes it checks the receipt against `entryBytes` first. The size beside it is the
/// gateway's word alone.
public struct Announcement: Hashable, Sendable {
    /// The entry.
    public let entry: Entry
    /// The entry's one encoding: what the receipt is for.
    public let entryBytes: [UInt8]
    /// Its C2SP `.tlog-proof`.
    public let receipt: [UInt8]
    /// Size of the file of the version that the fleet shall run, in bytes; zero where the entry names none or all have
    /// it.
    public let blobBytes: UInt64

    /// An announcement of `entry`, which `receipt` shows to stand in the log.
    public init(_ entry: Entry, receipt: [UInt8], blobBytes: UInt64 = 0) {
        self.init(entry, entryBytes: entry.encoded(), receipt: receipt, blobBytes: blobBytes)
    }

    init(_ entry: Entry, entryBytes: [UInt8], receipt: [UInt8], blobBytes: UInt64) {
        self.entry = entry
        self.entryBytes = entryBytes
        self.receipt = receipt
        self.blobBytes = blobBytes
    }
}

/// The bound of everything in an announcement, and of the files that it announces.
public enum AnnouncementLimits {
    /// A `.tlog-proof`.
    public static let receiptBytes = 65_536
    /// A version's file: twice what a million cells of travel times need.
    public static let blobBytes: UInt64 = 64 << 20
    /// A chunk of a version's file; the last one may be shorter.
    public static let chunkBytes = 65_536
    /// An encoded announcement: entry, receipt, size, and their tags and lengths.
    public static let announcementBytes = TelemetryLimits.entryBytes + receiptBytes + 32
}
