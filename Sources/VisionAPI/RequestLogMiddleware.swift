import Hummingbird
import Logging

/// Gives each request its id, writes its line in the log, and counts it.
struct RequestLogMiddleware: RouterMiddleware {
    typealias Context = VisionRequestContext

    /// What asks several times a minute, day and night.
    private static let probes: Set<String> = ["/health", "/ready", "/metrics"]

    let logger: Logger
    let metrics: RequestMetrics

    func handle(
        _ request: Request, context: VisionRequestContext,
        next: (Request, VisionRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let id = RequestID(request)
        do {
            var response = try await next(request, context)
            response.headers[.requestID] = id.text
            let time = ContinuousClock.now - start
            metrics.record(context.endpointPath, response.status, time)
            log(request, id, context, status: response.status.code, time)
            return response
        } catch {
            metrics.recordCancelled()
            log(request, id, context, status: Self.clientLeft, ContinuousClock.now - start)
            throw error
        }
    }

    /// The status that there is none for: what nginx, too, calls a client who did not wait for the answer.
    private static let clientLeft = 499

    private func log(
        _ request: Request, _ id: RequestID, _ context: VisionRequestContext, status: Int, _ time: Duration
    ) {
        let facts = context.notes.facts
        let isProbe = context.endpointPath.map(Self.probes.contains) ?? false
        logger.log(
            level: facts.failure != nil ? .error : isProbe ? .debug : .info, "request",
            metadata: RequestLine(
                id: id.text, client: context.clientAddress, method: request.method.rawValue, path: request.uri.path,
                status: status, time: time, facts: facts
            ).metadata)
    }
}
