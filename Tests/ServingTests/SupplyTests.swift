import Eventually
import Logging
import ServiceLifecycle
import Serving
import Synchronization
import Testing

@Suite("Files that may have to be fetched")
struct SupplyTests {
    private struct NoHub: Error {}

    private func running(
        _ supply: Supply<Int, ManualClock>, _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(configuration: .init(services: [supply], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("many who ask at once start one fetch, and are told of it")
    func oneFetch() async throws {
        let clock = ManualClock()
        let count = Atomic(0)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let supply = Supply<Int, ManualClock>(name: "m", clock: clock) { _ in
            for await _ in gate {}
            return count.add(1, ordering: .relaxed).newValue
        }
        try await running(supply) {
            for _ in 0..<20 { #expect(throws: SupplyError.self) { try supply.take() } }
            open.finish()
            let goods1 = try await supply.wait()
            #expect(goods1 == 1)
            let goods2 = try supply.take()
            #expect(goods2 == 1)
        }
    }

    @Test("a failure is told for a while, then the next who asks tries again")
    func failure() async throws {
        let clock = ManualClock()
        let count = Atomic(0)
        let supply = Supply<Int, ManualClock>(name: "m", clock: clock) { _ in
            guard count.add(1, ordering: .relaxed).newValue > 1 else { throw NoHub() }
            return 7
        }
        try await running(supply) {
            await #expect(throws: SupplyError.self) { try await supply.wait() }
            #expect(supply.hasFailedLately)
            clock.advance(by: .seconds(4))
            await #expect(throws: SupplyError.self) { try await supply.wait() }
            #expect(count.load(ordering: .relaxed) == 1)
            clock.advance(by: .seconds(1))
            let goods3 = try await supply.wait()
            #expect(goods3 == 7)
            #expect(!supply.hasFailedLately)
        }
    }

    @Test("while it is tried again the last failure is known, until something comes")
    func trouble() async throws {
        let clock = ManualClock()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let count = Atomic(0)
        let supply = Supply<Int, ManualClock>(name: "m", clock: clock) { report in
            guard count.add(1, ordering: .relaxed).newValue > 1 else { throw NoHub() }
            report(SupplyProgress())
            report(SupplyProgress(bytesDone: 1))
            for await _ in gate {}
            return 7
        }
        try await running(supply) {
            #expect(supply.trouble == nil && supply.failureCount == 0)
            await #expect(throws: SupplyError.self) { try await supply.wait() }
            #expect(supply.trouble == "NoHub()" && supply.failureCount == 1)
            clock.advance(by: .seconds(5))
            let error = #expect(throws: SupplyError.self) { try supply.take() }
            #expect("\(try #require(error))".contains("it is tried again. NoHub()"))
            try await eventually { supply.trouble == nil }
            open.finish()
            let goods = try await supply.wait()
            #expect(goods == 7 && supply.failureCount == 1)
        }
    }

    @Test("goods that have gone are fetched again; those that cannot be fetched stay")
    func discard() async throws {
        let clock = ManualClock()
        let supply = Supply<Int, ManualClock>(name: "m", goods: 1, clock: clock) { _ in 2 }
        try await running(supply) {
            let goods4 = try supply.take()
            #expect(goods4 == 1)
            supply.discard()
            let goods5 = try await supply.wait()
            #expect(goods5 == 2)
        }
        let fixed = Supply<Int, ManualClock>(name: "m", goods: 1, clock: clock)
        fixed.discard()
        let goods6 = try fixed.take()
        #expect(goods6 == 1)
    }

    @Test("who waits for a fetch that hangs can be cancelled")
    func cancelled() async throws {
        let supply = Supply<Int, ManualClock>(name: "m", clock: ManualClock()) { _ in
            try await ManualClock().sleep(until: .init(offset: .seconds(1)), tolerance: nil)
            return 1
        }
        try await running(supply) {
            let waiter = Task { try await supply.wait() }
            try await eventually { if case .fetching = supply.current { true } else { false } }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
        }
    }
}
