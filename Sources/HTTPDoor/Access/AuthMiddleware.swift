import HTTPTypes
import Hummingbird

/// Lets a request through that shows a key, before anything of its body is read.
struct AuthMiddleware: RouterMiddleware {
    let keys: APIKeys

    func handle(
        _ request: Request, context: DoorContext, next: (Request, DoorContext) async throws -> Response
    ) async throws -> Response {
        if keys.isEmpty { return try await next(request, context) }
        let shown = Self.keys(in: request.headers).filter { !$0.isEmpty }
        guard shown.contains(where: keys.contains) else {
            throw shown.isEmpty ? DoorError.unauthorized : DoorError.wrongKey
        }
        return try await next(request, context)
    }

    /// Programs that know both headers send both; one right key is enough.
    private static func keys(in headers: HTTPFields) -> [String] {
        headers[values: .authorization].compactMap(bearer) + headers[values: .apiKey]
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
