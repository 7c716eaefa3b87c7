import Serving
import Testing

@Suite("The host's decisions")
struct StateMachineTests {
    typealias Machine = ModelHost<Workshop.Runner, ManualClock>.StateMachine

    private static func at(_ seconds: Int) -> ManualClock.Instant {
        .init(offset: .seconds(seconds))
    }

    private func at(_ seconds: Int) -> ManualClock.Instant { Self.at(seconds) }

    private func machine(
        _ keepAlive: KeepAlive = .lasting(.seconds(300)), maxQueued: Int = 64, maxQueuedBytes: Int = 1000,
        maxWait: Duration? = .seconds(600)
    ) -> Machine {
        let limits = ModelHostLimits(
            keepAlive: keepAlive, maxQueued: maxQueued, maxQueuedBytes: maxQueuedBytes, maxWait: maxWait)
        return Machine(limits: limits, at: at(0))
    }

    /// A machine whose model is loaded at second zero and lent to ticket 1, with the other requests waiting.
    private func lent(_ machine: Machine, waiting: [UInt64] = []) -> Machine {
        var machine = machine
        for ticket in [1] + waiting { _ = machine.request(ticket, at: at(0)) }
        _ = machine.handle(.loaded, at: at(0))
        return machine
    }

    /// A machine whose model is idle since second zero.
    private func idle(_ machine: Machine) -> Machine {
        var machine = lent(machine)
        _ = machine.giveBack(nil, at: at(0))
        return machine
    }

    @Test("the first request loads, the next ones wait for the same load")
    func oneLoad() {
        var machine = machine()
        #expect(machine.request(1, at: at(0)) == [.load])
        #expect(machine.request(2, at: at(0)) == [])
        #expect(machine.handle(.loaded, at: at(1)) == [.admit(1)])
        #expect(machine.request(3, at: at(1)) == [])
        #expect(machine.giveBack(nil, at: at(2)) == [.admit(2)])
        #expect(machine.giveBack(nil, at: at(3)) == [.admit(3)])
        #expect(machine.phase == .inUse([3]))
    }

    @Test("a request that is still being prepared wakes no model; those that are ready pass it")
    func preparing() {
        var machine = machine()
        #expect(machine.handle(.arrived(1, bytes: 5), at: at(0)) == [])
        #expect(machine.phase == .unloaded)
        #expect(machine.request(2, at: at(0)) == [.load])
        #expect(machine.handle(.loaded, at: at(1)) == [.admit(2)])
        #expect(machine.request(3, at: at(1)) == [])
        #expect(machine.deadline(at: at(1)) == at(601))
        // Once it is ready it is the first again.
        #expect(machine.handle(.ready(1, bytes: 5), at: at(2)) == [])
        #expect(machine.giveBack(nil, at: at(3)) == [.admit(1)])
        #expect(machine.giveBack(nil, at: at(4)) == [.admit(3)])
    }

    @Test("a request that is still being prepared keeps an idle model; when it leaves, what was put off is done")
    func preparingKeepsTheModel() {
        var machine = idle(machine(.lasting(.seconds(5))))
        _ = machine.handle(.arrived(2, bytes: 0), at: at(1))
        #expect(machine.deadline(at: at(2)) == nil)
        #expect(machine.handle(.unloadRequested, at: at(2)) == [])
        #expect(machine.handle(.left(2), at: at(9)) == [.unload])
    }

    @Test("a failed load answers all who wait, and the next request tries again")
    func failedLoad() {
        var machine = machine()
        _ = machine.request(1, at: at(0))
        _ = machine.request(2, at: at(0))
        #expect(machine.handle(.loadFailed, at: at(1)) == [.refuse([1, 2], .loadFailed)])
        #expect(machine.hasFailed(at: at(30)))
        #expect(!machine.hasFailed(at: at(31)), "a load balancer must give it work again some day")
        #expect(machine.request(3, at: at(2)) == [.load])
        #expect(!machine.hasFailed(at: at(3)))
    }

    @Test("the model goes when it was idle for the whole time-out")
    func idleUnload() {
        var machine = lent(machine())
        #expect(machine.giveBack(nil, at: at(10)) == [])
        #expect(machine.deadline(at: at(10)) == at(310))
        #expect(machine.handle(.timerFired, at: at(309)) == [])
        #expect(machine.handle(.timerFired, at: at(310)) == [.unload])
        #expect(machine.handle(.unloaded, at: at(311)) == [])
        #expect(machine.phase == .unloaded)
        #expect(machine.deadline(at: at(312)) == nil)
    }

    @Test("use in between prolongs its life; a timer that fires meanwhile changes nothing")
    func useProlongs() {
        var machine = idle(machine())
        #expect(machine.request(2, at: at(200)) == [.admit(2)])
        #expect(machine.handle(.timerFired, at: at(300)) == [])
        #expect(machine.giveBack(nil, at: at(400)) == [])
        #expect(machine.deadline(at: at(400)) == at(700))
    }

    @Test("a request during the unloading loads anew")
    func arrivalWhileUnloading() {
        var machine = idle(machine())
        #expect(machine.handle(.timerFired, at: at(300)) == [.unload])
        #expect(machine.request(2, at: at(300)) == [])
        #expect(machine.handle(.unloaded, at: at(301)) == [.load])
        #expect(machine.handle(.loaded, at: at(302)) == [.admit(2)])
    }

    @Test("who goes on waits behind the others and keeps the model; once all are sent away it finds no place")
    func goesOn() {
        var machine = lent(machine(.lasting(.zero)), waiting: [2])
        #expect(machine.handle(.goesOn(1, bytes: 7), at: at(1)) == [])
        #expect(machine.queue.tickets == [2, 1] && machine.queue.entries.last?.isReady == false)
        #expect(machine.giveBack(nil, at: at(1)) == [.admit(2)])
        #expect(machine.handle(.released(2, nil), at: at(2)) == [])
        #expect(machine.phase == .idle(since: at(2)))
        #expect(machine.handle(.ready(1, bytes: 5), at: at(3)) == [.admit(1)])
        // Who has not got the model has no claim to it.
        #expect(machine.handle(.goesOn(9, bytes: 7), at: at(3)) == [] && machine.queue.isEmpty)
        var ended = machine
        #expect(machine.handle(.released(1, nil), at: at(4)) == [.unload])
        _ = ended.handle(.ended, at: at(4))
        #expect(ended.handle(.goesOn(1, bytes: 7), at: at(4)) == [] && ended.queue.isEmpty)
        #expect(ended.handle(.ready(1, bytes: 5), at: at(4)) == [.refuse([1], .stopping)])
    }

    @Test("zero lets the model go once nobody waits; for ever keeps it")
    func zeroAndForever() {
        var eager = lent(machine(.lasting(.zero)), waiting: [2])
        #expect(eager.giveBack(nil, at: at(1)) == [.admit(2)])
        #expect(eager.giveBack(nil, at: at(2)) == [.unload])
        var keeper = lent(machine(.forever))
        #expect(keeper.giveBack(nil, at: at(1)) == [])
        #expect(keeper.phase == .idle(since: at(1)))
        #expect(keeper.deadline(at: at(1)) == nil)
    }

    @Test("a request's keep-alive holds until the next use")
    func keepAliveOfARequest() {
        var machine = lent(machine())
        #expect(machine.giveBack(.lasting(.seconds(10)), at: at(0)) == [])
        #expect(machine.deadline(at: at(0)) == at(10))
        _ = machine.request(2, at: at(5))
        #expect(machine.giveBack(nil, at: at(6)) == [])
        #expect(machine.deadline(at: at(6)) == at(306))
        _ = machine.request(3, at: at(7))
        #expect(machine.giveBack(.lasting(.zero), at: at(8)) == [.unload])
    }

    @Test("one who leaves the queue is dropped; one who has the model, or is unknown, is not")
    func leaving() {
        var machine = lent(machine(), waiting: [2, 3])
        #expect(machine.handle(.left(2), at: at(0)) == [.drop(2)])
        #expect(machine.handle(.left(2), at: at(0)) == [])
        #expect(machine.handle(.left(1), at: at(0)) == [])
        #expect(machine.giveBack(nil, at: at(1)) == [.admit(3)])
    }

    @Test("a load goes on when all who waited for it have left")
    func loadWithoutWaiters() {
        var machine = machine()
        _ = machine.request(1, at: at(0))
        #expect(machine.handle(.left(1), at: at(0)) == [.drop(1)])
        #expect(machine.handle(.loaded, at: at(5)) == [])
        #expect(machine.deadline(at: at(5)) == at(305))
    }

    @Test("beyond the number or the bytes that may wait, newcomers are refused")
    func fullLine() {
        var machine = lent(machine(maxQueued: 2, maxQueuedBytes: 100))
        #expect(machine.handle(.arrived(2, bytes: 60), at: at(0)) == [])
        #expect(machine.handle(.arrived(3, bytes: 60), at: at(0)) == [.refuse([3], .overloaded)])
        #expect(machine.handle(.ready(2, bytes: 10), at: at(0)) == [])
        #expect(machine.handle(.arrived(4, bytes: 60), at: at(0)) == [])
        #expect(machine.queue.bytes == 70)
        #expect(machine.isFull)
        #expect(machine.handle(.arrived(5, bytes: 0), at: at(0)) == [.refuse([5], .overloaded)])
        #expect(machine.giveBack(nil, at: at(1)) == [.admit(2)])
        #expect(!machine.isFull)
        #expect(machine.queue.bytes == 60)
    }

    @Test("a single request is let in however large it is")
    func oneLargeRequest() {
        var machine = machine(maxQueuedBytes: 100)
        #expect(machine.handle(.arrived(1, bytes: 500), at: at(0)) == [])
        #expect(machine.handle(.arrived(2, bytes: 1), at: at(0)) == [.refuse([2], .overloaded)])
    }

    @Test("a wait counts only while the model is loaded, and ends with a refusal")
    func waitingTooLong() {
        var machine = machine(maxWait: .seconds(600))
        _ = machine.request(1, at: at(0))
        _ = machine.request(2, at: at(0))
        #expect(machine.deadline(at: at(1)) == nil)
        #expect(machine.handle(.timerFired, at: at(2000)) == [])
        #expect(machine.handle(.loaded, at: at(2000)) == [.admit(1)])
        _ = machine.request(3, at: at(2100))
        #expect(machine.deadline(at: at(2100)) == at(2600))
        #expect(machine.handle(.timerFired, at: at(2599)) == [])
        #expect(machine.handle(.timerFired, at: at(2600)) == [.refuse([2], .waitedTooLong)])
        #expect(machine.deadline(at: at(2600)) == at(2700))
        #expect(machine.giveBack(nil, at: at(2650)) == [.admit(3)])
    }

    @Test("an unload that is asked for waits until nobody needs the model")
    func unloadRequested() {
        var resting = idle(machine())
        #expect(resting.handle(.unloadRequested, at: at(1)) == [.unload])
        var busy = lent(machine(), waiting: [2])
        #expect(busy.handle(.unloadRequested, at: at(1)) == [])
        #expect(busy.giveBack(nil, at: at(2)) == [.admit(2)])
        #expect(busy.giveBack(nil, at: at(3)) == [.unload])
        #expect(busy.handle(.unloaded, at: at(4)) == [])
        #expect(busy.request(3, at: at(5)) == [.load])
        #expect(busy.handle(.loaded, at: at(6)) == [.admit(3)])
        #expect(busy.giveBack(nil, at: at(7)) == [])
        var empty = machine()
        #expect(empty.handle(.unloadRequested, at: at(1)) == [])
        #expect(empty.phase == .unloaded)
    }

    @Test("an unload that was asked for and not had yet can be taken back")
    func unloadWithdrawn() {
        var busy = lent(machine())
        _ = busy.handle(.unloadRequested, at: at(1))
        #expect(busy.handle(.unloadWithdrawn, at: at(2)) == [])
        #expect(busy.giveBack(nil, at: at(3)) == [])
        #expect(busy.phase == .idle(since: at(3)))
    }

    @Test("stopping refuses newcomers, finishes what was accepted, then lets the model go")
    func stop() {
        var machine = lent(machine(), waiting: [2])
        _ = machine.handle(.arrived(3, bytes: 0), at: at(0))
        #expect(machine.handle(.stop, at: at(0)) == [])
        #expect(machine.handle(.arrived(4, bytes: 0), at: at(0)) == [.refuse([4], .stopping)])
        #expect(machine.giveBack(nil, at: at(1)) == [.admit(2)])
        #expect(machine.giveBack(nil, at: at(2)) == [])
        #expect(machine.handle(.ready(3, bytes: 0), at: at(3)) == [.admit(3)])
        #expect(machine.giveBack(nil, at: at(4)) == [.unload])
        #expect(!machine.isStopped)
        #expect(machine.handle(.unloaded, at: at(5)) == [])
        #expect(machine.isStopped)
    }

    @Test("stopping an idle host unloads, an empty one is stopped at once")
    func stopAtRest() {
        var resting = idle(machine())
        #expect(resting.handle(.stop, at: at(1)) == [.unload])
        var empty = machine(.forever)
        #expect(empty.handle(.stop, at: at(0)) == [])
        #expect(empty.isStopped)
    }

    @Test("when the service has ended nobody waits for ever")
    func ended() {
        var machine = machine()
        _ = machine.request(1, at: at(0))
        _ = machine.handle(.arrived(2, bytes: 0), at: at(0))
        #expect(machine.handle(.ended, at: at(0)) == [.refuse([1], .stopping)])
        #expect(machine.handle(.ready(2, bytes: 0), at: at(0)) == [.refuse([2], .stopping)])
        #expect(machine.handle(.arrived(3, bytes: 0), at: at(0)) == [.refuse([3], .stopping)])
    }

    @Test("as many have the model as may, the first of those that are ready, and it goes when the last gives it back")
    func lentToSeveral() {
        var machine = Machine(limits: .init(keepAlive: .lasting(.zero), maxConcurrent: 2), at: at(0))
        for ticket in 1...4 as ClosedRange<UInt64> { _ = machine.handle(.arrived(ticket, bytes: 0), at: at(0)) }
        #expect(machine.handle(.ready(1, bytes: 0), at: at(0)) == [.load])
        #expect(machine.handle(.ready(3, bytes: 0), at: at(0)) == [])
        #expect(machine.handle(.loaded, at: at(1)) == [.admit(1), .admit(3)])
        #expect(machine.handle(.ready(4, bytes: 0), at: at(2)) == [])
        #expect(machine.handle(.ready(2, bytes: 0), at: at(2)) == [])
        #expect(machine.holders == [1, 3])
        // The fourth was ready before the second, which came earlier.
        #expect(machine.handle(.released(3, nil), at: at(3)) == [.admit(2)])
        #expect(machine.handle(.left(4), at: at(3)) == [.drop(4)])
        #expect(machine.handle(.released(1, nil), at: at(4)) == [])
        #expect(machine.handle(.released(2, nil), at: at(5)) == [.unload])
    }
}

extension ModelHost.StateMachine {
    /// A request that needs no preparing.
    mutating func request(_ ticket: UInt64, at now: C.Instant) -> [Action] {
        let refusals = handle(.arrived(ticket, bytes: 0), at: now)
        return refusals.isEmpty ? handle(.ready(ticket, bytes: 0), at: now) : refusals
    }

    /// The first of those who have the model gives it back.
    fileprivate mutating func giveBack(_ keepAlive: KeepAlive?, at now: C.Instant) -> [Action] {
        handle(.released(holders.min() ?? 0, keepAlive), at: now)
    }
}
