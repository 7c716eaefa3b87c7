import Eventually
import Serving
import Synchronization
import Testing

@Suite("Memory that goes back to the system")
struct MallocTrimmerTests {
    private static let megabyte = 1 << 20
    private func at(_ seconds: Int) -> ManualClock.Instant { .init(offset: .seconds(seconds)) }

    @Test("too little is kept; more goes after a quiet second, and only once")
    func quiet() {
        var schedule = TrimSchedule<ManualClock.Instant>()
        schedule.add(7 * Self.megabyte, at: at(0))
        #expect(schedule.due == nil)
        schedule.add(Self.megabyte, at: at(5))
        #expect(schedule.due == at(6))
        let early = schedule.take(at: at(5))
        schedule.add(Self.megabyte, at: at(6))
        let putOff = schedule.take(at: at(6))
        let quiet = schedule.take(at: at(7))
        let again = schedule.take(at: at(99))
        #expect([early, putOff, quiet, again] == [false, false, true, false])
        #expect(schedule.due == nil)
    }

    @Test("traffic that never rests puts it off for half a minute, not for ever")
    func busy() {
        var schedule = TrimSchedule<ManualClock.Instant>()
        for second in 0..<100 {
            schedule.add(10 * Self.megabyte, at: at(second))
            let isGivenBack = schedule.take(at: at(second))
            #expect(isGivenBack == (second % 31 == 30), "second \(second)")
        }
    }

    @Test("sizes that make no sense do not trap")
    func odd() {
        var schedule = TrimSchedule<ManualClock.Instant>()
        schedule.add(-5, at: at(0))
        #expect(schedule.due == nil)
        for _ in 0..<3 { schedule.add(Int.max, at: at(1)) }
        #expect(schedule.due == at(2))
    }

    @Test("storm after storm is given back, a second after its end")
    func storms() async throws {
        let clock = ManualClock()
        let count = Atomic(0)
        let trimmer = MallocTrimmer(clock: clock) { count.add(1, ordering: .relaxed) }
        let service = Task { try await trimmer.run() }
        for storm in 1...3 {
            for _ in 0..<900 { trimmer.add(200_000) }
            try await eventually { clock.sleepers == 1 }
            #expect(count.load(ordering: .relaxed) == storm - 1)
            clock.advance(by: .seconds(1))
            try await eventually { count.load(ordering: .relaxed) == storm }
            try await eventually { clock.sleepers == 0 }
        }
        service.cancel()
        _ = await service.result
    }
}
