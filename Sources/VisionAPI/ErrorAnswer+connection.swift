import HTTPTypes
import NIOCore
import NIOHTTP1
import VisionAPITypes

extension ErrorAnswer {
    /// The answer to what no route ever sees, and the last one of its connection.
    func lastOfConnection() -> (head: HTTPResponseHead, body: ByteBuffer) {
        let body = (try? ByteBuffer(json: ErrorBody(detail: detail, code: code))) ?? ByteBuffer()
        var headers = HTTPHeaders(self.headers.map { ($0.name.rawName, $0.value) })
        headers.replaceOrAdd(name: "Connection", value: "close")
        headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        headers.replaceOrAdd(name: "Content-Length", value: "\(body.readableBytes)")
        let status = HTTPResponseStatus(statusCode: self.status.code)
        return (HTTPResponseHead(version: .http1_1, status: status, headers: headers), body)
    }
}
