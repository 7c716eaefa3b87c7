import Foundation
import Hummingbird

extension Response {
    /// An answer whose body is `value` in JSON.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        with(try ByteBuffer(json: value), status: status, contentType: "application/json", headers: headers)
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

extension ByteBuffer {
    /// `value` in JSON.
    init(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        self.init(bytes: try encoder.encode(value))
    }
}
