import Foundation

/// Runs the work that comes before the model (JSON, base64, decoding, resizing), two requests at a time.
///
/// It takes up to seconds for a large picture: on the cooperative pool it would hold up every other request.
struct DecodingQueue: Sendable {
    private let queue: OperationQueue

    init(width: Int = 2) {
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = width
    }

    func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: work)) }
        }
    }
}
