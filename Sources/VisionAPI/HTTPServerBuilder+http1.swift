import Hummingbird
import HummingbirdCore

extension HTTPServerBuilder {
    /// HTTP/1.1 that notices when clients leave or dawdle, and answers `Expect: 100-continue` at once: curl waits a
    /// second for it before it sends a large body.
    static func visionHTTP1(maxBodySize: Int, deadlines: ConnectionDeadlines.Limits) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            HTTP1Channel(
                responder: { request, writer, channel in
                    let announced = request.headers[.contentLength].flatMap(Int.init) ?? 0
                    if request.headers[.expect]?.lowercased() == "100-continue", announced <= maxBodySize {
                        try await writer.writeInformationalHead(.init(status: .continue))
                    }
                    try await responder(request, writer, channel)
                },
                configuration: .init(
                    additionalChannelHandlers: [
                        DeadlineHandler(limits: deadlines), ClosingHandler(), DepartureHandler(),
                    ]))
        }
    }
}
