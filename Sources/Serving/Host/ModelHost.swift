public import Logging
public import ServiceLifecycle
import Synchronization

/// One model that many ask for: loaded at the first request, lent to one after the other or to a few at a time, in the
/// order of arrival among those that are ready for it, let go when nobody has used it for a while.
///
/// The host loads and unloads while its `run()` runs; requests that come earlier wait for that.
public actor ModelHost<Runner: ModelRunner, C: Clock>: Service where C.Duration == Duration {
    /// What the model is called in the log and in errors.
    public nonisolated let name: String

    /// What only the service may do, since it outlives every request.
    private enum Chore: Sendable {
        case load
        case unload
        case wake(CancellableSleep<C>)
    }

    /// One who waits for the model, and what is done in the moment of its turn.
    private struct Waiter {
        let turn: @Sendable () -> Void
        /// Hears how many of those that are ready stand before it.
        let moved: (@Sendable (Int) -> Void)?
        var ahead: Int?
        let continuation: CheckedContinuation<Void, any Error>
    }

    let clock: C
    package nonisolated let runner: Runner
    private let limits: ModelHostLimits
    private let logger: Logger
    private let metrics = ModelHostMetrics()
    private let lastTicket = Atomic<Ticket>(0)

    private var machine: StateMachine
    private var isDraining = false
    private var counters = ModelHostStatus.Counters()
    private var waiters: [Ticket: Waiter] = [:]
    private var observers: [CheckedContinuation<Void, Never>] = []
    private var timer: CancellableSleep<C>?
    private var lastLoadError: (any Error)?
    private let chores: AsyncStream<Chore>
    private let assign: AsyncStream<Chore>.Continuation

    /// - Parameters:
    ///   - name: What the model is called in the log and in errors.
    ///   - clock: Measures idle time and waits; a monotonic one in a server.
    ///   - runner: Loads the model and lets it go, as often as it is needed anew.
    public init(
        name: String, limits: ModelHostLimits = .init(), clock: C, logger: Logger, runner: Runner
    ) {
        self.name = name
        self.limits = limits
        self.clock = clock
        self.logger = logger
        self.runner = runner
        machine = StateMachine(limits: limits, at: clock.now)
        (chores, assign) = AsyncStream.makeStream()
    }

    /// What the host is doing now.
    public var status: ModelHostStatus {
        let now = clock.now
        return ModelHostStatus(
            state: machine.state, isStopping: isDraining || machine.isStopping, hasFailed: machine.hasFailed(at: now),
            failure: machine.hasFailed(at: now) ? lastLoadError.map { "\($0)" } : nil,
            isFull: machine.isFull, unloadsIn: machine.unloadsIn(at: now), running: machine.holders.count,
            waiting: machine.queue.count,
            waitingBytes: machine.queue.bytes, secondsToWait: machine.secondsToWait, counters: counters)
    }

    /// How many of those that wait are ready for the model.
    package var readyCount: Int { machine.queue.entries.count(where: \.isReady) }

    /// Throws what a request that comes now would be refused with, before anything of it is read.
    public func checkAdmission() throws(ModelHostError) {
        if machine.isStopping { throw .stopping }
        guard machine.isFull else { return }
        counters.refused += 1
        throw error(.overloaded)
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
        // Who has finished before the group stops must not look like one who has died.
        try? await gracefulShutdown()
    }

    /// Lets the model go as soon as nobody needs it; answers when it is gone, or at once when somebody still does.
    ///
    /// - Returns: Whether the model is gone.
    public func unload() async -> Bool {
        handle(.unloadRequested)
        while machine.state == .unloading, !Task.isCancelled { await nextChange() }
        return machine.state == .unloaded
    }

    /// Takes back what `unload()` asked for and has not had yet.
    public func withdrawUnload() {
        handle(.unloadWithdrawn)
    }

    /// Says from here on that the host is stopping, though new work is still accepted: so those who choose among
    /// several servers can learn it before anything is refused.
    public func beginDrain() {
        isDraining = true
    }

    /// Refuses new work and answers when what was accepted is done and the model is gone, or the caller is cancelled.
    public func finish() async {
        handle(.stop)
        while !machine.isStopped, !Task.isCancelled { await nextChange() }
    }

    /// Refuses who still waits, for want of time; who has the model keeps it.
    public func refuseWaiting() {
        handle(.ended)
    }

    func acquireSlot(bytes: Int) throws -> Ticket {
        let ticket = lastTicket.wrappingAdd(1, ordering: .relaxed).newValue
        let actions = machine.handle(.arrived(ticket, bytes: bytes), at: clock.now)
        for case .refuse(_, let refusal) in actions {
            counters.refused += 1
            throw error(refusal)
        }
        counters.accepted += 1
        metrics.recordQueue(machine.queue.count)
        return ticket
    }

    /// - Parameter turn: Called when it is the ticket's turn, before that of any later one; it must not take long.
    func waitForTurn(
        _ ticket: Ticket, bytes: Int, moved: (@Sendable (Int) -> Void)? = nil, turn: @escaping @Sendable () -> Void
    ) async throws {
        let start = clock.now
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
            waiters[ticket] = Waiter(turn: turn, moved: moved, continuation: continuation)
            handle(.ready(ticket, bytes: bytes))
        }
        metrics.recordWait(start.duration(to: clock.now))
    }

    func handle(_ event: StateMachine.Event) {
        for action in machine.handle(event, at: clock.now) { obey(action) }
        metrics.recordQueue(machine.queue.count)
        tellPositions()
        setTimer()
        wakeObservers()
        if machine.isStopped { assign.finish() }
    }

    /// To those who want to know, and whose position has changed.
    private func tellPositions() {
        guard waiters.values.contains(where: { $0.moved != nil }) else { return }
        for (ahead, entry) in machine.queue.entries.lazy.filter(\.isReady).enumerated() {
            guard let waiter = waiters[entry.ticket], let moved = waiter.moved, waiter.ahead != ahead else { continue }
            waiters[entry.ticket]?.ahead = ahead
            moved(ahead)
        }
    }

    /// How a request with a place ended.
    enum Outcome {
        case answered
        case invalid
        case failed(any Error)
    }

    func count(_ outcome: Outcome) {
        switch outcome {
        case .answered: counters.answered += 1
        case .invalid: counters.invalid += 1
        case .failed(let error) where error is CancellationError: counters.cancelled += 1
        case .failed(ModelHostError.waitedTooLong): counters.refused += 1
        case .failed: counters.failed += 1
        }
    }

    /// Until anything happens to the host, or the caller is cancelled.
    private func nextChange() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { return continuation.resume() }
                observers.append(continuation)
            }
        } onCancel: {
            Task { await self.wakeObservers() }
        }
    }

    private func wakeObservers() {
        let waiting = observers
        observers = []
        for observer in waiting { observer.resume() }
    }

    private func obey(_ action: StateMachine.Action) {
        switch action {
        case .load: assign.yield(.load)
        case .unload: assign.yield(.unload)
        case .admit(let ticket):
            let waiter = waiters.removeValue(forKey: ticket)
            waiter?.turn()
            waiter?.continuation.resume()
        case .drop(let ticket): waiters.removeValue(forKey: ticket)?.continuation.resume(throwing: CancellationError())
        case .refuse(let tickets, let refusal):
            for ticket in tickets { waiters.removeValue(forKey: ticket)?.continuation.resume(throwing: error(refusal)) }
        }
    }

    private func error(_ refusal: StateMachine.Refusal) -> ModelHostError {
        switch refusal {
        case .overloaded: .overloaded(waiting: machine.queue.count, retryAfter: machine.secondsToWait)
        case .waitedTooLong:
            .waitedTooLong(
                limits.maxWait ?? .zero, waiting: machine.queue.count, retryAfter: machine.secondsToWait)
        case .loadFailed: lastLoadError.map { .loadFailed(model: name, reason: $0) } ?? .stopping
        case .stopping: .stopping
        }
    }

    /// One timer, for the nearest deadline; an overtaken one is woken at once and ends.
    private func setTimer() {
        let deadline = machine.deadline(at: clock.now)
        guard deadline != timer?.deadline else { return }
        timer?.cancel()
        timer = deadline.map { deadline in
            let timer = CancellableSleep<C>(deadline: deadline)
            assign.yield(.wake(timer))
            return timer
        }
    }

    private func perform(_ chore: Chore) async {
        switch chore {
        case .load: await loadModel()
        case .unload: await unloadModel()
        case .wake(let timer):
            guard await timer.wait(on: clock) else { return }
            self.timer = nil
            handle(.timerFired)
        }
    }

    private func loadModel() async {
        logger.info("Loading the model \(name)")
        let start = ContinuousClock.now
        do {
            try await runner.load()
            let time = ContinuousClock.now - start
            counters.loads += 1
            metrics.recordLoad(time)
            logger.info("Loaded the model \(name) in \(Int(time / .milliseconds(1))) ms")
            handle(.loaded)
        } catch {
            counters.failedLoads += 1
            lastLoadError = error
            logger.error("The model \(name) could not be loaded. \(error)")
            handle(.loadFailed)
        }
    }

    private func unloadModel() async {
        await runner.unload()
        counters.unloads += 1
        metrics.recordUnload()
        logger.info("Unloaded the model \(name)")
        handle(.unloaded)
    }
}

extension ModelHost.StateMachine {
    var state: ModelHostStatus.State {
        switch phase {
        case .unloaded: .unloaded
        case .loading: .loading
        case .idle: .idle
        case .inUse: .busy
        case .unloading: .unloading
        }
    }
}
