import Replica
import Storage
import TransparencyLog

/// What a validator that is too far behind for history is given from the stores.
extension Stores {
    /// The snapshots that are kept, the newest first; those in `known` need not be read again.
    func offers(known: [UInt64: SnapshotOffer]) -> Result<[SnapshotOffer], StoresError> {
        Result.of { () throws(StoresError) in
            var offers: [SnapshotOffer] = []
            do {
                for height in try snapshots.heights().prefix(ReplicaLimits.snapshotsOffered) {
                    let offer = try known[height] ?? SnapshotOffer(height: height, image: snapshots.read(height).bytes)
                    if let offer { offers.append(offer) }
                }
            } catch {
                throw .unreadable("\(error)")
            }
            return offers
        }
    }

    /// A part of the image of that height.
    func piece(_ range: Range<Int>, of height: UInt64) -> Result<[UInt8], StoresError> {
        Result.of { () throws(StoresError) in
            do { return try snapshots.read(range, of: height) } catch { throw .unreadable("\(error)") }
        }
    }

    /// Entries of the log from the requested one on, as many as one answer carries; nil where the files do not go so far yet.
    func page(_ request: PageRequest) -> Result<LogPage?, StoresError> {
        Result.of { () throws(StoresError) in
            let shown = try shownHead().checkpoint.size
            guard request.size <= shown else { return nil }
            do throws(LogError) {
                let tiles = TileReader(log, size: shown)
                let entries = try entries(request, in: tiles)
                let end = request.first + UInt64(entries.count)
                let proof = try tiles.consistencyProof(from: end, to: request.size)
                return LogPage(request: request, entries: entries, proof: proof)
            } catch {
                throw .log(error)
            }
        }
    }

    private func entries(
        _ request: PageRequest, in tiles: TileReader<DirectorySource>
    ) throws(LogError) -> [[UInt8]] {
        let full = UInt64(LogPath.fullWidth)
        var (entries, bytes): ([[UInt8]], Int) = ([], 0)
        var next = request.first
        while next < request.size {
            for entry in try tiles.entries(inBundle: next / full)[Int(next % full)...] {
                guard next < request.size, entries.count < ReplicaLimits.entriesPerPage,
                    bytes < ReplicaLimits.pageBytes
                else { return entries }
                entries.append(entry)
                bytes += entry.count
                next += 1
            }
        }
        return entries
    }
}
