import Serving
import Testing

@Suite("The host's decisions")
struct StateMachineTests {
    typealias Machine = ModelHost<Tool, ManualClock>.StateMachine

    private func at(_ seconds: Int) -> ManualClock.Instant {
        .init(offset: .seconds(seconds))
    }

    /// A machine that was given these events, all at second zero.
    private func machine(after events: [Machine.Event], idleTimeout: Duration? = .seconds(300)) -> Machine {
        var machine = Machine(idleTimeout: idleTimeout)
        for event in events { _ = machine.handle(event, at: at(0)) }
        return machine
    }

    @Test("the first request loads, the next ones wait for the same load")
    func oneLoad() {
        var machine = Machine(idleTimeout: .seconds(300))
        #expect(machine.handle(.arrived(1), at: at(0)) == .load)
        #expect(machine.handle(.arrived(2), at: at(0)) == .none)
        #expect(machine.handle(.loaded, at: at(1)) == .lend(1))
        #expect(machine.handle(.arrived(3), at: at(1)) == .none)
        #expect(machine.handle(.returned, at: at(2)) == .lend(2))
        #expect(machine.handle(.returned, at: at(3)) == .lend(3))
        #expect(machine.phase == .lent(3))
    }

    @Test("a failed load answers all who wait, and the next request tries again")
    func failedLoad() {
        var machine = machine(after: [.arrived(1), .arrived(2)])
        #expect(machine.handle(.loadFailed, at: at(1)) == .refuse([1, 2]))
        #expect(machine.handle(.arrived(3), at: at(2)) == .load)
    }

    @Test("the model goes when it was idle for the whole time-out")
    func idleUnload() {
        var machine = machine(after: [.arrived(1), .loaded])
        #expect(machine.handle(.returned, at: at(10)) == .wake(at: at(310)))
        #expect(machine.handle(.timerFired, at: at(310)) == .unload)
        #expect(machine.handle(.unloaded, at: at(311)) == .none)
        #expect(machine.phase == .unloaded)
    }

    @Test("use in between prolongs its life, with one timer only")
    func useProlongs() {
        var machine = machine(after: [.arrived(1), .loaded])
        #expect(machine.handle(.returned, at: at(0)) == .wake(at: at(300)))
        #expect(machine.handle(.arrived(2), at: at(200)) == .lend(2))
        #expect(machine.handle(.returned, at: at(210)) == .none)
        #expect(machine.handle(.timerFired, at: at(300)) == .wake(at: at(510)))
        #expect(machine.handle(.timerFired, at: at(510)) == .unload)
    }

    @Test("a timer that fires while the model is lent changes nothing")
    func timerWhileLent() {
        var machine = machine(after: [.arrived(1), .loaded, .returned])
        #expect(machine.handle(.arrived(2), at: at(299)) == .lend(2))
        #expect(machine.handle(.timerFired, at: at(300)) == .none)
        #expect(machine.handle(.returned, at: at(400)) == .wake(at: at(700)))
    }

    @Test("a request during the unloading loads anew")
    func arrivalWhileUnloading() {
        var machine = machine(after: [.arrived(1), .loaded, .returned])
        #expect(machine.handle(.timerFired, at: at(300)) == .unload)
        #expect(machine.handle(.arrived(2), at: at(300)) == .none)
        #expect(machine.handle(.unloaded, at: at(301)) == .load)
        #expect(machine.handle(.loaded, at: at(302)) == .lend(2))
    }

    @Test("zero lets the model go once nobody waits; no time-out keeps it")
    func zeroAndNever() {
        var eager = machine(after: [.arrived(1), .arrived(2), .loaded], idleTimeout: .zero)
        #expect(eager.handle(.returned, at: at(1)) == .lend(2))
        #expect(eager.handle(.returned, at: at(2)) == .unload)
        var keeper = machine(after: [.arrived(1), .loaded], idleTimeout: nil)
        #expect(keeper.handle(.returned, at: at(1)) == .none)
        #expect(keeper.phase == .idle(since: at(1)))
    }

    @Test("one who leaves the queue is dropped; one who has the model, or is unknown, is not")
    func leaving() {
        var machine = machine(after: [.arrived(1), .arrived(2), .arrived(3), .loaded])
        #expect(machine.handle(.left(2), at: at(0)) == .drop(2))
        #expect(machine.handle(.left(2), at: at(0)) == .none)
        #expect(machine.handle(.left(1), at: at(0)) == .none)
        #expect(machine.handle(.returned, at: at(1)) == .lend(3))
    }

    @Test("a load goes on when all who waited for it have left")
    func loadWithoutWaiters() {
        var machine = machine(after: [.arrived(1), .left(1)])
        #expect(machine.handle(.loaded, at: at(5)) == .wake(at: at(305)))
    }

    @Test("stopping refuses newcomers, finishes what was accepted, then lets the model go")
    func stop() {
        var machine = machine(after: [.arrived(1), .arrived(2), .loaded])
        #expect(machine.handle(.stop, at: at(0)) == .none)
        #expect(machine.handle(.arrived(3), at: at(0)) == .refuse([3]))
        #expect(machine.handle(.returned, at: at(1)) == .lend(2))
        #expect(machine.handle(.returned, at: at(2)) == .unload)
        #expect(!machine.isStopped)
        #expect(machine.handle(.unloaded, at: at(3)) == .none)
        #expect(machine.isStopped)
    }

    @Test("stopping an idle host unloads, an empty one is stopped at once")
    func stopAtRest() {
        var idle = machine(after: [.arrived(1), .loaded, .returned])
        #expect(idle.handle(.stop, at: at(1)) == .unload)
        var empty = Machine(idleTimeout: nil)
        #expect(empty.handle(.stop, at: at(0)) == .none)
        #expect(empty.isStopped)
    }

    @Test("when the service has ended nobody waits for ever")
    func ended() {
        var machine = machine(after: [.arrived(1), .arrived(2)])
        #expect(machine.handle(.ended, at: at(0)) == .refuse([1, 2]))
        #expect(machine.handle(.arrived(3), at: at(0)) == .refuse([3]))
    }
}
