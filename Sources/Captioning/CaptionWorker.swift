package import Florence2
import Foundation
public import Serving
import Synchronization
import Tensors

/// One thread and one mailbox for a model: loads it, answers the requests of many with it, and lets it go.
///
/// The model never leaves its thread, and none is left behind when it goes.
public final class CaptionWorker: ModelRunner {
    /// The life of a thread: loads the model, says so, and answers requests until the mailbox is closed.
    private let live: @Sendable (Mailbox, _ loaded: () -> Void) throws -> Void
    private let mailbox = Mailbox()
    /// What the model has seen lately; goes with it.
    package let images: SharedImageCache

    /// - Parameters:
    ///   - maxBatch: The most answers that are generated at a time.
    ///   - imageCache: Bytes of features of images that may be kept for the next question; 0 keeps none.
    ///   - availableMemory: Bytes that the process may still take, nil where nobody knows; asked before an answer is
    ///     begun beside others, which waits where it might not fit.
    ///   - load: Makes the model, on the thread where it stays.
    package init<E: Engine>(
        maxBatch: Int, imageCache: Int = 0, availableMemory: @escaping @Sendable () -> Int? = { nil },
        load: @escaping @Sendable () throws -> Captioner<E>
    ) {
        let images = SharedImageCache(limit: imageCache)
        self.images = images
        live = { mailbox, loaded in
            let captioner = try load()
            defer { images.modelGoes() }
            loaded()
            mailbox.work(
                BatchScheduler(
                    captioner, maxBatch: max(1, maxBatch), images: images, availableMemory: availableMemory,
                    now: Self.now, report: mailbox.report))
        }
    }

    deinit {
        mailbox.close()
        mailbox.join()
    }

    /// Seconds of a clock that never goes back.
    @Sendable private static func now() -> Double { (.now - Self.epoch) / .seconds(1) }
    private static let epoch = ContinuousClock.now

    /// Starts the thread, which loads the model.
    ///
    /// - Throws: `JoinableThread.Failure`, or what loading throws.
    public func load() async throws {
        do {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                do {
                    try mailbox.open { [live, mailbox] in
                        try live(mailbox, $0)
                    } whenLoaded: {
                        continuation.resume(with: $0)
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } catch {
            mailbox.join()
            throw error
        }
    }

    /// Ends the thread once all requests are answered; the model and its memory are gone then.
    public func unload() async {
        await withCheckedContinuation { continuation in mailbox.close { continuation.resume() } }
        mailbox.join()
    }

    /// Hands a request over, to be begun after those that were handed over before.
    ///
    /// - Parameters:
    ///   - image: As `images` knows the request's image; nil: it is encoded, and not kept.
    ///   - isCancelled: Asked between the steps of the work, which ends soon once it answers true.
    ///   - report: Hears, on the model's thread, what happens; it must not take long.
    package func begin(
        _ request: CaptionRequest, image: KnownImage? = nil, isCancelled: @escaping @Sendable () -> Bool = { false },
        report: @escaping @Sendable (CaptionEvent) -> Void = { _ in }
    ) -> CaptionFuture {
        let future = CaptionFuture()
        let arrived = mailbox.put(request, image, arrival: Self.now(), isCancelled: isCancelled) { result in
            switch result {
            case .success(.finished(let captions)): future.settle(.success(captions))
            case .success(let event): report(event)
            case .failure(let error): future.settle(.failure(error))
            }
        }
        if !arrived { future.settle(.failure(CancellationError())) }
        return future
    }
}
