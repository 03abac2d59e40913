import Foundation
import Schema
import SwiftProtobuf

extension Announcement {
    /// The announcement of these bytes, every field inside its bounds; nothing vouches for it yet.
    public init(decoding bytes: [UInt8]) throws(Refusal) {
        let message = try Waymark_V1_Announcement(bounded: bytes, atMost: AnnouncementLimits.announcementBytes)
        try Field.check(message.entry.count <= TelemetryLimits.entryBytes, "entry")
        try Field.check(message.receipt.count <= AnnouncementLimits.receiptBytes, "receipt")
        try Field.check(message.blobBytes <= AnnouncementLimits.blobBytes, "blob_bytes")
        let entryBytes = Array(message.entry)
        self.init(
            try Entry(decoding: entryBytes), entryBytes: entryBytes, receipt: Array(message.receipt),
            blobBytes: message.blobBytes)
    }

    /// The bytes that this version writes.
    public func encoded() -> [UInt8] {
        Waymark_V1_Announcement.with {
            $0.entry = Data(entryBytes)
            $0.receipt = Data(receipt)
            $0.blobBytes = blobBytes
        }.bytes()
    }
}
