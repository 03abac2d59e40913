import Hummingbird

/// Why a request gets no answer of its own kind: an HTTP status, a word for programs and a sentence for people.
///
///     {"error":{"code":"bad_parameter","message":"limit is a whole number from 1 to 256","parameter":"limit","status":400}}
enum Rejection: Error, Equatable {
    /// There is nothing under this path.
    case notFound
    /// Only GET and HEAD are answered.
    case methodNotAllowed
    /// A query parameter has no meaning here.
    case badParameter(String, expected: String)
    /// The log has nothing there yet.
    case beyondTheLog(size: UInt64)
    /// A bound is reached, or what the answer needs is not there at the moment.
    case unavailable(reason: String)
    /// What lies on this validator's own disk is not what it should be.
    case damaged(what: String)
    /// Answering failed for a reason that is not the asker's.
    case failed

    /// The HTTP status.
    var status: HTTPResponse.Status {
        switch self {
        case .notFound, .beyondTheLog: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .badParameter: .badRequest
        case .unavailable: .serviceUnavailable
        case .damaged, .failed: .internalServerError
        }
    }

    /// The word for programs.
    var code: String {
        switch self {
        case .notFound: "not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .badParameter: "bad_parameter"
        case .beyondTheLog: "beyond_the_log"
        case .unavailable: "unavailable"
        case .damaged: "damaged"
        case .failed: "failed"
        }
    }

    /// The sentence for people.
    var message: String {
        switch self {
        case .notFound: "there is nothing under this path"
        case .methodNotAllowed: "only GET and HEAD are answered"
        case .badParameter(let name, let expected): "\(name) is \(expected)"
        case .beyondTheLog(let size): "the log has \(size) entries so far"
        case .unavailable(let reason): reason
        case .damaged(let what): "\(what) on this validator's disk is damaged"
        case .failed: "answering failed; the validator's operator can read why"
        }
    }

    private var parameter: String? {
        if case .badParameter(let name, _) = self { name } else { nil }
    }

    /// The rejection as an answer.
    func response() throws -> Response {
        struct Body: Encodable {
            struct Reason: Encodable {
                var status: Int
                var code: String
                var message: String
                var parameter: String?
            }
            var error: Reason
        }
        let reason = Body.Reason(status: status.code, code: code, message: message, parameter: parameter)
        var response = try Response.json(Body(error: reason), status: status)
        response.headers[.cacheControl] = "no-store"
        if case .methodNotAllowed = self { response.headers[.allow] = "GET, HEAD" }
        return response
    }
}
