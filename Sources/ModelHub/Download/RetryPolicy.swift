import Logging

/// A failure that trying again may mend, as a part of a sentence.
package struct TemporaryFailure: Error, Equatable {
    package let host: String
    package let reason: String
    /// How long the server asks to be left alone.
    package var retryAfter: Duration?

    package init(host: String, reason: String, retryAfter: Duration? = nil) {
        self.host = host
        self.reason = reason
        self.retryAfter = retryAfter
    }
}

/// How often and how soon to try again: a value. `Retry` asks it, and does the waiting.
package struct RetryPolicy {
    /// Tries without noticeable success before giving up.
    package static let tries = 5
    /// A try that brings so many bytes counts as a success, although it did not bring all of them.
    package static let successBytes = 16 << 20
    /// No server is waited for longer than that.
    package static let longestWait = Duration.seconds(120)

    package private(set) var failures = 0

    package init() {}

    /// - Parameter bytes: How many bytes the failed try has brought.
    /// - Returns: How long to wait before the next try; `nil`: do not try again.
    package mutating func wait(after failure: TemporaryFailure, bytes: Int = 0) -> Duration? {
        if bytes >= Self.successBytes { failures = 0 }
        failures += 1
        guard failures < Self.tries else { return nil }
        return min(failure.retryAfter ?? .seconds(1 << (failures - 1)), Self.longestWait)
    }

    /// What to tell when there is no try left.
    func surrender(to failure: TemporaryFailure) -> ModelHubError {
        .gaveUp(host: failure.host, reason: failure.reason, tries: failures)
    }
}

/// The one place where the hub is asked again, for an answer as for the bytes of a file.
struct Retry<C: Clock> where C.Duration == Duration {
    let clock: C
    let logger: Logger

    /// Tries until it comes out well, waiting a bit longer each time, while trying again may help.
    ///
    /// - Parameters:
    ///   - subject: What the log says is tried again; without it only the host.
    ///   - bytes: How many bytes have arrived until now.
    ///   - onFailure: Told of each failure after which it is tried again.
    /// - Throws: `ModelHubError.gaveUp`, `CancellationError`, and what `attempt` throws that no other try mends.
    func callAsFunction<R>(
        _ subject: String? = nil, attempt: () async throws -> R, bytes: () -> Int = { 0 },
        onFailure: (TemporaryFailure) -> Void = { _ in }
    ) async throws -> R {
        var policy = RetryPolicy()
        while true {
            let before = bytes()
            do {
                return try await attempt()
            } catch let failure as TemporaryFailure {
                try Task.checkCancellation()
                guard let wait = policy.wait(after: failure, bytes: bytes() - before) else {
                    throw policy.surrender(to: failure)
                }
                let what = [subject, failure.host, failure.reason].compactMap(\.self).joined(separator: ": ")
                logger.warning("\(what). Trying again in \(Int((wait / .seconds(1)).rounded(.up))) s")
                onFailure(failure)
                try await clock.sleep(for: wait)
            }
        }
    }
}
