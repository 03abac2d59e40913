import Cryptography

/// Checks a whole log and trusts nothing in it: derives every hash from the entries, and compares what is served with
/// that, and the root with the signed head.
///
/// Where files can be listed (a directory), every one is checked: stale partial tiles, files beyond the head, names
/// that do not belong. Elsewhere those that the head needs are. Each signature line must verify under a key of the
/// policy, once.
///
/// Memory is bounded by a few tiles and the list of files, whatever the log's size.
public struct LogAuditor: Sendable {
    private let policy: Policy

    /// Checks logs by `policy`.
    public init(policy: Policy) {
        self.policy = policy
    }

    /// Audits the log in `source`. With a head seen `before`, the log must also continue that one.
    public func audit(_ source: any LogSource, since before: SignedCheckpoint? = nil) -> Audit {
        var audit = Audit()
        guard let signed = head(of: source, &audit) else { return audit }
        if let before { compare(signed.checkpoint, with: before, &audit) }
        var walk = AuditWalk(source, head: signed.checkpoint, before: before?.checkpoint, audit: audit)
        return walk.run()
    }

    /// Reads the head and checks its lines.
    private func head(of source: any LogSource, _ audit: inout Audit) -> SignedCheckpoint? {
        let path = LogPath.checkpoint.text
        do throws(SourceError) {
            let bytes = try source.read(.checkpoint)
            audit.files += 1
            do throws(LogError) {
                let signed = try SignedCheckpoint(parsing: bytes)
                audit.signed = signed
                audit.endorsement = judge(signed, path, &audit)
                return signed
            } catch {
                audit.report(path, .head(error))
            }
        } catch {
            audit.report(path, error == .missing ? .missing : .unreadable(error))
        }
        return nil
    }

    private func judge(_ signed: SignedCheckpoint, _ path: String, _ audit: inout Audit) -> Endorsement? {
        let extensions = signed.checkpoint.extensions.count
        if extensions > 0 { audit.report(path, .extensionLines(extensions)) }
        for objection in policy.objections(to: signed) { audit.report(path, .head(objection)) }
        do throws(LogError) {
            return try policy.evaluate(signed)
        } catch {
            audit.report(path, .head(error))
            return nil
        }
    }

    /// What two heads alone can say; whether one continues the other is found on the way through the entries.
    private func compare(_ head: Checkpoint, with before: SignedCheckpoint, _ audit: inout Audit) {
        do throws(LogError) {
            try policy.evaluate(before)
            try head.canFollow(before.checkpoint)
        } catch {
            audit.report(LogPath.checkpoint.text, .head(error))
        }
    }
}

extension Checkpoint {
    /// Throws where this head cannot be a later one of the same log than `before`, whatever the entries.
    public func canFollow(_ before: Checkpoint) throws(LogError) {
        guard LogText.same(origin, before.origin) else { throw .otherLog(origin: origin, expected: before.origin) }
        guard size >= before.size else { throw .rollback(size: size, seen: before.size) }
        guard size > before.size || root == before.root else { throw .splitView(size: size) }
    }
}
