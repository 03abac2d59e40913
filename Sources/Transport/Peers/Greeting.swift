import Cryptography
import Wire

/// The first frame of each side of a link: who speaks, to whom, for which committee. It comes after the TLS handshake, so a side that has
/// read it knows that the other has accepted its certificate.
struct Greeting: Hashable, Sendable {
    /// The committee of which both are members.
    var committee: Digest
    /// The epoch that the speaker is in: only within one do indices mean the same.
    var epoch: UInt64
    /// The index of the validator that speaks.
    var from: UInt32
    /// The index of the validator that it believes to speak to.
    var to: UInt32

    /// `WMPL`: Waymark peer link.
    static let magic: UInt32 = 0x574D_504C
    static let version: UInt16 = 3
    static let encodedBytes = 4 + 2 + 32 + 8 + 4 + 4

    init(committee: Digest, epoch: UInt64, from: UInt32, to: UInt32) {
        self.committee = committee
        self.epoch = epoch
        self.from = from
        self.to = to
    }

    init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = Reader(bytes)
        let magic = try reader.read(UInt32.self)
        guard magic == Self.magic else { throw .invalid(field: "magic", value: UInt64(magic)) }
        let version = try reader.read(UInt16.self)
        guard version == Self.version else { throw .invalid(field: "version", value: UInt64(version)) }
        guard let committee = Digest(bytes: try reader.readFixed(32)) else { throw .truncated(needed: 32, left: 0) }
        self.committee = committee
        epoch = try reader.read(UInt64.self)
        from = try reader.read(UInt32.self)
        to = try reader.read(UInt32.self)
        try reader.finish()
    }

    func encoded() -> [UInt8] {
        var writer = Writer(capacity: Self.encodedBytes)
        writer.write(Self.magic)
        writer.write(Self.version)
        writer.write(fixed: committee.bytes)
        writer.write(epoch)
        writer.write(from)
        writer.write(to)
        return writer.bytes
    }
}
