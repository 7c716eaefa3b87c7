import Eventually
import Serving
import Synchronization
import Testing

@Suite("Places in the queue")
struct PlaceTests {
    /// Runs `body` while one request has the model and stands at a gate, which is opened afterwards.
    private func whileLent(
        _ workshop: Workshop, limits: ModelHostLimits = .init(),
        _ body: @Sendable @escaping (ModelHost<Workshop.Runner, ManualClock>) async throws -> Void
    ) async throws {
        try await workshop.withHost(limits: limits) { host in
            let gate = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await host.withModel { _, _ in gate.pass() } }
                try await gate.someoneStands()
                defer { gate.open() }
                try await body(host)
            }
        }
    }

    @Test("beyond the limit newcomers are refused at once, and none of them is prepared")
    func refusals() async throws {
        let workshop = Workshop()
        try await whileLent(workshop, limits: .init(maxQueued: 8)) { host in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await host.withModel { _, _ in } } }
                try await eventually { await host.status.waiting == 8 }
                for _ in 0..<50 {
                    await #expect(throws: ModelHostError.self) {
                        try await host.withQueueSlot { _ in workshop.log.withLock { $0.append(1) } }
                    }
                    await #expect(throws: ModelHostError.self) { try await host.checkAdmission() }
                }
                let status = await host.status
                #expect(status.isFull && !status.isReady)
                #expect(status.counters.refused == 100)
                group.cancelAll()
                while let result = await group.nextResult() {
                    #expect(throws: CancellationError.self) { try result.get() }
                }
                #expect(await host.status.counters.cancelled == 8)
            }
        }
        #expect(workshop.log.withLock { $0 }.isEmpty)
    }

    @Test("who is ready passes who is still being prepared; those that are ready keep the order of arrival")
    func orderOfArrival() async throws {
        let workshop = Workshop()
        let gate = Gate()
        try await workshop.withHost { host in
            let (slow, finish) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await host.withQueueSlot { place in
                        for await _ in slow {}
                        try await place.withModel { _, _ in workshop.log.withLock { $0.append(1) } }
                    }
                }
                try await eventually { await host.status.waiting == 1 }
                group.addTask {
                    try await host.withModel { _, _ in
                        gate.pass()
                        workshop.log.withLock { $0.append(2) }
                    }
                }
                try await gate.someoneStands()
                group.addTask { try await host.withModel { _, _ in workshop.log.withLock { $0.append(3) } } }
                try await eventually { await host.status.waiting == 2 }
                finish.finish()
                // The first one is ready now, and before the third.
                try await eventually { await host.readyCount == 2 }
                gate.open()
                try await group.waitForAll()
            }
        }
        #expect(workshop.log.withLock { $0 } == [2, 1, 3])
    }

    @Test("who leaves while it is being prepared loses its place at once, though the preparing goes on")
    func leavingWhilePrepared() async throws {
        let workshop = Workshop()
        try await workshop.withHost(limits: .init(maxQueued: 1)) { host in
            let (stubborn, finish) = AsyncStream.makeStream(of: Void.self)
            let leaver = Task {
                try await host.withQueueSlot { _ in
                    // Work that does not heed its cancellation.
                    await Task { for await _ in stubborn {} }.value
                }
            }
            try await eventually { await host.status.waiting == 1 }
            leaver.cancel()
            try await eventually { await host.status.waiting == 0 }
            try await host.withModel { _, _ in }
            finish.finish()
            _ = await leaver.result
        }
    }

    @Test("a refusal says how many wait, and after how long it is worth asking again")
    func estimate() async throws {
        let workshop = Workshop()
        try await workshop.withHost(limits: .init(maxQueued: 2)) { host in
            for _ in 0..<3 { try await host.withModel { _, _ in workshop.clock.advance(by: .seconds(7)) } }
            let gate = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await host.withModel { _, _ in gate.pass() } }
                try await gate.someoneStands()
                defer { gate.open() }
                for _ in 0..<2 { group.addTask { try await host.withModel { _, _ in } } }
                try await eventually { await host.status.waiting == 2 }
                do {
                    try await host.checkAdmission()
                    Issue.record("it was let in")
                } catch ModelHostError.overloaded(let waiting, let retryAfter) {
                    // One has the model, two wait, and each of the last ones took 7 s.
                    #expect(waiting == 2 && retryAfter == 21)
                }
                #expect(await host.status.secondsToWait == 21)
            }
        }
    }

    @Test("who waits longer than the limit is sent away, and the model never sees the request")
    func waitedTooLong() async throws {
        let workshop = Workshop()
        try await whileLent(workshop, limits: .init(maxWait: .seconds(600))) { host in
            async let late: Void = host.withModel { _, _ in workshop.log.withLock { $0.append(1) } }
            try await eventually { workshop.clock.sleepers == 1 }
            workshop.clock.advance(by: .seconds(600))
            do {
                try await late
                Issue.record("it was served")
            } catch ModelHostError.waitedTooLong(let limit, let waiting, _) {
                #expect(limit == .seconds(600) && waiting == 0)
            }
            #expect(await host.status.counters.refused == 1)
        }
        #expect(workshop.log.withLock { $0 }.isEmpty)
    }

    @Test("a request may say how long the model stays after it")
    func keepAlive() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            try await host.withModel(keepAlive: .lasting(.seconds(5))) { _, _ in }
            #expect(await host.status.unloadsIn == .seconds(5))
            try await eventually { workshop.clock.sleepers == 1 }
            workshop.clock.advance(by: .seconds(5))
            try await eventually { workshop.unloadCount == 1 }
            try await host.withModel(keepAlive: .lasting(.zero)) { _, _ in }
            try await eventually { await host.status.state == .unloaded }
            #expect(workshop.unloadCount == 2)
        }
    }

    @Test("however the deadline moves, one timer waits for it")
    func oneTimer() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            for seconds in (1...200).reversed() {
                try await host.withModel(keepAlive: .lasting(.seconds(seconds))) { _, _ in }
            }
            try await eventually { workshop.clock.sleepers == 1 }
            workshop.clock.advance(by: .seconds(1))
            try await eventually { workshop.unloadCount == 1 }
            try await eventually { workshop.clock.sleepers == 0 }
        }
    }

    @Test("an unload that is asked for answers when the model is gone; while it is in use, at once")
    func unload() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            try await host.withModel { _, _ in }
            #expect(await host.unload())
            #expect(workshop.unloadCount == 1)
            #expect(await host.unload())
        }
        try await whileLent(workshop) { host in
            #expect(await !host.unload())
            #expect(workshop.unloadCount == 1)
        }
        #expect(workshop.unloadCount == 2)
    }

    @Test("status neither wakes the model nor prolongs its life")
    func status() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            #expect(await host.status.state == .unloaded)
            #expect(await host.status.isReady)
            #expect(workshop.loadCount == 0)
            try await host.withModel { _, _ in }
            try await eventually { workshop.clock.sleepers == 1 }
            for _ in 0..<10 {
                workshop.clock.advance(by: .seconds(29))
                #expect(await host.status.state == .idle)
            }
            #expect(await host.status.unloadsIn == .seconds(10))
            workshop.clock.advance(by: .seconds(10))
            try await eventually { workshop.unloadCount == 1 }
            #expect(await host.status.unloadsIn == nil)
        }
    }

    @Test("after a failed load the host is not ready until somebody has tried again")
    func failedLoad() async throws {
        let workshop = Workshop()
        workshop.failures.store(1, ordering: .relaxed)
        try await workshop.withHost { host in
            await #expect(throws: ModelHostError.self) { try await host.withModel { _, _ in } }
            #expect(await !host.status.isReady)
            try await host.withModel { _, _ in }
            let status = await host.status
            #expect(status.isReady)
            #expect(status.counters.failedLoads == 1 && status.counters.loads == 1)
            #expect(status.counters.accepted == 2 && status.counters.failed == 1 && status.counters.answered == 1)
        }
    }

    @Test("who still waits when the time is over is refused; who has the model keeps it")
    func refuseWaiting() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            let gate = Gate()
            async let running: Void = host.withModel { _, _ in gate.pass() }
            try await gate.someoneStands()
            let waiting = Task { try await host.withModel { _, _ in } }
            try await eventually { await host.status.waiting == 1 }
            await host.refuseWaiting()
            let error = await #expect(throws: ModelHostError.self) { try await waiting.value }
            if case .stopping = error {} else { Issue.record("another error") }
            gate.open()
            try await running
        }
    }

    @Test("finishing answers when what was accepted is done")
    func finish() async throws {
        let workshop = Workshop()
        try await workshop.withHost { host in
            let gate = Gate()
            async let running: Void = host.withModel { _, _ in gate.pass() }
            try await gate.someoneStands()
            async let end: Void = host.finish()
            try await eventually { await host.status.isStopping }
            await #expect(throws: ModelHostError.self) { try await host.checkAdmission() }
            gate.open()
            try await running
            await end
            #expect(workshop.unloadCount == 1)
        }
    }

    @Test("too little memory is found out before anything is loaded, and told to who asks")
    func tooLittleMemory() async throws {
        var files = groupTwo("/sys/fs/cgroup", max: "2000000000", current: 800_000_000)
        files["/proc/meminfo"] = meminfo(total: 24_000_000_000, available: 20_000_000_000)
        let machine = try MachineFolder(files)
        let budget = MemoryBudget(root: machine.url)
        let workshop = Workshop()
        workshop.beforeLoad.withLock { $0 = { try budget.require(3_600_000_000) } }
        try await workshop.withHost { host in
            let error = await #expect(throws: ModelHostError.self) { try await host.withModel { _, _ in } }
            let sentence = "\(error, default: "")"
            #expect(sentence.contains("The model needs about 3.6 GB"), "\(sentence)")
            #expect(sentence.contains("may take 1.2 GB more"), "\(sentence)")
            #expect(workshop.loadCount == 0)
            workshop.beforeLoad.withLock { $0 = { try budget.require(1_000_000_000) } }
            try await host.withModel { _, _ in }
            #expect(workshop.loadCount == 1)
        }
    }

    @Test("jobs of a shared model are begun in the order of arrival, however many may have it")
    func sharedInOrder() async throws {
        let workshop = Workshop()
        let gate = Gate()
        workshop.loadGate.withLock { $0 = gate }
        try await workshop.withHost(limits: .init(maxConcurrent: 8)) { host in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<12 {
                    // Each has its place before the next one comes; all wait for the model, which is being loaded.
                    group.addTask {
                        try await host.withQueueSlot { place in
                            try await place.withModel { _, _ in
                                workshop.log.withLock { $0.append(number) }
                                return number
                            } result: {
                                $0
                            }
                        }
                    }
                    try await eventually { await host.status.waiting == number + 1 }
                }
                gate.open()
                for try await _ in group {}
            }
            #expect(workshop.log.withLock { $0 } == Array(0..<12))
        }
    }
}
