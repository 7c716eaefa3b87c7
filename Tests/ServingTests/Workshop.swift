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
    let thread = pthread_self()
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

    /// Runs `body` with a host whose service runs, and stops that service gracefully afterwards.
    func withHost(
        limits: ModelHostLimits = .init(),
        _ body: @Sendable @escaping (ModelHost<Tool, ManualClock>) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let host = ModelHost(
            name: "tool", limits: limits, clock: clock, logger: logger
        ) { try self.load() }
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
