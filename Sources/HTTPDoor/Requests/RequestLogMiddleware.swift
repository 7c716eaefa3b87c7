import Hummingbird
import Logging

/// Gives each request its id, writes its line in the log, and counts it.
struct RequestLogMiddleware: RouterMiddleware {
    let logger: Logger
    let metrics: RequestMetrics
    let routes: RouteTable

    func handle(
        _ request: Request, context: DoorContext, next: (Request, DoorContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let id = RequestID(request)
        do {
            var response = try await next(request, context)
            // The router does it where there is a route.
            if request.method == .head { response = response.createHeadResponse() }
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
        _ request: Request, _ id: RequestID, _ context: DoorContext, status: Int, _ time: Duration
    ) {
        let facts = context.notes.facts
        logger.log(
            level: facts.failure != nil ? .error : routes.isProbe(context.endpointPath) ? .debug : .info, "request",
            metadata: RequestLine(
                id: id.text, client: context.clientAddress, method: request.method.rawValue, path: request.uri.path,
                status: status, time: time, facts: facts
            ).metadata)
    }
}
