import FoundationEssentials
import Hummingbird

extension Response {
    /// An answer in JSON: snake case, keys in order, so that one state has one answer.
    static func json(_ body: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        .bytes([UInt8](try JSON.encode(body)), type: "application/json; charset=utf-8", status: status)
    }

    /// An answer of these bytes, not to be kept by caches unless the caller says otherwise.
    static func bytes(_ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok) -> Response {
        var response = Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        response.headers[.contentType] = type
        response.headers[.cacheControl] = "no-cache"
        return response
    }
}

/// How this module writes JSON.
enum JSON {
    /// The bytes of a value.
    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}
