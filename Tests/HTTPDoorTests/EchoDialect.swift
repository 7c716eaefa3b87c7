import HTTPDoor
import HTTPTypes
import Hummingbird

/// A dialect of toy size: it says what it is told, says it piece by piece, and makes its errors lines of plain text.
enum EchoDialect {
    static let dialect = Dialect(
        prefix: "echo", errorFormat: ErrorFormat(contentType: "text/x-echo-error", body: line),
        routes: [
            Route(.get, "echo/{word}", isOpen: true) { _, context in
                Response(
                    status: .ok, body: .init(byteBuffer: ByteBuffer(string: try context.parameters.require("word"))))
            },
            Route(.post, "echo") { request, _ in
                let body = try await bodies.read(request).take()
                return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: body)))
            },
            Route(.post, "echo/words") { request, context in
                let text = String(buffer: try await request.shortBody(limit: 64))
                return try await context.streaming(lines) { stream in
                    for word in text.split(separator: " ") {
                        if word == "fail" { throw Refusal() }
                        stream.write("\(word)\n")
                    }
                }
            },
        ])

    /// What it cannot say.
    struct Refusal: Error {}

    static let lines = StreamFormat(
        contentType: "text/x-echo", headers: [.cacheControl: "no-store"], probe: "\n", failure: line)

    private static func line(_ answer: ErrorAnswer) -> ByteBuffer {
        ByteBuffer(string: "! \(answer.status.code) \(answer.code): \(answer.detail)\n")
    }

    private static let bodies = BodyReader(
        maxBodySize: 1000, maxReadingSize: 1000,
        pace: .init(began: {}, ended: {}, secondsToWait: { $0 }), freed: { _ in })
}
