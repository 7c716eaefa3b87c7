import Hummingbird
import Logging
import VisionAPITypes

/// One line a request: method, path, status, an error's code and how long it took; and one count of route and status.
struct RequestLogMiddleware: RouterMiddleware {
    typealias Context = VisionRequestContext

    let logger: Logger
    let metrics: RequestMetrics

    func handle(
        _ request: Request, context: VisionRequestContext,
        next: (Request, VisionRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        do {
            let response = try await next(request, context)
            let code = context.notes.errorCode.map { " \($0.rawValue)" } ?? ""
            log(request, "\(response.status.code)\(code)", since: start)
            metrics.record(context.endpointPath, response.status, ContinuousClock.now - start)
            return response
        } catch {
            metrics.recordCancelled()
            log(request, "broken connection", since: start)
            throw error
        }
    }

    private func log(_ request: Request, _ outcome: String, since start: ContinuousClock.Instant) {
        let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
        logger.info("\(request.method.rawValue) \(Self.printable(request.uri.path)) \(outcome) \(milliseconds) ms")
    }

    /// The start of a path without anything that could forge a line of the log.
    private static func printable(_ path: String) -> String {
        path.unicodeScalars.prefix(200).reduce(into: "") { line, scalar in
            line += (0x21...0x7E).contains(scalar.value) ? String(scalar) : scalar.escaped(asASCII: true)
        }
    }
}
