import Replica
import Storage
import TransparencyLog

/// What a validator that is too far behind for history is given from the stores.
extension Stores {
    /// The snapshots that are kept and sound, the newest first; those in `known` need not be read again.
    func offers(known: [UInt64: SnapshotOffer]) -> Result<[SnapshotOffer], StoresError> {
        Result.of { () throws(StoresError) in
            do { return try snapshots.offers(known: known) } catch { throw .unreadable("\(error)") }
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
            // The head that an epoch begins with has its files before it is shown: who is to sign it may need them first.
            let size = max(try shownHead().checkpoint.size, request.size)
            do throws(LogError) {
                let tiles = TileReader(log, size: size)
                let entries = try entries(request, in: tiles)
                let end = request.first + UInt64(entries.count)
                let proof = try tiles.consistencyProof(from: end, to: request.size)
                return LogPage(request: request, entries: entries, proof: proof)
            } catch {
                guard try size == shownHead().checkpoint.size else { return nil }
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

extension SnapshotFiles {
    /// What can be offered of those that are kept, the newest first: a damaged one is no reason to offer no other, and the next start says that it is.
    func offers(known: [UInt64: SnapshotOffer]) throws(SnapshotError) -> [SnapshotOffer] {
        var offers: [SnapshotOffer] = []
        for height in try heights().prefix(ReplicaLimits.snapshotsOffered) {
            do throws(SnapshotError) {
                let offer =
                    if let offer = known[height] { offer } else {
                        SnapshotOffer(height: height, image: try read(height).bytes)
                    }
                if let offer { offers.append(offer) }
            } catch .damaged {
                continue
            }
        }
        return offers
    }
}
