package import HTTPTypes
package import NIOCore

/// How a dialect writes an answer that comes piece by piece, such as server-sent events or lines of JSON.
package struct StreamFormat: Sendable {
    let headers: HTTPFields
    let probe: ByteBuffer
    let silence: Duration
    let endsTidily: Bool
    let gap: Duration
    let failure: @Sendable (ErrorAnswer) -> ByteBuffer

    /// - Parameters:
    ///   - headers: Besides the content type.
    ///   - probe: Bytes that mean nothing between two pieces, such as `:\n\n` or an empty line. They are written when the
    ///     client has ended its side: the system of one who has left answers them with a reset.
    ///   - silence: After so long without a piece the probe is written, too: clients and proxies give up on a quiet
    ///     connection, some of them after a minute.
    ///   - endsTidily: Whether an answer that failed is ended like any other behind `failure`; else the connection breaks.
    ///   - gap: Between two pieces, so that a client does not read both at once.
    ///   - failure: The last piece of an answer that was begun and cannot be ended.
    package init(
        contentType: String, headers: HTTPFields = [:], probe: String, silence: Duration = .seconds(15),
        endsTidily: Bool = true, gap: Duration = .zero, failure: @escaping @Sendable (ErrorAnswer) -> ByteBuffer
    ) {
        var headers = headers
        headers[.contentType] = contentType
        self.headers = headers
        self.probe = ByteBuffer(string: probe)
        self.silence = silence
        self.endsTidily = endsTidily
        self.gap = gap
        self.failure = failure
    }
}
