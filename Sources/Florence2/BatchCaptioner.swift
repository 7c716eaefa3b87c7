import Foundation

/// A captioner that many may ask at once: their answers are written together, on a thread of its own.
///
/// `@unchecked`: everything that changes is inside `Desk`, which locks.
public final class BatchCaptioner: @unchecked Sendable {
    private let desk = Desk()
    private let finished = DispatchSemaphore(value: 0)

    /// - Parameter maxBatch: The most answers that are written at a time.
    public init(_ captioner: Captioner, maxBatch: Int) {
        let thread = Thread { [desk, finished] in
            desk.work(CaptionLoop(captioner, maxBatch: max(1, maxBatch)))
            finished.signal()
        }
        thread.name = "captioner"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Ends the thread, which lets the model go.
    deinit {
        desk.close()
        finished.wait()
    }

    /// The answers to a request's prompts, in their order.
    ///
    /// - Parameter order: Of the requests that wait the one with the lowest is begun first.
    /// - Throws: `CancellationError` soon after `isCancelled` turns true; `ModelError`.
    public func answer(
        _ request: CaptionRequest, order: UInt64 = 0, isCancelled: @escaping @Sendable () -> Bool
    ) async throws -> [Caption] {
        try await withCheckedThrowingContinuation { continuation in
            desk.put(request, order, isCancelled: isCancelled) { continuation.resume(with: $0) }
        }
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

    func put(
        _ request: CaptionRequest, _ order: UInt64, isCancelled: @escaping @Sendable () -> Bool,
        reply: @escaping Reply
    ) {
        condition.withLock {
            lastID += 1
            replies[lastID] = reply
            arrived.append(CaptionJob(id: lastID, order: order, request: request, isCancelled: isCancelled))
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
