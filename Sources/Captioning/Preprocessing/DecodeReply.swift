import Synchronization

/// The result of a piece of work, for one who waits for it and may go away.
final class DecodeReply<R: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<R, any Error>)
        case settled(Result<R, any Error>)
    }

    private let state = Mutex<State>(.open)
    private let abandoned = Atomic(false)

    /// Whether nobody waits any more.
    var isAbandoned: Bool { abandoned.load(ordering: .acquiring) }

    /// Resumes `continuation` with the result, once it is there.
    func wait(_ continuation: CheckedContinuation<R, any Error>) {
        let result: Result<R, any Error>? = state.withLock { state in
            if case .settled(let result) = state { return result }
            state = .awaited(continuation)
            return nil
        }
        if let result { continuation.resume(with: result) }
    }

    /// Lets the one who waits go, without a result.
    func abandon() {
        abandoned.store(true, ordering: .releasing)
        settle(.failure(CancellationError()))
    }

    /// The first result counts.
    func settle(_ result: Result<R, any Error>) {
        let waiting: CheckedContinuation<R, any Error>? = state.withLock { state in
            switch state {
            case .open:
                state = .settled(result)
                return nil
            case .awaited(let continuation):
                state = .settled(result)
                return continuation
            case .settled: return nil
            }
        }
        waiting?.resume(with: result)
    }
}
