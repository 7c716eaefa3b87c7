import HTTPTypes
import Hummingbird

/// Answers what a handler throws, and keeps what is internal in the log.
struct ErrorMiddleware: RouterMiddleware {
    let answers: ErrorAnswers

    func handle(
        _ request: Request, context: DoorContext, next: (Request, DoorContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.answers = answers
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return answerUnknownRoute(request, context)
        } catch let error as ClientDisconnect {
            throw error.reason
        } catch {
            return answers.response(to: error, request, context)
        }
    }

    /// A path that exists with another method is not unknown.
    private func answerUnknownRoute(_ request: Request, _ context: DoorContext) -> Response {
        guard let allowed = answers.routes.methods(of: request.uri.path) else {
            return answers.response(to: DoorError.unknownPath, request, context)
        }
        if request.method == .options {
            return Response(status: .noContent, headers: [.allow: allowed.joined(separator: ", ")])
        }
        return answers.response(to: DoorError.methodNotAllowed(allowed: allowed), request, context)
    }
}
