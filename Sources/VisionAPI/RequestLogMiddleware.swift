import Hummingbird
import Logging

/// One line a request: method, path, status and how long it took.
struct RequestLogMiddleware: RouterMiddleware {
    typealias Context = BasicRequestContext

    let logger: Logger

    func handle(
        _ request: Request, context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
        let path = Self.printable(request.uri.path)
        logger.info("\(request.method.rawValue) \(path) \(response.status.code) \(milliseconds) ms")
        return response
    }

    /// The start of a path without anything that could forge a line of the log.
    private static func printable(_ path: String) -> String {
        path.unicodeScalars.prefix(200).reduce(into: "") { line, scalar in
            line += (0x21...0x7E).contains(scalar.value) ? String(scalar) : scalar.escaped(asASCII: true)
        }
    }
}
