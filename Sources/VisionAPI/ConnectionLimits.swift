/// How long each part of a connection's life may take, in seconds.
public struct ConnectionLimits: Sendable, Equatable {
    /// From the first byte that is awaited to the last one of the headers, and from there to the last one of the body.
    public var reading: Int
    /// From the first byte of the answer to the last one that the client has taken.
    public var writing: Int
    /// Between an answer and the next request of the same connection. Programs that reuse a connection for up to 75 s
    /// show an error when the server closes it just then.
    public var idle: Int

    public init(reading: Int = 30, writing: Int = 30, idle: Int = 95) {
        self.reading = reading
        self.writing = writing
        self.idle = idle
    }
}
