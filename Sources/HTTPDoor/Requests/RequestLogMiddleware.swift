import Hummingbird
import Logging
import Synchronization

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
        let record: @Sendable (HTTPResponse.Status) -> Void = { status in
            let time = ContinuousClock.now - start
            metrics.record(context.endpointPath, status, time)
            log(request, id, context, status: status.code, time)
        }
        let recordCancelled: @Sendable () -> Void = {
            metrics.recordCancelled()
            log(request, id, context, status: Self.clientLeft, ContinuousClock.now - start)
        }
        do {
            var response = try await next(request, context)
            // The router does it where there is a route.
            if request.method == .head { response = response.createHeadResponse() }
            response.headers[.requestID] = id.text
            guard response.body.contentLength == nil else {
                record(response.status)
                return response
            }
            // It ends when its body does.
            let (status, body) = (response.status, response.body)
            let ending = Ending(orElse: recordCancelled)
            response.body = ResponseBody { writer in
                do {
                    try await body.write(writer)
                    ending.reach { record(context.notes.facts.lateStatus ?? status) }
                } catch {
                    // An answer may break off where it failed, and not because its client has left.
                    ending.reach { context.notes.facts.lateStatus.map(record) ?? recordCancelled() }
                    throw error
                }
            }
            return response
        } catch {
            recordCancelled()
            throw error
        }
    }

    /// The status that there is none for: what nginx, too, calls a client who did not wait for the answer.
    private static let clientLeft = 499

    private func log(
        _ request: Request, _ id: RequestID, _ context: DoorContext, status: Int, _ time: Duration
    ) {
        let facts = context.notes.facts
        let isQuiet = routes.isProbe(context.endpointPath) || facts.isPoll && facts.errorCode == nil
        logger.log(
            level: facts.failure != nil ? .error : isQuiet ? .debug : .info, "request",
            metadata: RequestLine(
                id: id.text, client: context.clientAddress, method: request.method.rawValue, path: request.uri.path,
                status: status, time: time, facts: facts
            ).metadata)
    }
}

/// The end of an answer, which is told once: also of one that is never begun, as its client has gone before the head.
private final class Ending: Sendable {
    private let isReached = Mutex(false)
    private let otherwise: @Sendable () -> Void

    init(orElse otherwise: @escaping @Sendable () -> Void) { self.otherwise = otherwise }

    deinit { reach(otherwise) }

    func reach(_ tell: () -> Void) {
        let isFirst = isReached.withLock { isReached in
            defer { isReached = true }
            return !isReached
        }
        if isFirst { tell() }
    }
}

/// What the log says about one request.
private struct RequestLine {
    let id: String
    /// `nil` where a test calls the router without a server.
    let client: String?
    let method: String
    let path: String
    let status: Int
    let time: Duration
    let facts: RequestNotes.Facts

    var metadata: Logger.Metadata {
        var fields = facts.fields
        let always: Logger.Metadata = [
            "id": .string(id), "method": .string(Self.printable(method)), "path": .string(Self.printable(path)),
            "status": .stringConvertible(status), "ms": Self.milliseconds(time),
        ]
        fields.merge(always) { $1 }
        fields["client"] = client.map { .string($0) }
        fields["wait_ms"] = facts.waited(by: .now).map(Self.milliseconds)
        fields["code"] = facts.errorCode.map { .string($0) }
        fields["error"] = facts.failure.map { .string($0) }
        return fields
    }

    private static func milliseconds(_ time: Duration) -> Logger.MetadataValue {
        .stringConvertible(Int(time / .milliseconds(1)))
    }

    /// The start of a text without anything that could forge a line of the log.
    private static func printable(_ text: String) -> String {
        text.unicodeScalars.prefix(200).reduce(into: "") { line, scalar in
            line += (0x21...0x7E).contains(scalar.value) ? String(scalar) : scalar.escaped(asASCII: true)
        }
    }
}
