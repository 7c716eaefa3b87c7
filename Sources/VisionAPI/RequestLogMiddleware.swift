import Hummingbird
import Logging
import Metrics
import VisionAPITypes

/// One line a request: method, path, status, an error's code and how long it took; and one count of route and status.
struct RequestLogMiddleware: RouterMiddleware {
    typealias Context = VisionRequestContext

    let logger: Logger

    func handle(
        _ request: Request, context: VisionRequestContext,
        next: (Request, VisionRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        do {
            let response = try await next(request, context)
            let code = context.notes.errorCode.map { " \($0.rawValue)" } ?? ""
            log(request, "\(response.status.code)\(code)", since: start)
            count(context.endpointPath, response.status)
            return response
        } catch {
            log(request, "broken connection", since: start)
            throw error
        }
    }

    /// The route's own path, not what the client wrote: the number of series must not grow with what is sent.
    private func count(_ route: String?, _ status: HTTPResponse.Status) {
        // Who has no key must not use up the series of those who have.
        let route = status == .unauthorized ? "none" : route ?? "none"
        let labels = [("route", route), ("status", "\(status.code)")]
        Counter(label: "vision_requests_total", dimensions: labels).increment()
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
