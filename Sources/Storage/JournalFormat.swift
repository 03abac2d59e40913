import Cryptography
import Wire

/// The bytes of a journal: segments of records.
///
///     segment   magic (8) · number (8) · first sequence (8) · salt (4) · CRC-32C of these (4) · records
///     record    payload's length (4) · sequence (8) · commit (8) · CRC-32C (4) · payload
///
/// A record's `commit` is the sequence of the first record that went to the disk with the same sync. It tells a torn
/// tail from damage: a record that cannot be read, before one of a later commit, had been synced and is lost. Records
/// of one commit, on the other hand, reach the disk in any order, so a gap between them is what a crash leaves.
///
/// The checksum covers the salt, the record's first 20 bytes and the payload. The salt is random and differs in each
/// segment: bytes that a vehicle put into a payload, or an old segment's left on the disk, never pass for a record.
enum JournalFormat {
    static let magic = Array("WAYMRKJ1".utf8)
    static let segmentHeaderLength = 32
    static let recordHeaderLength = 24
    /// The longest payload.
    static let payloadLimit = 1 << 26

    struct SegmentHeader: Hashable, Sendable {
        var number: UInt64
        var firstSequence: UInt64
        var salt: UInt32

        static func new(_ number: UInt64, firstSequence: UInt64) -> SegmentHeader {
            let salt = SecureRandom.bytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return SegmentHeader(number: number, firstSequence: firstSequence, salt: salt)
        }

        var bytes: [UInt8] {
            var writer = Writer(capacity: segmentHeaderLength)
            writer.write(fixed: magic)
            writer.write(number)
            writer.write(firstSequence)
            writer.write(salt)
            writer.write(checksum(writer.bytes[...]))
            return writer.bytes
        }

        /// The header of a segment's first bytes; nil where they are none.
        init?(_ bytes: [UInt8]) {
            guard bytes.count >= segmentHeaderLength else { return nil }
            var reader = Reader(Array(bytes.prefix(segmentHeaderLength)))
            do throws(WireError) {
                guard try reader.readFixed(8) == magic else { return nil }
                number = try reader.read(UInt64.self)
                firstSequence = try reader.read(UInt64.self)
                salt = try reader.read(UInt32.self)
                guard try reader.read(UInt32.self) == checksum(bytes[..<28]) else { return nil }
            } catch {
                return nil
            }
        }

        init(number: UInt64, firstSequence: UInt64, salt: UInt32) {
            self.number = number
            self.firstSequence = firstSequence
            self.salt = salt
        }
    }

    struct RecordHeader: Hashable, Sendable {
        var length: Int
        var sequence: UInt64
        var commit: UInt64
        var checksum: UInt32

        init(_ payload: [UInt8], sequence: UInt64, commit: UInt64, salt: UInt32) {
            length = payload.count
            self.sequence = sequence
            self.commit = commit
            checksum = 0
            checksum = checksum(of: payload[...], salt: salt)
        }

        /// The header that stands at `offset`, unchecked; nil where the bytes end before it does.
        init?(_ bytes: [UInt8], at offset: Int) {
            guard bytes.count - offset >= recordHeaderLength else { return nil }
            func field<Integer: FixedWidthInteger>(_ start: Int) -> Integer {
                (0..<Integer.bitWidth / 8).reduce(0) { $0 << 8 | Integer(bytes[offset + start + $1]) }
            }
            length = Int(field(0) as UInt32)
            sequence = field(4)
            commit = field(12)
            checksum = field(20)
        }

        var bytes: [UInt8] {
            var writer = Writer(capacity: recordHeaderLength)
            writer.write(UInt32(length))
            writer.write(sequence)
            writer.write(commit)
            writer.write(checksum)
            return writer.bytes
        }

        func checksum(of payload: ArraySlice<UInt8>, salt: UInt32) -> UInt32 {
            var crc = CRC32C(salt: salt)
            crc.add(bytes.prefix(20))
            crc.add(payload)
            return crc.value
        }
    }

    static func segmentName(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".journal"
    }

    /// The number in a segment's name; nil where the name is no segment's.
    static func segmentNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(".journal"), let number = UInt64(name.dropLast(8)) else { return nil }
        return segmentName(number) == name ? number : nil
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var crc = CRC32C()
        crc.add(bytes)
        return crc.value
    }
}
