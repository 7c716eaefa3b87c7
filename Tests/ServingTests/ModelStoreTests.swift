import Eventually
import Logging
import ServiceLifecycle
import Serving
import Synchronization
import Testing

@Suite("Files that may have to be fetched")
struct ModelStoreTests {
    private struct NoHub: Error {}

    private func running(
        _ store: ModelStore<Int, ManualClock>, _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(configuration: .init(services: [store], logger: logger))
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
        let store = ModelStore<Int, ManualClock>(name: "m", clock: clock) { _ in
            for await _ in gate {}
            return count.add(1, ordering: .relaxed).newValue
        }
        try await running(store) {
            for _ in 0..<20 { #expect(throws: ModelStoreError.self) { try store.require() } }
            open.finish()
            let goods1 = try await store.wait()
            #expect(goods1 == 1)
            let goods2 = try store.require()
            #expect(goods2 == 1)
        }
    }

    @Test("who watches is told of each change, and of nothing afterwards")
    func changes() async throws {
        let clock = ManualClock()
        let (gate, open) = AsyncStream.makeStream(of: Int.self)
        let store = ModelStore<Int, ManualClock>(name: "m", clock: clock) { report in
            for await bytes in gate { report(DownloadProgress(bytesDone: bytes, bytesTotal: 9)) }
            return 7
        }
        try await running(store) {
            #expect(throws: ModelStoreError.self) { try store.require() }
            var seen: [String] = []
            for await state in store.changes() {
                switch state {
                case .fetching(let progress):
                    seen.append("\(progress.bytesDone)")
                    if progress.bytesDone == 5 { open.finish() } else { open.yield(progress.bytesDone + 5) }
                case .present(let goods): seen.append("there: \(goods)")
                case .absent, .failed: seen.append("none")
                }
                if case .present = state { break }
            }
            #expect(seen == ["0", "5", "there: 7"])
            var later = store.changes().makeAsyncIterator()
            if case .present? = await later.next() {} else { Issue.record("it is there") }
        }
    }

    @Test("a failure is told for a while, then the next who asks tries again")
    func failure() async throws {
        let clock = ManualClock()
        let count = Atomic(0)
        let store = ModelStore<Int, ManualClock>(name: "m", clock: clock) { _ in
            guard count.add(1, ordering: .relaxed).newValue > 1 else { throw NoHub() }
            return 7
        }
        try await running(store) {
            await #expect(throws: ModelStoreError.self) { try await store.wait() }
            #expect(store.hasFailedLately)
            clock.advance(by: .seconds(4))
            await #expect(throws: ModelStoreError.self) { try await store.wait() }
            #expect(count.load(ordering: .relaxed) == 1)
            clock.advance(by: .seconds(1))
            let goods3 = try await store.wait()
            #expect(goods3 == 7)
            #expect(!store.hasFailedLately)
        }
    }

    @Test("while it is tried again the last failure is known, until something comes")
    func trouble() async throws {
        let clock = ManualClock()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let count = Atomic(0)
        let store = ModelStore<Int, ManualClock>(name: "m", clock: clock) { report in
            guard count.add(1, ordering: .relaxed).newValue > 1 else { throw NoHub() }
            report(DownloadProgress())
            report(DownloadProgress(bytesDone: 1))
            for await _ in gate {}
            return 7
        }
        try await running(store) {
            #expect(store.trouble == nil && store.failureCount == 0)
            await #expect(throws: ModelStoreError.self) { try await store.wait() }
            #expect(store.trouble == "NoHub()" && store.failureCount == 1)
            clock.advance(by: .seconds(5))
            let error = #expect(throws: ModelStoreError.self) { try store.require() }
            #expect("\(try #require(error))".contains("it is tried again. NoHub()"))
            try await eventually { store.trouble == nil }
            open.finish()
            let assets = try await store.wait()
            #expect(assets == 7 && store.failureCount == 1)
        }
    }

    @Test("assets that have gone are fetched again; those that cannot be fetched stay")
    func invalidate() async throws {
        let clock = ManualClock()
        let store = ModelStore<Int, ManualClock>(name: "m", assets: 1, clock: clock) { _ in 2 }
        try await running(store) {
            let goods4 = try store.require()
            #expect(goods4 == 1)
            store.invalidate()
            let goods5 = try await store.wait()
            #expect(goods5 == 2)
        }
        let fixed = ModelStore<Int, ManualClock>(name: "m", assets: 1, clock: clock)
        fixed.invalidate()
        let goods6 = try fixed.require()
        #expect(goods6 == 1)
    }

    @Test("who waits for a fetch that hangs can be cancelled")
    func cancelled() async throws {
        let store = ModelStore<Int, ManualClock>(name: "m", clock: ManualClock()) { _ in
            try await ManualClock().sleep(until: .init(offset: .seconds(1)), tolerance: nil)
            return 1
        }
        try await running(store) {
            let waiter = Task { try await store.wait() }
            try await eventually { if case .fetching = store.current { true } else { false } }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
        }
    }
}
