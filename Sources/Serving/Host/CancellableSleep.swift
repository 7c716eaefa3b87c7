/// A moment that a host waits for, unless an earlier one overtakes it.
struct CancellableSleep<C: Clock>: Sendable where C.Duration == Duration {
    let deadline: C.Instant
    private let overtaken: AsyncStream<Never>
    private let overtake: AsyncStream<Never>.Continuation

    init(deadline: C.Instant) {
        self.deadline = deadline
        (overtaken, overtake) = AsyncStream.makeStream()
    }

    /// Ends the wait at once.
    func cancel() { overtake.finish() }

    /// Whether the moment has come; false when the timer, or the caller's task, was cancelled.
    func wait(on clock: C) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await clock.sleep(until: deadline, tolerance: nil)) != nil }
            group.addTask {
                for await _ in overtaken {}
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
