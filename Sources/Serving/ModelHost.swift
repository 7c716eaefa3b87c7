public import Logging
public import ServiceLifecycle
import Synchronization

/// One model that many ask for: loaded at the first request, lent to one after the other in the order of arrival,
/// let go when nobody has used it for a while.
///
/// The host loads and unloads while its `run()` runs; requests that come earlier wait for that.
public actor ModelHost<Model: Sendable, C: Clock>: Service where C.Duration == Duration {
    /// What the model is called in the log and in errors.
    public nonisolated let name: String

    /// What only the service may do, since it outlives every request.
    private enum Chore: Sendable {
        case load
        case unload
        case wake(at: C.Instant)
    }

    private let load: @Sendable () throws -> Model
    private let clock: C
    private let logger: Logger
    private let thread: ModelThread
    private let slot = ModelSlot<Model>()
    private let lastTicket = Atomic<Ticket>(0)

    private var machine: StateMachine
    private var waiters: [Ticket: CheckedContinuation<Void, any Error>] = [:]
    private var lastLoadError: (any Error)?
    private let chores: AsyncStream<Chore>
    private let assign: AsyncStream<Chore>.Continuation

    /// - Parameters:
    ///   - name: What the model is called in the log and in errors.
    ///   - clock: Measures idle time; a monotonic one in a server.
    ///   - load: Makes the model; called on the model's own thread, as often as it is needed anew.
    public init(
        name: String, configuration: ModelHostConfiguration = .init(), clock: C, logger: Logger,
        load: @escaping @Sendable () throws -> Model
    ) {
        self.name = name
        self.clock = clock
        self.logger = logger
        self.load = load
        thread = ModelThread()
        machine = StateMachine(idleTimeout: configuration.idleTimeout)
        (chores, assign) = AsyncStream.makeStream()
    }

    /// How many wait for their turn.
    package var queueLength: Int { machine.waiting.count }

    /// Whether new work is refused.
    package var isStopping: Bool { machine.isStopping }

    /// Runs `body` with the model, on the model's thread, when it is this caller's turn.
    ///
    /// A caller whose task is cancelled loses the place in the queue; once `body` runs, its second argument tells.
    /// - Throws: `ModelHostError`, `CancellationError`, or what `body` throws.
    public nonisolated func withModel<R: Sendable>(
        _ body: @escaping @Sendable (_ model: Model, _ isCancelled: () -> Bool) throws -> R
    ) async throws -> R {
        let ticket = lastTicket.wrappingAdd(1, ordering: .relaxed).newValue
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await waitForTurn(ticket)
            let result = await thread.run { [slot] in
                Result { try slot.use(body, cancellation) }
            }
            await handle(.returned)
            return try result.get()
        } onCancel: {
            cancellation.set()
            Task { await self.handle(.left(ticket)) }
        }
    }

    /// Loads and unloads until the service group stops or is cancelled.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await chore in chores {
                    group.addTask { await self.perform(chore) }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            Task { await self.handle(.stop) }
        }
        handle(.ended)
    }

    private func waitForTurn(_ ticket: Ticket) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
            waiters[ticket] = continuation
            handle(.arrived(ticket))
        }
    }

    private func handle(_ event: StateMachine.Event) {
        switch machine.handle(event, at: clock.now) {
        case .none: break
        case .load: assign.yield(.load)
        case .unload: assign.yield(.unload)
        case .wake(let moment): assign.yield(.wake(at: moment))
        case .lend(let ticket): waiters.removeValue(forKey: ticket)?.resume()
        case .drop(let ticket): waiters.removeValue(forKey: ticket)?.resume(throwing: CancellationError())
        case .refuse(let tickets): refuse(tickets)
        }
        if machine.isStopped { assign.finish() }
    }

    private func refuse(_ tickets: [Ticket]) {
        let reason = lastLoadError.map { ModelHostError.loadFailed(model: name, reason: $0) } ?? .stopping
        for ticket in tickets { waiters.removeValue(forKey: ticket)?.resume(throwing: reason) }
    }

    private func perform(_ chore: Chore) async {
        switch chore {
        case .load: await loadModel()
        case .unload: await unloadModel()
        case .wake(let moment):
            // A sleep that is cancelled ends with the service: nobody needs the event.
            guard (try? await clock.sleep(until: moment, tolerance: nil)) != nil else { return }
            handle(.timerFired)
        }
    }

    private func loadModel() async {
        logger.info("Loading the model \(name)")
        let start = ContinuousClock.now
        let result = await thread.run { [slot, load] in
            Result { slot.put(try load()) }
        }
        switch result {
        case .success:
            lastLoadError = nil
            let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
            logger.info("Loaded the model \(name) in \(milliseconds) ms")
            handle(.loaded)
        case .failure(let error):
            lastLoadError = error
            logger.error("The model \(name) could not be loaded. \(error)")
            handle(.loadFailed)
            lastLoadError = nil
        }
    }

    private func unloadModel() async {
        await thread.run { [slot] in slot.clear() }
        logger.info("Unloaded the model \(name)")
        handle(.unloaded)
    }
}
