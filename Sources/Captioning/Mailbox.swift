import Florence2
import Foundation
import Serving
import Tensors

/// Where requests are laid down for the model's thread, and events for those who asked.
///
/// `@unchecked`: everything that changes is touched with the condition locked only.
final class Mailbox: @unchecked Sendable {
    typealias Reply = @Sendable (Result<CaptionEvent, any Error>) -> Void

    private struct Letter {
        let id: Int
        let request: CaptionRequest
        let image: KnownImage?
        let arrival: Double
        let isCancelled: @Sendable () -> Bool
    }

    private let condition = NSCondition()
    private var letters: [Letter] = []
    private var replies: [Int: Reply] = [:]
    private var lastID = 0
    private var thread: JoinableThread?
    private var isClosed = true
    private var whenEnded: @Sendable () -> Void = {}

    /// Starts a thread that lives on what is put in here.
    ///
    /// - Parameters:
    ///   - live: Loads the model, calls its argument, and works until it is closed.
    ///   - whenLoaded: Hears that the model is there, or, as the last that the thread does, why it isn't.
    /// - Throws: `JoinableThread.Failure`.
    func open(
        _ live: @escaping @Sendable (_ loaded: () -> Void) throws -> Void,
        whenLoaded: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) throws {
        try condition.withLock {
            thread = try JoinableThread(name: "captioner") { [self] in
                do {
                    try live { whenLoaded(.success(())) }
                    trimMalloc()
                    end()
                } catch {
                    condition.withLock { isClosed = true }
                    trimMalloc()
                    whenLoaded(.failure(error))
                }
            }
            isClosed = false
        }
    }

    /// The thread ends when nothing is left to do.
    func close(whenEnded: @escaping @Sendable () -> Void = {}) {
        let isGone = condition.withLock {
            isClosed = true
            self.whenEnded = whenEnded
            condition.signal()
            return thread == nil
        }
        if isGone { whenEnded() }
    }

    /// Waits for the end of a thread that has said that it ends.
    func join() {
        let ended = condition.withLock {
            defer { thread = nil }
            return thread
        }
        ended?.join()
    }

    /// Whether somebody is there to take it.
    func put(
        _ request: CaptionRequest, _ image: KnownImage?, arrival: Double,
        isCancelled: @escaping @Sendable () -> Bool, reply: @escaping Reply
    ) -> Bool {
        condition.withLock {
            guard !isClosed else { return false }
            lastID += 1
            replies[lastID] = reply
            letters.append(
                Letter(id: lastID, request: request, image: image, arrival: arrival, isCancelled: isCancelled))
            condition.signal()
            return true
        }
    }

    /// The model's life; it goes with the scheduler at the end.
    func work<E>(_ scheduler: consuming BatchScheduler<E>) {
        while let letters = next(wait: scheduler.isEmpty) {
            for letter in letters {
                scheduler.append(
                    letter.id, letter.request, image: letter.image, arrival: letter.arrival,
                    isCancelled: letter.isCancelled)
            }
            scheduler.advance()
        }
    }

    /// What has arrived; nil when closed with nothing left to do.
    private func next(wait: Bool) -> [Letter]? {
        condition.withLock {
            while wait, letters.isEmpty {
                if isClosed { return nil }
                condition.wait()
            }
            defer { letters = [] }
            return letters
        }
    }

    func report(_ id: Int, _ result: Result<CaptionEvent, any Error>) {
        let isLast =
            switch result {
            case .failure, .success(.finished): true
            case .success: false
            }
        let reply = condition.withLock { isLast ? replies.removeValue(forKey: id) : replies[id] }
        reply?(result)
    }

    private func end() {
        let whenEnded = condition.withLock {
            isClosed = true
            return self.whenEnded
        }
        whenEnded()
    }
}
