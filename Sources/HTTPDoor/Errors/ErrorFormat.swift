import HTTPTypes
package import Hummingbird
import NIOHTTP1

/// The shape that a dialect gives to its errors.
package struct ErrorFormat: Sendable {
    private let contentType: String
    private let adapted: @Sendable (ErrorAnswer, HTTPFields) -> ErrorAnswer
    private let body: @Sendable (ErrorAnswer) -> ByteBuffer
    /// A sentence for who asks for a path that is not there, or nothing.
    let unknownPathHint: String

    /// - Parameters:
    ///   - adapted: What a dialect says instead, as its clients know another status for it; also gets the headers of the
    ///     request.
    ///   - unknownPathHint: A sentence that says which paths of the dialect there are.
    ///   - body: What the answer's body says.
    package init(
        contentType: String, unknownPathHint: String = "",
        adapted: @escaping @Sendable (ErrorAnswer, _ request: HTTPFields) -> ErrorAnswer = { answer, _ in answer },
        body: @escaping @Sendable (ErrorAnswer) -> ByteBuffer
    ) {
        self.contentType = contentType
        self.adapted = adapted
        self.body = body
        self.unknownPathHint = unknownPathHint
    }

    package func response(to answer: ErrorAnswer, of request: HTTPFields = [:]) -> Response {
        let answer = adapted(answer, request)
        let body = body(answer)
        var headers = answer.headers
        headers[.contentType] = contentType
        headers[.contentLength] = String(body.readableBytes)
        return Response(status: answer.status, headers: headers, body: .init(byteBuffer: body))
    }

    /// The answer to what no route ever sees, and the last one of its connection.
    func lastOfConnection(_ answer: ErrorAnswer) -> (head: HTTPResponseHead, body: ByteBuffer) {
        let body = body(answer)
        var headers = HTTPHeaders(answer.headers.map { ($0.name.rawName, $0.value) })
        headers.replaceOrAdd(name: "Connection", value: "close")
        headers.replaceOrAdd(name: "Content-Type", value: contentType)
        headers.replaceOrAdd(name: "Content-Length", value: "\(body.readableBytes)")
        let status = HTTPResponseStatus(statusCode: answer.status.code)
        return (HTTPResponseHead(version: .http1_1, status: status, headers: headers), body)
    }
}
