import HTTPTypes
import Hummingbird

/// Lets a request through that shows a key, before anything of its body is read.
struct AuthMiddleware: RouterMiddleware {
    let keys: APIKeys

    func handle(
        _ request: Request, context: VisionRequestContext,
        next: (Request, VisionRequestContext) async throws -> Response
    ) async throws -> Response {
        guard keys.isEmpty || Self.key(in: request.headers).map(keys.contains) == true else {
            throw VisionAPIError.unauthorized
        }
        return try await next(request, context)
    }

    /// The one key that the headers show; two are as good as none, since one could be meant for somebody else.
    private static func key(in headers: HTTPFields) -> String? {
        let bearers = headers[values: .authorization].map(bearer)
        let all = bearers + headers[values: .apiKey].map(Optional.some)
        return all.count == 1 ? all[0] : nil
    }

    private static func bearer(_ value: String) -> String? {
        let words = value.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return String(words[1])
    }
}

extension HTTPField.Name {
    /// `x-api-key`
    static let apiKey = HTTPField.Name("x-api-key") ?? .authorization
}
