import Cryptography
import Hummingbird

/// Bytes that a browser keeps and asks after by their tag: it gets them once, and 304 as long as they are the same.
struct TaggedFile: Sendable {
    private let bytes: [UInt8]
    private let type: String
    private let caching: String
    private let tag: String

    /// A file of a media type, kept by browsers as `caching` says.
    init(_ bytes: [UInt8], type: String, caching: String) {
        self.bytes = bytes
        self.type = type
        self.caching = caching
        tag = "\"\(Hex.encode(Digest.sha256(bytes).bytes.prefix(16)))\""
    }

    /// The file, or word that the asker has it already.
    func response(to request: Request) -> Response {
        // A proxy that compresses may have weakened the tag.
        let known = request.headers[values: .ifNoneMatch].contains { $0 == tag || $0 == "W/\(tag)" }
        var response = known ? Response(status: .notModified) : Response.bytes(bytes, type: type)
        response.headers[.cacheControl] = caching
        response.headers[.eTag] = tag
        return response
    }
}
