import Cryptography
import Replica
@_spi(Simulation) import Consensus

/// What has happened, as a digest of everything and, where it is kept, in words.
struct Trace: Sendable, CustomStringConvertible {
    private var state: UInt64 = 0x6A09_E667_F3BC_C908
    private let isKept: Bool
    private var lines: [String] = []

    init(isKept: Bool) {
        self.isKept = isKept
    }

    /// The digest's 16 digits.
    var description: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    mutating func takeLines() -> [String] {
        defer { lines = [] }
        return lines
    }

    mutating func arrival(_ frame: Frame, from sender: ValidatorIndex, to index: Int, at time: UInt64) {
        mix(time, UInt64(sender) << 8 | UInt64(index), frame.fingerprint)
        if isKept { keep(time, "\(index) hears from \(sender): \(frame.words)") }
    }

    mutating func block(_ block: ExecutedBlock, at index: Int, _ time: UInt64) {
        mix(time, UInt64(index), block.hash.prefix)
        mix(block.height, block.head.size, block.head.root.prefix)
        if isKept {
            keep(time, "\(index) executes block \(block.height) of view \(block.view): \(block.entries.count) entries")
        }
    }

    mutating func strike(_ fault: Fault, at time: UInt64) {
        mix(time, 0xFA, UInt64(fault.rawValue.utf8.count))
        if isKept { keep(time, "fault: \(fault.rawValue)") }
    }

    mutating func note(_ words: String, of index: Int, at time: UInt64) {
        mix(time, UInt64(index), UInt64(words.utf8.count))
        if isKept { keep(time, "\(index) \(words)") }
    }

    private mutating func keep(_ time: UInt64, _ words: String) {
        let milliseconds = String(time % 1000 + 1000).dropFirst()
        lines.append("\(time / 1000).\(milliseconds)  \(words)")
    }

    private mutating func mix(_ words: UInt64...) {
        for word in words {
            state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
            state ^= state >> 29
        }
    }
}

extension Frame {
    /// A number that tells frames apart, the same in every run.
    fileprivate var fingerprint: UInt64 {
        switch self {
        case .message(let message): message.fingerprint
        case .cosignature(let cosignature): 0xC0 ^ cosignature.head.root.prefix ^ cosignature.head.height
        case .transfer(let message): 0x7A ^ Digest.sha256(message.encoded()).prefix
        }
    }

    /// What it says, in words.
    fileprivate var words: String {
        switch self {
        case .message(let message): message.words
        case .cosignature(let cosignature): "head \(cosignature.head.height) cosigned by \(cosignature.validator)"
        case .transfer(let message): message.words
        }
    }
}

extension TransferMessage {
    fileprivate var words: String {
        switch self {
        case .offers(let offers): "snapshots of heights \(offers.map(\.height))"
        case .pieceRequest(let digest): "asks for the piece \(digest.prefix)"
        case .piece(let bytes): "a piece of \(bytes.count) bytes"
        case .pageRequest(let request): "asks for entries from \(request.first) on"
        case .page(let page): "\(page.entries.count) entries from \(page.request.first) on"
        case .fileRequest(let request): "asks for the file \(request.digest.prefix) from byte \(request.offset) on"
        case .filePart(let part): "\(part.bytes.count) bytes of the file \(part.request.digest.prefix)"
        }
    }
}
