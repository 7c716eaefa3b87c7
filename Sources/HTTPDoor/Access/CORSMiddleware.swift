import HTTPTypes
import Hummingbird

/// Lets web pages of listed origins use the service. Others cannot read its answers, and cannot make it do anything: a
/// browser sends their simple requests all the same, so those are refused here.
struct CORSMiddleware: RouterMiddleware {
    let origins: [String]
    /// Under which a page can be the server's own.
    let names: HostRule
    let answers: ErrorAnswers
    /// Headers of the dialects that a page may read, beside the door's own.
    let exposedHeaders: [HTTPField.Name]

    func handle(
        _ request: Request, context: DoorContext, next: (Request, DoorContext) async throws -> Response
    ) async throws -> Response {
        if request.method == .post, let origin = request.headers[.origin], allowed(origin) == nil,
            !isOwn(origin, request)
        {
            return answers.response(to: DoorError.foreignOrigin, request, context)
        }
        guard !origins.isEmpty else { return try await next(request, context) }
        guard let origin = request.headers[.origin], let allowed = allowed(origin) else {
            var response = try await next(request, context)
            Self.vary(&response)
            return response
        }
        let isPreflight = request.method == .options && request.headers[.accessControlRequestMethod] != nil
        var response = isPreflight ? Response(status: .noContent) : try await next(request, context)
        response.headers[.accessControlAllowOrigin] = allowed
        Self.vary(&response)
        if isPreflight {
            response.headers[.accessControlAllowMethods] = "GET, POST"
            // A program's library sends headers of its own, such as its version: none of them does any harm.
            response.headers[.accessControlAllowHeaders] =
                request.headers[.accessControlRequestHeaders] ?? "content-type, authorization, x-api-key"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            let names = ["retry-after", "x-request-id"] + exposedHeaders.map(\.canonicalName)
            response.headers[.accessControlExposeHeaders] = names.joined(separator: ", ")
        }
        return response
    }

    /// Besides what a route has said that its answer depends on.
    private static func vary(_ response: inout Response) {
        response.headers[values: .vary].append("Origin, Access-Control-Request-Headers")
    }

    /// Whether the page came from this server. Any name could be a stranger's that points here; one that is nobody's in
    /// public, or was given, is not.
    private func isOwn(_ origin: String, _ request: Request) -> Bool {
        guard let host = request.head.authority, names.takes(host), origin.lowercased().hasPrefix("http://") else {
            return false
        }
        func withPort(_ text: some StringProtocol) -> String {
            let text = text.lowercased()
            return text.hasSuffix("]") || !text.contains(":") ? text + ":80" : text
        }
        return withPort(origin.dropFirst("http://".count)) == withPort(host)
    }

    private func allowed(_ origin: String) -> String? {
        if origins.contains("*") { return "*" }
        return origins.first { $0.lowercased() == origin.lowercased() }.map { _ in origin }
    }
}
