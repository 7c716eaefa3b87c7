import Hummingbird

/// Refuses requests under names that the server was not given.
struct HostMiddleware: RouterMiddleware {
    let rule: HostRule
    let answers: ErrorAnswers

    /// HTTP/1.0 may name no host; every browser does.
    func handle(
        _ request: Request, context: DoorContext, next: (Request, DoorContext) async throws -> Response
    ) async throws -> Response {
        if let host = request.head.authority, !rule.takes(host) {
            return answers.response(to: DoorError.foreignHost(HostRule.name(in: host)), request, context)
        }
        return try await next(request, context)
    }
}
