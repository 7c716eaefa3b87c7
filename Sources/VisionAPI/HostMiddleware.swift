import Hummingbird

/// Refuses requests under names that the server was not given.
struct HostMiddleware: RouterMiddleware {
    typealias Context = VisionRequestContext

    let rule: HostRule

    /// HTTP/1.0 may name no host; every browser does.
    func handle(
        _ request: Request, context: VisionRequestContext,
        next: (Request, VisionRequestContext) async throws -> Response
    ) async throws -> Response {
        if let host = request.head.authority, !rule.takes(host) {
            return try ErrorAnswer(VisionAPIError.foreignHost(HostRule.name(in: host))).response(context)
        }
        return try await next(request, context)
    }
}
