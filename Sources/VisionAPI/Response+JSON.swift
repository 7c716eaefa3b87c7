import Foundation
import Hummingbird

extension Response {
    /// An answer whose body is `value` in JSON.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        let body = try ByteBuffer(bytes: encoder.encode(value))
        return with(body, status: status, contentType: "application/json", headers: headers)
    }

    static func text(_ text: String, contentType: String) -> Response {
        with(ByteBuffer(string: text), contentType: contentType)
    }

    private static func with(
        _ body: ByteBuffer, status: HTTPResponse.Status = .ok, contentType: String, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        headers[.contentLength] = String(body.readableBytes)
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }
}
