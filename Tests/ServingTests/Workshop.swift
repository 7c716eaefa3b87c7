import Foundation
import Logging
import Serving
import ServiceLifecycle
import Synchronization

struct BadWeights: Error, CustomStringConvertible {
    let description = "model.safetensors is cut short."
}

/// The model of these tests: it knows in which load it was made, and says when it goes.
final class Tool: Sendable {
    let number: Int
    private let workshop: Workshop

    init(number: Int, workshop: Workshop) {
        self.number = number
        self.workshop = workshop
    }

    deinit {
        workshop.unloads.add(1, ordering: .relaxed)
    }
}

/// Makes the tools and counts what happens to them.
final class Workshop: Sendable {
    let loads = Atomic(0)
    let unloads = Atomic(0)
    /// How many of the next loads fail.
    let failures = Atomic(0)
    /// Where the next load waits, when there is one.
    let loadGate = Mutex<Gate?>(nil)
    /// What comes before the load, and may forbid it.
    let beforeLoad = Mutex<@Sendable () throws -> Void>({})
    let log = Mutex<[Int]>([])
    let clock = ManualClock()

    var loadCount: Int { loads.load(ordering: .relaxed) }
    var unloadCount: Int { unloads.load(ordering: .relaxed) }

    func load() throws -> Tool {
        try beforeLoad.withLock { $0 }()
        let number = loads.add(1, ordering: .relaxed).newValue
        loadGate.withLock { $0 }?.pass()
        if failures.load(ordering: .relaxed) > 0 {
            failures.subtract(1, ordering: .relaxed)
            throw BadWeights()
        }
        return Tool(number: number, workshop: self)
    }

    /// Works with the tools, one after the other, on a thread of its own.
    final class Runner: ModelRunner {
        private let workshop: Workshop
        private let tool = Mutex<Tool?>(nil)
        private let queue = DispatchQueue(label: "tool")

        init(_ workshop: Workshop) { self.workshop = workshop }

        func load() async throws {
            try await run { [self] in
                let made = try workshop.load()
                tool.withLock { $0 = made }
            }.value()
        }

        func unload() async {
            try? await run { [self] in tool.withLock { $0 = nil } }.value()
        }

        /// Begins some work, after that which was begun before.
        func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) -> Job<R> {
            let job = Job<R>()
            queue.async { job.settle(Result { try work() }) }
            return job
        }

        func use<R: Sendable>(_ work: @escaping @Sendable (Tool) throws -> R) -> Job<R> {
            run { [self] in
                guard let tool = tool.withLock({ $0 }) else { throw BadWeights() }
                return try work(tool)
            }
        }
    }

    /// Work that has been begun, and its result.
    final class Job<R: Sendable>: Sendable {
        private let results = AsyncThrowingStream<R, any Error>.makeStream()

        func settle(_ result: Result<R, any Error>) {
            results.continuation.yield(with: result)
            results.continuation.finish()
        }

        /// What came of it; not ended by cancellation.
        func value() async throws -> R {
            let stream = results.stream
            return try await Task {
                for try await value in stream { return value }
                throw CancellationError()
            }.value
        }
    }

    /// Runs `body` with a host whose service runs, and stops that service gracefully afterwards.
    func withHost(
        limits: ModelHostLimits = .init(),
        _ body: @Sendable @escaping (ModelHost<Runner, ManualClock>) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let host = ModelHost(
            name: "tool", limits: limits, clock: clock, logger: logger, runner: Runner(self))
        let group = ServiceGroup(configuration: .init(services: [host], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body(host)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

extension ModelHost where Runner == Workshop.Runner {
    /// Runs `body` with the tool, on its thread, when it is this caller's turn.
    nonisolated func withModel<R: Sendable>(
        keepAlive: KeepAlive? = nil, _ body: @escaping @Sendable (Tool, () -> Bool) throws -> R
    ) async throws -> R {
        try await withQueueSlot { try await $0.withModel(keepAlive: keepAlive, body) }
    }
}

extension ModelHost.QueueSlot where Runner == Workshop.Runner {
    func withModel<R: Sendable>(
        bytes: Int = 0, keepAlive: KeepAlive? = nil, _ body: @escaping @Sendable (Tool, () -> Bool) throws -> R
    ) async throws -> R {
        try await withModel(bytes: bytes, keepAlive: keepAlive) { runner, isCancelled in
            runner.use { try body($0, isCancelled) }
        } result: {
            try await $0.value()
        }
    }
}
