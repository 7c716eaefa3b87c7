import Synchronization

/// Whether a call has been taken up, and the wait for that.
package final class ToolStart: Sendable {
    private let isNoted = Mutex(false)

    package init() {}

    /// It has been taken up.
    package func note() { isNoted.withLock { $0 = true } }

    /// Waits for the work as long as it takes once it has been taken up, and else up to a limit.
    ///
    /// - Throws: What `work` throws, or at the limit what `otherwise` tells; then the work is cancelled.
    package func within<R: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> R,
        otherwise: @escaping @Sendable () async -> any Error
    ) async throws -> R {
        try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try? await Task.sleep(for: limit)
                guard !Task.isCancelled, !self.isNoted.withLock({ $0 }) else { return nil }
                throw await otherwise()
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}
