import Hummingbird
import Storage
import TransparencyLog

/// `/api/v1/entries`, `/api/v1/blocks` and `/api/v1/proof`: the log, page by page and entry by entry.
///
/// Entries come from the same tiles that auditors read, cut at the published checkpoint that the answer names. A page says whether nothing
/// follows it (`complete`), and where the next one starts (`next`).
struct LogRoutes: Sendable {
    let files: LogFiles
    let clock: LogClock
    let index: Index?

    struct EntriesBody: Encodable {
        var entries: [EntryAnswer]
        var complete: Bool
        var next: UInt64?
        var checkpointSize: UInt64
    }

    struct BlocksBody: Encodable {
        var blocks: [BlockAnswer]
        var complete: Bool
        var next: UInt64?
        var height: UInt64
        var checkpointSize: UInt64
    }

    func addRoutes(to router: Router<InspectionContext>) {
        router.get("/api/v1/entries") { request, _ in try await entries(request) }
        router.get("/api/v1/blocks") { request, _ in try await blocks(request) }
        router.get("/api/v1/proof") { request, _ in try await proof(request) }
    }

    /// `?from=0&limit=50&size=N`; without `from`, the last ones.
    private func entries(_ request: Request) async throws -> Response {
        let query = try Query(request, knows: "from", "limit", "size")
        let limit = try query.number("limit", in: 1...InspectionLimits.entriesPerAnswer) ?? 50
        let view = try await view(query)
        let size = view.size
        let from = try query.number("from", in: 0...UInt64.max) ?? size - min(size, limit)
        guard from <= size else { throw Rejection.beyondTheLog(size: size) }
        let end = from + min(limit, size - from)
        return try .json(
            EntriesBody(
                entries: try view.entries(from..<end), complete: end == size, next: end < size ? end : nil,
                checkpointSize: size))
    }

    private func view(_ query: Query) async throws -> LogView {
        if let wanted = try query.number("size", in: 0...UInt64.max) {
            try await LogClock.wait { try files.checkpoint().checkpoint.size >= wanted }
        }
        return try LogView(files)
    }

    /// `?below=4711&limit=50`: the blocks below a height, the highest first; without `below`, the latest.
    private func blocks(_ request: Request) async throws -> Response {
        let query = try Query(request, knows: "below", "limit", "size")
        let limit = Int(try query.number("limit", in: 1...InspectionLimits.blocksPerAnswer) ?? 50)
        try await clock.wait(for: query)
        let (present, head) = await clock.present()
        let below = try query.number("below", in: 1...UInt64(Int64.max)) ?? head.height + 1
        var blocks = present.blocks.filter { $0.height < below }.suffix(limit).reversed().map { BlockAnswer($0) }
        let next = blocks.last?.height ?? below
        if let index, blocks.count < limit {
            blocks += try earlier(than: next, limit: limit - blocks.count, in: index)
        }
        let last = blocks.last?.height ?? below
        return try .json(
            BlocksBody(
                blocks: blocks, complete: last <= 1, next: last > 1 && !blocks.isEmpty ? last : nil,
                height: head.height, checkpointSize: head.size))
    }

    private func earlier(than height: UInt64, limit: Int, in index: Index) throws(Rejection) -> [BlockAnswer] {
        do {
            return try index.blocks(below: height, limit: limit).items.map { BlockAnswer($0) }
        } catch {
            throw .damaged(what: error.description)
        }
    }

    /// `?index=4711`: the `.tlog-proof` of an entry, which anybody can check offline; proof and head are of one size.
    private func proof(_ request: Request) async throws -> Response {
        let query = try Query(request, knows: "index", "size")
        let view = try await view(query)
        guard let index = try query.number("index", in: 0...UInt64.max) else {
            throw Rejection.badParameter("index", expected: "the number of an entry")
        }
        guard index < view.size else { throw Rejection.beyondTheLog(size: view.size) }
        return .bytes(try view.receipt(of: index).bytes, type: "text/plain; charset=utf-8")
    }
}
