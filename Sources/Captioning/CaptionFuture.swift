package import Florence2
import Synchronization

/// The answers to a request that was handed over.
package final class CaptionFuture: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<[Caption], any Error>)
        case settled(Result<[Caption], any Error>)
    }

    private let state = Mutex<State>(.open)

    /// The answers to the request's prompts, in their order; to be asked for once.
    ///
    /// - Throws: `CancellationError` soon after the request's `isCancelled` turned true; `ModelError`.
    package func captions() async throws -> [Caption] {
        try await withCheckedThrowingContinuation { continuation in
            let result: Result<[Caption], any Error>? = state.withLock { state in
                if case .settled(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }

    func settle(_ result: Result<[Caption], any Error>) {
        let waiting: CheckedContinuation<[Caption], any Error>? = state.withLock { state in
            defer { state = .settled(result) }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(with: result)
    }
}
