import Foundation
import Synchronization

/// Runs the work that comes before the model (JSON, base64, decoding, resizing), two requests at a time.
///
/// It takes up to seconds for a large picture: on the cooperative pool it would hold up every other request.
struct DecodingQueue: Sendable {
    private let queue: OperationQueue

    init(width: Int = 2) {
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = width
    }

    /// Work whose caller has left by the time that its turn comes is not begun.
    func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        try Task.checkCancellation()
        let caller = Caller()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.addOperation {
                    continuation.resume(
                        with: Result { if caller.hasLeft { throw CancellationError() } else { try work() } })
                }
            }
        } onCancel: {
            caller.leave()
        }
    }
}

/// Whether somebody still waits for a piece of work.
private final class Caller: Sendable {
    private let left = Atomic<Bool>(false)

    var hasLeft: Bool { left.load(ordering: .relaxed) }

    func leave() { left.store(true, ordering: .relaxed) }
}
