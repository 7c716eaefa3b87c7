import Foundation
import Synchronization
import Tensors

/// A captioner that many may ask at once: their answers are written together, on a thread of its own.
///
/// `@unchecked`: everything that changes is inside `Desk`, which locks.
public final class BatchCaptioner: @unchecked Sendable {
    private let desk = Desk()
    private let thread: OwnedThread

    /// - Parameters:
    ///   - maxBatch: The most answers that are written at a time.
    ///   - availableMemory: Bytes that the process may still take, nil where nobody knows; asked before an answer is
    ///     begun beside others, which waits where it might not fit.
    /// - Throws: `OwnedThread.Failure`.
    public init(
        _ captioner: Captioner, maxBatch: Int, availableMemory: @escaping @Sendable () -> Int? = { nil }
    ) throws {
        thread = try OwnedThread(name: "captioner") { [desk] in
            desk.work(CaptionLoop(captioner, maxBatch: max(1, maxBatch), availableMemory: availableMemory))
        }
    }

    /// Ends the thread, which lets the model go.
    deinit {
        desk.close()
        thread.join()
    }

    /// Lays a request down for the thread, which begins it after those that were laid down before.
    public func begin(
        _ request: CaptionRequest, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) -> PendingCaptions {
        let pending = PendingCaptions()
        desk.put(request, isCancelled: isCancelled) { pending.settle($0) }
        return pending
    }
}

/// The answers to a request that has been laid down.
public final class PendingCaptions: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<[Caption], any Error>)
        case settled(Result<[Caption], any Error>)
    }

    private let state = Mutex<State>(.open)

    /// The answers to the request's prompts, in their order; to be asked for once.
    ///
    /// - Throws: `CancellationError` soon after the request's `isCancelled` turned true; `ModelError`.
    public func captions() async throws -> [Caption] {
        try await withCheckedThrowingContinuation { continuation in
            let result: Result<[Caption], any Error>? = state.withLock { state in
                if case .settled(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }

    fileprivate func settle(_ result: Result<[Caption], any Error>) {
        let waiting: CheckedContinuation<[Caption], any Error>? = state.withLock { state in
            defer { state = .settled(result) }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(with: result)
    }
}

/// Where requests are laid down for the thread, and answers for those who asked.
private final class Desk: @unchecked Sendable {
    typealias Reply = @Sendable (Result<[Caption], any Error>) -> Void

    private let condition = NSCondition()
    private var arrived: [CaptionJob] = []
    private var replies: [Int: Reply] = [:]
    private var lastID = 0
    private var isClosed = false

    func put(_ request: CaptionRequest, isCancelled: @escaping @Sendable () -> Bool, reply: @escaping Reply) {
        condition.withLock {
            lastID += 1
            replies[lastID] = reply
            arrived.append(CaptionJob(id: lastID, request: request, isCancelled: isCancelled))
            condition.signal()
        }
    }

    /// The thread ends when nothing is left to do.
    func close() {
        condition.withLock {
            isClosed = true
            condition.signal()
        }
    }

    /// The life of the thread; the loop, and the model with it, goes at its end.
    func work(_ loop: consuming CaptionLoop) {
        while let jobs = next(wait: loop.isEmpty) {
            for job in jobs { loop.append(job) }
            for outcome in loop.advance() { takeReply(outcome.id)?(outcome.result) }
        }
    }

    /// What has arrived; nil when closed with nothing left to do.
    private func next(wait: Bool) -> [CaptionJob]? {
        condition.withLock {
            while wait, arrived.isEmpty {
                if isClosed { return nil }
                condition.wait()
            }
            defer { arrived = [] }
            return arrived
        }
    }

    private func takeReply(_ id: Int) -> Reply? {
        condition.withLock { replies.removeValue(forKey: id) }
    }
}
