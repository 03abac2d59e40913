import Cryptography
import Telemetry
import Testing

@testable import VehicleKit

private let entry = Entry.roundOpened(someRound())

@Test func anAnnouncementIsReadBack() throws {
    let announcement = Announcement(entry, receipt: [1, 2, 3], blobBytes: 70_000)
    let read = try Announcement(decoding: announcement.encoded())
    #expect(read == announcement)
    #expect(read.entryBytes == entry.encoded())
}

@Test func anAnnouncementsBytesAreThoseOfItsPage() {
    let revocation = Entry.revocation(RevocationEntry(commitment: Digest.zero))
    let zeros = [UInt8](repeating: 0, count: 32)
    // Field 1, 36 bytes: an Entry whose field 4 is a RevocationEntry whose field 1 is the commitment; field 2; field 3,
    // 300.
    #expect(
        Announcement(revocation, receipt: [7], blobBytes: 300).encoded()
            == [0x0A, 36, 0x22, 34, 0x0A, 32] + zeros + [0x12, 1, 7, 0x18, 0xAC, 0x02])
}

@Test func anAnnouncementBeyondItsBoundsIsRefused() {
    let largest = [UInt8](repeating: 1, count: AnnouncementLimits.receiptBytes)
    #expect(throws: Never.self) {
        try Announcement(
            decoding: Announcement(entry, receipt: largest, blobBytes: AnnouncementLimits.blobBytes).encoded())
    }
    #expect(throws: Refusal.outOfBounds(field: "receipt")) {
        try Announcement(decoding: Announcement(entry, receipt: largest + [1]).encoded())
    }
    #expect(throws: Refusal.outOfBounds(field: "blob_bytes")) {
        try Announcement(
            decoding: Announcement(entry, receipt: [], blobBytes: AnnouncementLimits.blobBytes + 1).encoded())
    }
    #expect(throws: Refusal.oversized) {
        try Announcement(decoding: Announcement(entry, receipt: largest + largest).encoded())
    }
    #expect(throws: Refusal.malformed) { try Announcement(decoding: [0xFF]) }
    #expect(throws: Refusal.malformed) { try Announcement(decoding: []) }
}

@Test func anAnnouncementIsBelievedWithItsReceiptOnly() throws {
    var committee = TestCommittee()
    let other = try committee.commit(.revocation(RevocationEntry(commitment: Digest.zero)))
    let receipt = try committee.commit(entry)
    var verifier = ReceiptVerifier(policy: try committee.policy())
    #expect(try verifier.verify(announcement: Announcement(entry, receipt: receipt).encoded()).index == 1)
    #expect(throws: AnnouncementFault.unproven(.otherEntry)) {
        try verifier.verify(announcement: Announcement(entry, receipt: other).encoded())
    }
    #expect(throws: AnnouncementFault.unreadable(.malformed)) { try verifier.verify(announcement: [0xFF]) }
}
