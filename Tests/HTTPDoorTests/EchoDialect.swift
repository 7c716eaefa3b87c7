import HTTPDoor
import HTTPTypes
import Hummingbird

/// A dialect of toy size: it says what it is told, says it piece by piece, and makes its errors lines of plain text.
enum EchoDialect {
    static let dialect = Dialect(
        prefix: "echo",
        errorFormat: ErrorFormat(contentType: "text/x-echo-error") { answer in
            ByteBuffer(string: "! \(answer.status.code) \(answer.code): \(answer.detail)\n")
        },
        routes: [
            Route(.get, "echo/{word}", isOpen: true) { _, context in
                Response(
                    status: .ok, body: .init(byteBuffer: ByteBuffer(string: try context.parameters.require("word"))))
            },
            Route(.post, "echo") { request, _ in
                let body = try await bodies.read(request).take()
                return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: body)))
            },
            Route(.post, "echo/words") { request, _ in
                let words = String(buffer: try await request.shortBody(limit: 64)).split(separator: " ")
                return Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        for word in words { try await writer.write(ByteBuffer(string: "\(word)\n")) }
                        try await writer.finish(nil)
                    })
            },
        ])

    private static let bodies = BodyReader(
        maxBodySize: 1000, maxReadingSize: 1000,
        pace: .init(began: {}, ended: {}, secondsToWait: { $0 }), freed: { _ in })
}
