import Cryptography
import TransparencyLog
import Wire

/// A size and root that files are there for without a head that can be shown.
struct KeptHead: Hashable, Sendable {
    let size: UInt64
    let root: Digest

    static func path(_ work: String) -> String { work + "/kept" }

    init(size: UInt64, root: Digest) {
        self.size = size
        self.root = root
    }

    init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = Reader(bytes)
        size = try reader.read(UInt64.self)
        root = try reader.readDigest()
        try reader.finish()
    }

    func encoded() -> [UInt8] {
        var writer = Writer(capacity: 40)
        writer.write(size)
        writer.write(fixed: root.bytes)
        return writer.bytes
    }
}

/// Finds out how much of a log's files can be built upon.
struct TileStoreOpening {
    let directory: String
    let work: String

    /// The state after the entries that are there, and the head that belongs to it. Without a head whose tiles are all
    /// sound, the state is that of the longest sound beginning, and there is no head: readers would take it for fraud.
    func run() throws(TileStoreError) -> (TileGrowth, SignedCheckpoint?) {
        let boot = Self.bootIdentity()
        let isSameBoot = try storing { () throws(FileError) in try isKnown(boot) }
        let opened = open(isSameBoot: isSameBoot)
        try storing { () throws(FileError) in
            if opened.1 == nil { try Directory.remove(directory + "/" + LogPath.checkpoint.text) }
            try File(bootPath, .replace).write(boot, at: 0)
        }
        return opened
    }

    private func open(isSameBoot: Bool) -> (TileGrowth, SignedCheckpoint?) {
        let shown = head()
        if let kept = kept(), kept.size > shown?.checkpoint.size ?? 0, let growth = growth(at: kept, isSameBoot) {
            return (growth, isSameBoot ? shown : nil)
        }
        guard let shown else { return (TileGrowth(), nil) }
        let head = KeptHead(size: shown.checkpoint.size, root: shown.checkpoint.root)
        if let growth = growth(at: head, isSameBoot) { return (growth, shown) }
        return (soundBeginning(of: head.size), nil)
    }

    /// The state at a head, if the files are there as they were written.
    private func growth(at head: KeptHead, _ isSameBoot: Bool) -> TileGrowth? {
        // The page cache outlives a process, so what was written since the machine's start is there; the edge alone is
        // read.
        guard let growth = edge(of: head) else { return nil }
        if isSameBoot { return growth }
        let sound = soundBeginning(of: head.size)
        // The partial files are checked last: the state at the head must give the very bytes that are there.
        let isWhole =
            growth.size - sound.size < UInt64(LogPath.fullWidth) && growth.partial.allSatisfy(isThere)
        return isWhole ? growth : nil
    }

    private func kept() -> KeptHead? {
        // A file that is not there, or is damaged, stands for nothing.
        guard let bytes = try? File(KeptHead.path(work), .read).read(64, at: 0) else { return nil }
        return try? KeptHead(decoding: bytes)
    }

    private func head() -> SignedCheckpoint? {
        do {
            return try SignedCheckpoint(parsing: DirectorySource(directory).read(.checkpoint))
        } catch {
            // There is none yet, or it is damaged: either way it is made again.
            return nil
        }
    }

    /// The state at a head, from its rightmost files, if they give its root.
    private func edge(of head: KeptHead) -> TileGrowth? {
        do throws(LogError) {
            let growth = try TileGrowth(resuming: head.size, from: DirectorySource(directory))
            return growth.root == head.root ? growth : nil
        } catch {
            return nil
        }
    }

    /// The state after as many full bundles as are there and agree with every full tile over them.
    private func soundBeginning(of size: UInt64) -> TileGrowth {
        var sound = TileGrowth()
        let reader = TileReader(DirectorySource(directory), size: size)
        for index in 0..<size / UInt64(LogPath.fullWidth) {
            var growth = sound
            do throws(LogError) {
                for entry in try reader.entries(inBundle: index) { growth.append(entry) }
            } catch {
                return sound
            }
            guard growth.takeFull().allSatisfy(isThere) else { return sound }
            sound = growth
        }
        return sound
    }

    private func isThere(_ file: LogFile) -> Bool {
        do throws(SourceError) {
            return try DirectorySource(directory).read(file.path) == file.bytes
        } catch {
            return false
        }
    }

    private var bootPath: String { work + "/boot" }

    private func isKnown(_ boot: [UInt8]) throws(FileError) -> Bool {
        do throws(FileError) {
            let known = try File(bootPath, .read).read(boot.count + 1, at: 0)
            return !boot.isEmpty && known == boot
        } catch {
            guard error.isMissing else { throw error }
            return false
        }
    }

    /// What names the time since the machine's last start; empty where the system does not tell, and then every opening
    /// checks all.
    private static func bootIdentity() -> [UInt8] {
        do throws(FileError) {
            return try File("/proc/sys/kernel/random/boot_id", .read).read(64, at: 0)
        } catch {
            return []
        }
    }
}
