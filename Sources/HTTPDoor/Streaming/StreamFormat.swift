package import HTTPTypes
package import NIOCore

/// How a dialect writes an answer that comes piece by piece, such as server-sent events or lines of JSON.
package struct StreamFormat: Sendable {
    let headers: HTTPFields
    let probe: ByteBuffer
    let failure: @Sendable (ErrorAnswer) -> ByteBuffer

    /// - Parameters:
    ///   - headers: Besides the content type.
    ///   - probe: Bytes that mean nothing between two pieces, such as `:\n\n` or an empty line. They are written when the
    ///     client has ended its side: the system of one who has left answers them with a reset.
    ///   - failure: The last piece of an answer that was begun and cannot be ended.
    package init(
        contentType: String, headers: HTTPFields = [:], probe: String,
        failure: @escaping @Sendable (ErrorAnswer) -> ByteBuffer
    ) {
        var headers = headers
        headers[.contentType] = contentType
        self.headers = headers
        self.probe = ByteBuffer(string: probe)
        self.failure = failure
    }
}
