import TransparencyLog

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
        guard let head = head() else { return (TileGrowth(), nil) }
        // The page cache outlives a process, so what was written since the machine's start is there; the edge alone is
        // read.
        if isSameBoot, let growth = edge(of: head) { return (growth, head) }
        let sound = soundBeginning(of: head.checkpoint.size)
        // The partial files are checked last: the state at the head must give the very bytes that are there.
        if let growth = edge(of: head), growth.size - sound.size < UInt64(LogPath.fullWidth),
            growth.partial.allSatisfy(isThere)
        {
            return (growth, head)
        }
        return (sound, nil)
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
    private func edge(of head: SignedCheckpoint) -> TileGrowth? {
        do throws(LogError) {
            let growth = try TileGrowth(resuming: head.checkpoint.size, from: DirectorySource(directory))
            return growth.root == head.checkpoint.root ? growth : nil
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
