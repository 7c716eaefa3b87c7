/// How long each part of a connection's life may take: a value that is told what happens and says by when something
/// else must.
///
/// The framework has a limit on idle time only, which one byte now and then prolongs for ever.
public struct ConnectionDeadlines: Sendable {
    /// Seconds for each part.
    public struct Limits: Sendable, Equatable {
        /// From the first byte that is awaited to the last byte of the request.
        public var reading: Int
        /// From the first byte of the answer to the last one that the client has taken.
        public var writing: Int
        /// Between an answer and the next request of the same connection.
        public var idle: Int

        public init(reading: Int = 30, writing: Int = 30, idle: Int = 60) {
            self.reading = reading
            self.writing = writing
            self.idle = idle
        }
    }

    package enum Event: Sendable {
        /// The line and the headers of a request are there.
        case requestHead
        case requestEnd
        case responseHead
        /// The answer is written and has left for the client.
        case responseEnd
    }

    /// What the connection is waiting for.
    package enum Stage: Equatable, Sendable {
        case firstRequest
        case nextRequest
        case body
        /// The server's own work, which has limits of its own.
        case work
        case writing
    }

    private let limits: Limits
    private var unanswered = 0
    private var isReading = false
    private var isWriting = false
    private var hasServed = false

    package init(_ limits: Limits) {
        self.limits = limits
    }

    package var stage: Stage {
        if isWriting { return .writing }
        // Of a request behind another one the body is not read yet: no fault of the client's.
        if isReading, unanswered <= 1 { return .body }
        if unanswered > 0 { return .work }
        return hasServed ? .nextRequest : .firstRequest
    }

    /// Seconds from the beginning of the present stage after which the connection is closed.
    package var limit: Int? {
        switch stage {
        case .firstRequest, .body: limits.reading
        case .nextRequest: limits.idle
        case .work: nil
        case .writing: limits.writing
        }
    }

    package mutating func handle(_ event: Event) {
        switch event {
        case .requestHead:
            unanswered += 1
            isReading = true
        case .requestEnd: isReading = false
        case .responseHead: isWriting = true
        case .responseEnd:
            isWriting = false
            hasServed = true
            unanswered = max(0, unanswered - 1)
        }
    }
}
