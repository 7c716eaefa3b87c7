public import ServiceLifecycle
import Synchronization

/// A model's files: there from the beginning, or fetched once somebody asks for them.
///
/// Nobody waits in line for a download: who asks meanwhile is told how far it is, and it goes on when the asker leaves.
public final class ModelStore<Assets: Sendable, C: Clock>: Service where C.Duration == Duration {
    /// What a store is doing.
    public enum State: Sendable {
        case absent
        case fetching(DownloadProgress)
        case failed(any Error, at: C.Instant)
        case present(Assets)
    }

    /// Fetches the assets, telling how far it is.
    public typealias Fetch = @Sendable (_ report: @escaping @Sendable (DownloadProgress) -> Void) async throws -> Assets

    /// What the model is called in errors.
    public let name: String
    private let fetch: Fetch?
    private let isTemporary: @Sendable (any Error) -> Bool
    private let clock: C
    private let failureStands: Duration
    private let state: Mutex<State>
    private let failures = Atomic(0)
    private let waiters = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let watchers = Mutex<[Int: AsyncStream<State>.Continuation]>([:])
    private let orders: AsyncStream<Void>
    private let order: AsyncStream<Void>.Continuation

    /// Assets that are there.
    public convenience init(name: String, assets: Assets, clock: C) {
        self.init(name: name, state: .present(assets), fetch: nil, clock: clock, failureStands: .zero)
    }

    /// Assets that are there, and that `fetch` brings again if they go.
    ///
    /// - Parameter isTemporary: Whether fetching may succeed later although it has failed so.
    public convenience init(
        name: String, assets: Assets, clock: C, isTemporary: @escaping @Sendable (any Error) -> Bool = { _ in false },
        fetch: @escaping Fetch
    ) {
        self.init(
            name: name, state: .present(assets), fetch: fetch, clock: clock, failureStands: .seconds(5),
            isTemporary: isTemporary)
    }

    /// Assets that `fetch` brings at the first demand.
    ///
    /// - Parameters:
    ///   - failureStands: For so long after a failure who asks is told of it; then the next one tries again.
    ///   - isTemporary: Whether fetching may succeed later although it has failed so.
    public convenience init(
        name: String, clock: C, failureStands: Duration = .seconds(5),
        isTemporary: @escaping @Sendable (any Error) -> Bool = { _ in false }, fetch: @escaping Fetch
    ) {
        self.init(
            name: name, state: .absent, fetch: fetch, clock: clock, failureStands: failureStands,
            isTemporary: isTemporary)
    }

    private init(
        name: String, state: sending State, fetch: Fetch?, clock: C, failureStands: Duration,
        isTemporary: @escaping @Sendable (any Error) -> Bool = { _ in false }
    ) {
        self.name = name
        self.state = Mutex(state)
        self.fetch = fetch
        self.isTemporary = isTemporary
        self.clock = clock
        self.failureStands = failureStands
        (orders, order) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What is there now; asking does not start anything.
    public var current: State { state.withLock { $0 } }

    /// How often fetching has failed.
    public var failureCount: Int { failures.load(ordering: .relaxed) }

    /// Why there are no assets, as a sentence, where the last try failed.
    public var trouble: String? {
        switch current {
        case .fetching(let progress): progress.trouble
        case .failed(let error, _): Self.trouble(error)
        case .absent, .present: nil
        }
    }

    /// Whether fetching went wrong less than half a minute ago and nobody has tried again.
    public var hasFailedLately: Bool {
        guard case .failed(_, let moment) = current else { return false }
        return moment.duration(to: clock.now) < .seconds(30)
    }

    /// Whether it is tried again after a failure, and nothing has come since.
    public var isInTrouble: Bool {
        if case .fetching(let progress) = current { progress.trouble != nil } else { false }
    }

    /// The assets, if they are there.
    public var assets: Assets? { if case .present(let assets) = current { assets } else { nil } }

    /// The assets; where they are missing, their fetching is begun and the caller told so.
    public func require() throws(ModelStoreError) -> Assets {
        switch fetchIfAbsent() {
        case .present(let assets): return assets
        case .failed(let error, _): throw failure(error)
        case .fetching(let progress): throw .fetching(model: name, progress)
        case .absent: throw .fetching(model: name, DownloadProgress())
        }
    }

    /// The assets, once they are there; waits for their fetching.
    ///
    /// - Throws: `ModelStoreError.failed`; `CancellationError` when the caller's task is cancelled.
    public func wait() async throws -> Assets {
        while true {
            try Task.checkCancellation()
            switch fetchIfAbsent() {
            case .present(let assets): return assets
            case .failed(let error, _): throw failure(error)
            case .fetching, .absent: await nextChange()
            }
        }
    }

    private func failure(_ error: any Error) -> ModelStoreError {
        .failed(model: name, reason: error, isTemporary: error is CancellationError || isTemporary(error))
    }

    /// What there is, now and whenever that changes while somebody takes it; what was missed is left out.
    public func changes() -> AsyncStream<State> {
        let (changes, watcher) = AsyncStream.makeStream(of: State.self, bufferingPolicy: .bufferingNewest(1))
        let number = watchers.withLock { watchers in
            let number = (watchers.keys.max() ?? 0) + 1
            watchers[number] = watcher
            return number
        }
        watcher.onTermination = { [weak self] _ in _ = self?.watchers.withLock { $0.removeValue(forKey: number) } }
        watcher.yield(current)
        return changes
    }

    private func tellWatchers() {
        let watching = watchers.withLock { Array($0.values) }
        for watcher in watching { watcher.yield(current) }
    }

    /// Says that the assets have turned out to be incomplete: the next who asks has them fetched again.
    ///
    /// Assets that cannot be fetched stay.
    public func invalidate() {
        guard fetch != nil else { return }
        state.withLock { if case .present = $0 { $0 = .absent } }
    }

    /// What is there now, once the fetching of missing assets is begun.
    private func fetchIfAbsent() -> State {
        let now = clock.now
        return state.withLock { state in
            switch state {
            case .present, .fetching: return state
            case .failed(_, let moment) where moment.duration(to: now) < failureStands: return state
            case .absent: state = .fetching(DownloadProgress())
            case .failed(let error, _): state = .fetching(DownloadProgress(trouble: Self.trouble(error)))
            }
            order.yield()
            return state
        }
    }

    /// What stays true while it is tried again: a try that was stopped says nothing of the next.
    private static func trouble(_ error: any Error) -> String? {
        error is CancellationError ? nil : "\(error)"
    }

    /// Fetches when somebody asks, until the service group stops.
    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            for await _ in orders { await bring() }
        }
        finish(.failed(CancellationError(), at: clock.now))
    }

    private func bring() async {
        guard let fetch else { return }
        do {
            finish(.present(try await fetch { [self] in report($0) }))
        } catch {
            if !(error is CancellationError) { failures.add(1, ordering: .relaxed) }
            finish(.failed(error, at: clock.now))
        }
    }

    /// Trouble is over when something has come.
    private func report(_ progress: DownloadProgress) {
        state.withLock { state in
            guard case .fetching(let before) = state else { return }
            var progress = progress
            if progress.bytesDone == 0, progress.trouble == nil { progress.trouble = before.trouble }
            state = .fetching(progress)
        }
        tellWatchers()
    }

    private func finish(_ outcome: State) {
        state.withLock { if case .present = $0 {} else { $0 = outcome } }
        wakeWaiters()
        tellWatchers()
    }

    private func wakeWaiters() {
        let waiting = waiters.withLock { waiters in
            defer { waiters = [] }
            return waiters
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Until the fetching ends, or the caller's task is cancelled.
    private func nextChange() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters.withLock { $0.append(continuation) }
                // It may have ended between the look and the entry.
                if case .fetching = current, !Task.isCancelled { return }
                wakeWaiters()
            }
        } onCancel: {
            wakeWaiters()
        }
    }
}
