import Hummingbird
import Logging

/// What holds for every answer: only GET and HEAD, errors as JSON, and headers that keep a browser from doing anything but showing ours.
struct EveryAnswer<Context: RequestContext>: RouterMiddleware {
    let logger: Logger

    /// Nothing from elsewhere is loaded, nothing is sent elsewhere, and nobody frames the page.
    private static var contentSecurityPolicy: String {
        """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await answer(request, context: context, next: next)
        response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }

    private func answer(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            return try Rejection.methodNotAllowed.response()
        }
        do {
            return try await next(request, context)
        } catch let rejection as Rejection {
            return try rejected(rejection, request)
        } catch let error as HTTPError where error.status == .notFound {
            return try rejected(.notFound, request)
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error("answering failed", metadata: ["reason": "\(error)", "path": "\(request.uri.path)"])
            return try rejected(.failed, request)
        }
    }

    private func rejected(_ rejection: Rejection, _ request: Request) throws -> Response {
        if case .damaged(let what) = rejection {
            logger.error("damaged on disk", metadata: ["what": "\(what)", "path": "\(request.uri.path)"])
        }
        var response = try rejection.response()
        // The answer to HEAD is the same without its body.
        if request.method == .head { response = response.createHeadResponse() }
        return response
    }
}
