/// How long each part of a connection's life may take, in seconds.
///
/// Only the numbers: `ConnectionState.limit` says which one counts now, and the timer of `ConnectionHandler` keeps it.
package struct ConnectionTimeouts: Sendable, Equatable {
    /// From the first byte that is awaited to the last one of the headers, and from there to the last one of the body.
    package var reading: Int
    /// From the first byte of the answer to the last one that the client has taken. Of an answer that comes piece by
    /// piece: between two pieces that the client takes, and from the last one's making to the end.
    package var writing: Int
    /// Between an answer and the next request of the same connection. Programs that reuse a connection for up to 75 s
    /// show an error when the server closes it just then.
    package var idle: Int
    /// After so long without a piece a streamed answer shows that it lives; `nil`: as long as its format says.
    package var silence: Duration?

    package init(reading: Int = 30, writing: Int = 30, idle: Int = 95, silence: Duration? = nil) {
        self.reading = reading
        self.writing = writing
        self.idle = idle
        self.silence = silence
    }
}
