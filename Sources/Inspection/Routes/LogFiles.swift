import Hummingbird
import Storage
import TransparencyLog

/// The log's own files, as c2sp.org/tlog-tiles asks for them: `/checkpoint` and `/tile/…`, read from the tree on disk.
struct LogFiles: Sendable {
    /// The folder of `checkpoint` and `tile/`.
    let source: DirectorySource

    func addRoutes(to router: Router<InspectionContext>) {
        router.get("/checkpoint") { _, _ in try checkpointAnswer() }
        router.get("/tile/**") { request, _ in try tileAnswer(request) }
    }

    /// The published head is replaced at every publication, so no cache keeps it longer than a second.
    private func checkpointAnswer() throws -> Response {
        var response = Response.bytes(try checkpointBytes(), type: "text/plain; charset=utf-8")
        response.headers[.cacheControl] = "public, max-age=1"
        response.headers[.accessControlAllowOrigin] = "*"
        return response
    }

    /// A tile never changes, a partial one neither: what grows gets another name.
    private func tileAnswer(_ request: Request) throws -> Response {
        // The path as it was sent: a tile's name needs no percent signs, so nothing is decoded, and only the one spelling of a path that
        // the format knows ever reaches the disk.
        guard let path = LogPath(String(request.uri.path.dropFirst())), path.isImmutable else {
            throw Rejection.notFound
        }
        let bytes: [UInt8]
        do {
            bytes = try source.read(path)
        } catch .missing {
            throw Rejection.notFound
        } catch {
            throw Rejection.damaged(what: path.text)
        }
        var response = Response.bytes(bytes, type: "application/octet-stream")
        response.headers[.cacheControl] = "public, max-age=31536000, immutable"
        response.headers[.accessControlAllowOrigin] = "*"
        return response
    }

    /// The published head as it is served.
    func checkpointBytes() throws(Rejection) -> [UInt8] {
        do {
            return try source.read(.checkpoint)
        } catch .missing {
            throw .unavailable(reason: "no checkpoint is published yet")
        } catch {
            throw .damaged(what: "the checkpoint")
        }
    }

    /// The published head.
    func checkpoint() throws(Rejection) -> SignedCheckpoint {
        let bytes = try checkpointBytes()
        do { return try SignedCheckpoint(parsing: bytes) } catch { throw .damaged(what: "the checkpoint") }
    }
}
