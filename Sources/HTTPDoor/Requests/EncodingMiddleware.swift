import HTTPTypes
import Hummingbird

/// Refuses compressed bodies before anything of them is read.
struct EncodingMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: DoorContext, next: (Request, DoorContext) async throws -> Response
    ) async throws -> Response {
        let encodings = request.headers[values: .contentEncoding].flatMap { $0.split(separator: ",") }
        guard encodings.allSatisfy({ ["identity", ""].contains($0.filter { !$0.isWhitespace }.lowercased()) }) else {
            throw DoorError.unsupportedEncoding
        }
        return try await next(request, context)
    }
}
