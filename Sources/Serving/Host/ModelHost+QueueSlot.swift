import Synchronization

extension ModelHost {
    /// A place in the queue for the model: taken when a request arrives, kept while it is prepared.
    public struct QueueSlot: Sendable {
        let host: ModelHost
        let ticket: Ticket

        /// Hands a job to the model, which others use at the same time, when it is this place's turn.
        ///
        /// A caller whose task is cancelled loses the place; once the job is begun, `isCancelled` tells it.
        /// - Parameters:
        ///   - start: Begins the job and answers what stands for its result; jobs are begun in the order of arrival. It
        ///     must not take long, and the job has to end soon once its second argument answers true.
        ///   - bytes: Memory that the request holds while it waits.
        ///   - keepAlive: How long the model stays after this use; `nil`: as long as usual.
        ///   - rest: Bytes that the request goes on to hold where it comes again: it then waits anew, behind those who wait.
        ///   - moved: Hears how many stand before it in the queue, as often as that changes, and at first if it has to wait.
        ///   - result: Waits for the result; the model is this place's until then.
        public func withModel<Job: Sendable, R: Sendable>(
            bytes: Int = 0, keepAlive: KeepAlive? = nil, rest: Int? = nil,
            moved: (@Sendable (Int) -> Void)? = nil,
            start: @escaping @Sendable (_ runner: Runner, _ isCancelled: @escaping @Sendable () -> Bool) -> Job,
            result: @escaping @Sendable (Job) async throws -> R
        ) async throws -> R {
            let cancellation = Cancellation()
            let begun = Begun<Job>()
            return try await withTaskCancellationHandler {
                try await host.waitForTurn(ticket, bytes: bytes, moved: moved) { [runner = host.runner] in
                    begun.job.withLock { $0 = start(runner) { cancellation.isSet } }
                }
                let outcome = await begun.outcome(result)
                // First, so that the model does not go in between.
                if let rest { await host.handle(.goesOn(ticket, bytes: rest)) }
                await host.handle(.released(ticket, keepAlive))
                return try outcome.get()
            } onCancel: {
                cancellation.set()
            }
        }
    }

    /// Takes a place in the queue, before the work of preparing the request is begun, and gives it back at the end, or at
    /// once when the caller's task is cancelled, whatever it is doing.
    ///
    /// Who is ready for the model passes who is still being prepared; among those that are ready the order of arrival
    /// is kept.
    /// - Parameters:
    ///   - bytes: Memory that the request holds.
    ///   - isCallersFault: Of an error of `body`: then the request counts as invalid, and not as failed.
    /// - Throws: `ModelHostError.overloaded` and `.stopping` at once, or what `body` throws.
    public nonisolated func withQueueSlot<R: Sendable>(
        bytes: Int = 0, isCallersFault: @Sendable (any Error) -> Bool = { _ in false },
        _ body: (QueueSlot) async throws -> R
    ) async throws -> R {
        let ticket = try await acquireSlot(bytes: bytes)
        do {
            let result = try await withTaskCancellationHandler {
                try await body(QueueSlot(host: self, ticket: ticket))
            } onCancel: {
                Task { await handle(.left(ticket)) }
            }
            await leave(ticket, .answered)
            return result
        } catch {
            await leave(ticket, isCallersFault(error) ? .invalid : .failed(error))
            throw error
        }
    }

    /// Loads the model, unless it is loaded, when it is this caller's turn.
    public nonisolated func ensureLoaded(keepAlive: KeepAlive? = nil) async throws {
        try await withQueueSlot {
            try await $0.withModel(keepAlive: keepAlive) { _, _ in
            } result: { _ in
            }
        }
    }

    private func leave(_ ticket: Ticket, _ outcome: Outcome) {
        handle(.left(ticket))
        count(outcome)
    }
}

/// A job that was begun in the moment of its turn.
private final class Begun<Job: Sendable>: Sendable {
    let job = Mutex<Job?>(nil)

    func outcome<R>(_ result: (Job) async throws -> R) async -> Result<R, any Error> {
        // It was begun when it had its turn.
        guard let job = job.withLock({ $0 }) else { return .failure(ModelHostError.stopping) }
        do {
            return .success(try await result(job))
        } catch {
            return .failure(error)
        }
    }
}

/// Tells the model's thread that nobody waits for the result any more.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool {
        flag.load(ordering: .relaxed)
    }

    func set() {
        flag.store(true, ordering: .relaxed)
    }
}
