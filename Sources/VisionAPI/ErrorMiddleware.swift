import Hummingbird
import Logging
import VisionAPITypes

/// Gives every error the same shape, `{"detail": "..."}`, and keeps what is internal in the log.
struct ErrorMiddleware: RouterMiddleware {
    let routes: RouteTable
    let maxBodySize: Int

    func handle(
        _ request: Request, context: VisionRequestContext,
        next: (Request, VisionRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return try answerUnknownRoute(request)
        } catch let error as BrokenConnection {
            throw error.reason
        } catch {
            return try answer(error, context)
        }
    }

    /// A path that exists with another method is not unknown.
    private func answerUnknownRoute(_ request: Request) throws -> Response {
        guard let allowed = routes.methods(of: request.uri.path) else {
            return try response(HTTPError(answering: VisionAPIError.unknownPath, maxBodySize: maxBodySize))
        }
        if request.method == .options {
            return Response(status: .noContent, headers: [.allow: allowed.joined(separator: ", ")])
        }
        let error = VisionAPIError.methodNotAllowed(allowed: allowed)
        return try response(HTTPError(answering: error, maxBodySize: maxBodySize))
    }

    private func answer(_ error: any Error, _ context: VisionRequestContext) throws -> Response {
        let known = HTTPError(answering: error, maxBodySize: maxBodySize)
        if known == nil { context.logger.error("A request failed: \(error)") }
        return try response(known)
    }

    private func response(_ error: HTTPError?) throws -> Response {
        let error = error ?? HTTPError(.internalServerError, message: "The request failed; the server's log says why.")
        let body = ErrorBody(detail: error.body ?? error.status.reasonPhrase)
        return try .json(body, status: error.status, headers: error.headers)
    }
}
