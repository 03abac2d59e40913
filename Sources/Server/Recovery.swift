import Consensus
import Cryptography
import Replica
import Storage
import TransparencyLog

/// A validator's state from its journal: every record replayed, every final block executed again, and what index or files lack queued for them.
struct Recovery: ~Copyable {
    let replica: Replica
    let archive: Archive
    let journal: Journal

    init(_ configuration: Validator, logSecret: [UInt8], data: String) throws {
        var replica = Replica(configuration.replica)
        let index = try Index(path: "\(data)/index.sqlite")
        let tiles = try TileStore(directory: "\(data)/log", work: "\(data)/work")
        let stores = Stores(
            index: index, journal: JournalReader(directory: "\(data)/journal"), log: DirectorySource("\(data)/log"))
        let (indexed, filed) = (try index.height(), tiles.size)
        var archive = Archive(stores: stores, tiles: tiles, reportKeys: ReportKeys(secret: logSecret))
        journal = try Journal(directory: "\(data)/journal") { position, bytes in
            let record = try Record(decoding: bytes)
            archive.note(record, at: position)
            for block in try replica.restore(record) {
                if block.height > indexed || block.head.size > filed { archive.add(block) } else { archive.pass(block) }
            }
        }
        self.replica = replica
        self.archive = archive
    }
}
