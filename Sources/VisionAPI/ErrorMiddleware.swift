import Hummingbird

/// Gives every error the same shape, `{"detail": "...", "code": "..."}`, and keeps what is internal in the log.
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
            return try answerUnknownRoute(request, context)
        } catch let error as BrokenConnection {
            throw error.reason
        } catch {
            return try answer(error, context)
        }
    }

    /// A path that exists with another method is not unknown.
    private func answerUnknownRoute(_ request: Request, _ context: VisionRequestContext) throws -> Response {
        guard let allowed = routes.methods(of: request.uri.path) else {
            return try ErrorAnswer(VisionAPIError.unknownPath).response(context)
        }
        if request.method == .options {
            return Response(status: .noContent, headers: [.allow: allowed.joined(separator: ", ")])
        }
        return try ErrorAnswer(VisionAPIError.methodNotAllowed(allowed: allowed)).response(context)
    }

    private func answer(_ error: any Error, _ context: VisionRequestContext) throws -> Response {
        let known = ErrorAnswer(answering: error, maxBodySize: maxBodySize)
        if known == nil { context.notes.note(failure: error) }
        return try (known ?? .internalError).response(context)
    }
}
