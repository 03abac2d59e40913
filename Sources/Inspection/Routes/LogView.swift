import Cryptography
import Storage
import Telemetry
import TransparencyLog

/// The log at one published head: entries, proofs, and what belongs to a hazard, all cut at the same size.
struct LogView {
    let signed: SignedCheckpoint
    private let reader: TileReader<DirectorySource>

    /// The log at the head that is published now.
    init(_ files: LogFiles) throws(Rejection) {
        signed = try files.checkpoint()
        reader = TileReader(files.source, size: signed.checkpoint.size)
    }

    /// How many entries the head has.
    var size: UInt64 { signed.checkpoint.size }

    /// An entry, and the bytes that it was read from.
    struct Leaf {
        var index: UInt64
        var bytes: [UInt8]
        var entry: Entry

        var answer: EntryAnswer { EntryAnswer(entry, at: index, leafHash: Merkle.leaf(bytes)) }
    }

    /// The entries of `range`, which lies below the size.
    func entries(_ range: Range<UInt64>) throws(Rejection) -> [EntryAnswer] {
        precondition(range.upperBound <= size, "the caller cuts the range to the tree")
        var answers: [EntryAnswer] = []
        let width = UInt64(LogPath.fullWidth)
        for bundle in range.lowerBound / width..<(range.upperBound + width - 1) / width {
            for leaf in try leaves(inBundle: bundle) where range.contains(leaf.index) { answers.append(leaf.answer) }
        }
        return answers
    }

    /// The hashes that lead from an entry to the root, as a file that anybody can check offline.
    func receipt(of index: UInt64) throws(Rejection) -> InclusionReceipt {
        do {
            return InclusionReceipt(index: index, proof: try reader.inclusionProof(of: index), signed: signed)
        } catch {
            throw .damaged(what: error.description)
        }
    }

    /// All entries of a bundle.
    func leaves(inBundle bundle: UInt64) throws(Rejection) -> [Leaf] {
        let first = bundle * UInt64(LogPath.fullWidth)
        do {
            return try reader.entries(inBundle: bundle).enumerated().map { offset, bytes in
                Leaf(index: first + UInt64(offset), bytes: bytes, entry: try Entry(decoding: bytes))
            }
        } catch {
            throw .damaged(what: "entry bundle \(bundle) (\(error))")
        }
    }
}
