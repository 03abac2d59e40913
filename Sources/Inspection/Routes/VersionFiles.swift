import Cryptography
import Hummingbird
import Logging
import Storage

/// `/blobs/<sha256>`: the files of models' versions, named by their digests, so that nobody has to trust where they came from.
///
/// An actor, so that one file is read and hashed at a time: a travel-time model may have 26 MB. The latest few are kept, and one copy
/// serves everyone who asks.
actor VersionFiles {
    private let files: ModelFiles?
    private var kept: [(digest: Digest, bytes: ByteBuffer)] = []

    /// The files of a folder, which is made where it is missing; without a folder there are none.
    init(directory: String?, logger: Logger) {
        do {
            files = try directory.map { try ModelFiles(directory: $0) }
        } catch {
            logger.error("no files of versions can be served", metadata: ["reason": "\(error)"])
            files = nil
        }
    }

    nonisolated func addRoutes(to router: Router<InspectionContext>) {
        router.get("/blobs/{digest}") { request, context in
            _ = try Query(request)
            guard let digest = Self.digest(context.parameters.get("digest") ?? "") else { throw Rejection.notFound }
            return try await self.answer(digest)
        }
    }

    /// The file's bytes, which have this digest.
    func bytes(_ digest: Digest) throws(Rejection) -> [UInt8] {
        Array(buffer: try read(digest))
    }

    private func answer(_ digest: Digest) throws(Rejection) -> Response {
        var response = Response(status: .ok, body: ResponseBody(byteBuffer: try read(digest)))
        response.headers[.contentType] = "application/octet-stream"
        response.headers[.cacheControl] = "public, max-age=31536000, immutable"
        response.headers[.accessControlAllowOrigin] = "*"
        return response
    }

    private func read(_ digest: Digest) throws(Rejection) -> ByteBuffer {
        if let found = kept.first(where: { $0.digest == digest }) { return found.bytes }
        guard let files else { throw .notFound }
        let bytes: [UInt8]
        do {
            bytes = try files.read(digest)
        } catch .missing {
            throw .notFound
        } catch {
            throw .damaged(what: "the file \(digest)")
        }
        if kept.count == InspectionLimits.versionFiles { kept.removeFirst() }
        let buffer = ByteBuffer(bytes: bytes)
        kept.append((digest, buffer))
        return buffer
    }

    /// The digest that sixty-four lower-case digits spell: the only spelling, so that a path never names anything else.
    private static func digest(_ text: String) -> Digest? {
        guard text.utf8.count == 64, let digest = Hex.decode(text).flatMap({ Digest(bytes: $0) }),
            digest.description == text
        else { return nil }
        return digest
    }
}
