import Eventually
import Foundation
import Serving
import Synchronization
import Testing

@Suite("The model's host")
struct ModelHostTests {
    /// The model that `host` lends is the one of this load.
    private func expectLoad(_ number: Int, of host: ModelHost<Workshop.Runner, ManualClock>) async throws {
        let lent = try await host.withModel { tool, _ in tool.number }
        #expect(lent == number)
    }

    @Test("32 requests at once need one load, and each gets its answer")
    func oneLoadForMany() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<32 {
                    group.addTask { try await host.withModel { tool, _ in tool.number * 1000 + number } }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(answers == Set(1000..<1032))
        }
        #expect(workshop.loadCount == 1)
        #expect(workshop.unloadCount == 1)
    }

    @Test("requests are served in the order of arrival")
    func order() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            let gate = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await host.withModel { _, _ in gate.pass() } }
                try await gate.someoneStands()
                for number in 0..<50 {
                    group.addTask { try await host.withModel { _, _ in workshop.log.withLock { $0.append(number) } } }
                    try await eventually { await host.status.waiting == number + 1 }
                }
                gate.open()
                try await group.waitForAll()
            }
        }
        #expect(workshop.log.withLock { $0 } == Array(0..<50))
    }

    @Test("a failed load answers all who wait with a sentence; the next request tries again")
    func failedLoad() async throws {
        let workshop = Workshop()
        workshop.failures.store(1, ordering: .relaxed)
        let gate = Gate()
        workshop.loadGate.withLock { $0 = gate }
        try await workshop.withHost { host in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        let error = await #expect(throws: ModelHostError.self) { try await host.withModel { _, _ in } }
                        #expect(
                            "\(error, default: "")"
                                == "The model tool could not be loaded. model.safetensors is cut short."
                        )
                    }
                }
                try await eventually { await host.status.waiting == 5 }
                gate.open()
            }
            gate.open()
            try await expectLoad(2, of: host)
        }
    }

    @Test("the model is unloaded when idle, and loaded again when asked for")
    func idleUnload() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            try await expectLoad(1, of: host)
            try await eventually { workshop.clock.sleepers == 1 }
            workshop.clock.advance(by: .seconds(200))
            try await expectLoad(1, of: host)
            workshop.clock.advance(by: .seconds(100))
            try await eventually { workshop.clock.sleepers == 1 }
            #expect(workshop.unloadCount == 0)
            workshop.clock.advance(by: .seconds(200))
            try await eventually { workshop.unloadCount == 1 }
            try await expectLoad(2, of: host)
        }
    }

    @Test("one who leaves the queue is never served")
    func leavesTheQueue() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            let gate = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await host.withModel { _, _ in gate.pass() } }
                try await gate.someoneStands()
                let leaver = Task { try await host.withModel { _, _ in workshop.log.withLock { $0.append(1) } } }
                try await eventually { await host.status.waiting == 1 }
                leaver.cancel()
                await #expect(throws: CancellationError.self) { try await leaver.value }
                #expect(await host.status.waiting == 0)
                gate.open()
                try await group.waitForAll()
            }
        }
        #expect(workshop.log.withLock { $0 }.isEmpty)
    }

    @Test("work that runs is told when its caller has left")
    func runningIsTold() async throws {
        try await Workshop().withHost { host in
            let gate = Gate()
            let leaver = Task {
                try await host.withModel { _, isCancelled in
                    gate.pass()
                    return isCancelled()
                }
            }
            try await gate.someoneStands()
            leaver.cancel()
            gate.open()
            let wasTold = try await leaver.value
            #expect(wasTold)
        }
    }

    @Test("an error of the work reaches its caller, and the next one is served")
    func errorOfWork() async throws {
        try await Workshop().withHost { host in
            await #expect(throws: BadWeights.self) {
                try await host.withModel { _, _ in throw BadWeights() }
            }
            try await expectLoad(1, of: host)
        }
    }

    @Test("graceful shutdown finishes what was accepted and refuses the rest")
    func gracefulShutdown() async throws {
        let workshop = Workshop()
        let gate = Gate()
        let (hosts, hand) = AsyncStream.makeStream(of: ModelHost<Workshop.Runner, ManualClock>.self)
        async let service: Void = workshop.withHost { host in
            hand.yield(host)
            try await gate.someoneStands()
        }
        let host = try #require(await hosts.first { _ in true })
        async let running = host.withModel { tool, _ in
            gate.pass()
            return tool.number
        }
        try await gate.someoneStands()
        try await eventually { await host.status.isStopping }
        await #expect(throws: ModelHostError.self) { try await host.withModel { _, _ in } }
        gate.open()
        let answer = try await running
        #expect(answer == 1)
        try await service
        #expect(workshop.unloadCount == 1)
    }
}
