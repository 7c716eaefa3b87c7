/// What becomes of bytes that have come: they are taken, they are to come again later, or nobody wants them any more.
package enum Delivery: Sendable { case taken, pause, end }

/// What a transfer has brought and nobody has taken yet. A value: who waits is resumed by the caller.
package struct TransferState<Waiter> {
    /// More bytes than that are left with the server.
    package static var limit: Int { 256 << 10 }

    package private(set) var head: AnswerHead?
    private var bytes: [UInt8] = []
    private var outcome: Result<Void, any Error>?
    private var isPaused = false
    private var waiter: Waiter?

    /// Whether nothing more will come.
    package var hasEnded: Bool { outcome != nil }

    /// Whether no byte of the body waits to be taken.
    package var isEmpty: Bool { bytes.isEmpty }

    package init() {}

    /// The head has come.
    /// - Returns: Who waits for it.
    package mutating func begin(_ head: AnswerHead) -> Waiter? {
        guard outcome == nil else { return nil }
        self.head = head
        return takeWaiter()
    }

    /// Bytes of the body have come.
    /// - Returns: What becomes of them, and who waits for them.
    package mutating func receive(_ part: [UInt8]) -> (Delivery, Waiter?) {
        guard outcome == nil else { return (.end, nil) }
        guard bytes.count < Self.limit else {
            isPaused = true
            return (.pause, nil)
        }
        bytes += part
        return (.taken, takeWaiter())
    }

    /// Nothing more comes; the first reason counts. What has come can still be taken.
    /// - Returns: Who waits.
    package mutating func end(_ outcome: Result<Void, any Error>) -> Waiter? {
        guard self.outcome == nil else { return nil }
        self.outcome = outcome
        return takeWaiter()
    }

    /// Nobody wants what has come, nor what would.
    package mutating func abandon() -> Waiter? {
        bytes = []
        outcome = .failure(CancellationError())
        return takeWaiter()
    }

    /// The head, if there is one.
    /// - Throws: Why there will be none.
    package func takeHead() throws -> AnswerHead? {
        if let head { return head }
        try outcome?.get()
        return nil
    }

    package enum Part: Sendable { case bytes([UInt8], resumes: Bool), none, end }

    /// What has come, all of it; whether the server may go on now; and at the end the reason.
    package mutating func takePart() throws -> Part {
        guard bytes.isEmpty else {
            defer {
                bytes = []
                isPaused = false
            }
            return .bytes(bytes, resumes: isPaused)
        }
        guard let outcome else { return .none }
        try outcome.get()
        return .end
    }

    /// `waiter` is resumed with the next thing that happens.
    package mutating func wait(_ waiter: Waiter) {
        self.waiter = waiter
    }

    private mutating func takeWaiter() -> Waiter? {
        defer { waiter = nil }
        return waiter
    }
}
