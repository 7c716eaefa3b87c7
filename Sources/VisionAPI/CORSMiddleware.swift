import HTTPTypes
import Hummingbird

/// Lets web pages of listed origins use the service. Others cannot read its answers, and cannot make it do anything: a
/// browser sends their simple requests all the same, so those are refused here.
struct CORSMiddleware: RouterMiddleware {
    typealias Context = VisionRequestContext

    let origins: [String]

    func handle(
        _ request: Request, context: VisionRequestContext,
        next: (Request, VisionRequestContext) async throws -> Response
    ) async throws -> Response {
        if request.method == .post, let origin = request.headers[.origin], allowed(origin) == nil {
            return try ErrorAnswer(VisionAPIError.foreignOrigin).response(context)
        }
        guard !origins.isEmpty else { return try await next(request, context) }
        guard let origin = request.headers[.origin], let allowed = allowed(origin) else {
            var response = try await next(request, context)
            response.headers[.vary] = "Origin"
            return response
        }
        let isPreflight = request.method == .options && request.headers[.accessControlRequestMethod] != nil
        var response = isPreflight ? Response(status: .noContent) : try await next(request, context)
        response.headers[.accessControlAllowOrigin] = allowed
        response.headers[.vary] = "Origin"
        if isPreflight {
            response.headers[.accessControlAllowMethods] = "GET, POST"
            response.headers[.accessControlAllowHeaders] = "content-type, authorization, x-api-key"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            response.headers[.accessControlExposeHeaders] = "retry-after, x-request-id"
        }
        return response
    }

    private func allowed(_ origin: String) -> String? {
        if origins.contains("*") { return "*" }
        return origins.first { $0.lowercased() == origin.lowercased() }.map { _ in origin }
    }
}
