import CaptionClient
import Testing

@Suite("ServerPool")
struct ServerPoolTests {
    private let start = ContinuousClock.now

    private func after(_ seconds: Double) -> ServerPool.Instant { start + .seconds(seconds) }

    @Test("the server with the fewest images in flight is next, up to its slots")
    func leastBusy() {
        var pool = ServerPool(count: 2, slots: 2, patience: nil)
        #expect((0..<4).map { _ in pool.take(now: start) } == [.use(0), .use(1), .use(0), .use(1)])
        #expect(pool.take(now: start) == .wait(until: nil))
        pool.giveBack(1, .answered(.null), now: start)
        #expect(pool.take(now: start) == .use(1))
    }

    @Test("a busy server rests as long as it said, then one request tries it, then it has all its slots")
    func busy() {
        var pool = ServerPool(count: 1, slots: 2, patience: nil)
        #expect(pool.take(now: start) == .use(0))
        #expect(pool.take(now: start) == .use(0))
        pool.giveBack(0, .busy("Later.", retryAfter: .seconds(7)), now: start)
        pool.giveBack(0, .busy("Later.", retryAfter: .seconds(3)), now: start)
        #expect(pool.take(now: after(6)) == .wait(until: after(7)))
        #expect(pool.take(now: after(7)) == .use(0))
        #expect(pool.take(now: after(7)) == .wait(until: nil))
        pool.giveBack(0, .answered(.null), now: after(8))
        #expect(pool.take(now: after(8)) == .use(0))
        #expect(pool.take(now: after(8)) == .use(0))
    }

    @Test("a server that is away rests longer each time, up to five seconds")
    func backOff() {
        var pool = ServerPool(count: 1, slots: 1, patience: nil)
        #expect(pool.take(now: start) == .use(0))
        pool.giveBack(0, .answered(.null), now: start)
        var now = start
        var rests: [Duration] = []
        for _ in 0..<10 {
            #expect(pool.take(now: now) == .use(0))
            pool.giveBack(0, .unreachable("Away."), now: now)
            guard case .wait(let until?) = pool.take(now: now) else { break }
            rests.append(until - now)
            now = until
        }
        #expect(rests == [0.5, 1, 2, 4, 5, 5, 5, 5, 5, 5].map { .seconds($0) })
    }

    @Test("a server without a model is asked as often as it says, until patience with it is over")
    func noModel() {
        var pool = ServerPool(count: 1, slots: 1, patience: .seconds(30))
        for time in [0.0, 12, 24] {
            #expect(pool.take(now: after(time)) == .use(0))
            pool.giveBack(0, .noModel("No hub.", retryAfter: .seconds(12)), now: after(time))
            #expect(pool.take(now: after(time)) == .wait(until: after(time + 12)))
        }
        #expect(pool.take(now: after(36)) == .use(0))
        pool.giveBack(0, .noModel("No hub.", retryAfter: .seconds(12)), now: after(36))
        #expect(pool.take(now: after(36)) == .over(["No hub."], mayPass: true))
    }

    @Test("a download that goes on is progress, and patience begins anew")
    func progress() {
        var pool = ServerPool(count: 1, slots: 1, patience: .seconds(30))
        for time in [0.0, 40, 80] {
            #expect(pool.take(now: after(time)) == .use(0))
            pool.giveBack(0, .noModel("No hub.", retryAfter: .seconds(20)), now: after(time))
            #expect(pool.take(now: after(time + 20)) == .use(0))
            pool.giveBack(0, .busy("120 of 3290 MB.", retryAfter: .seconds(20)), now: after(time + 20))
        }
    }

    @Test("a question that all servers refuse will be refused again; one server that is only away may take it")
    func misasked() {
        for (other, mayPass) in [
            (Reply.misasked("B knows no such prompt."), false), (.unusable("B wants a key."), true),
        ] {
            var pool = ServerPool(count: 2, slots: 1, patience: .zero)
            #expect(pool.take(now: start) == .use(0))
            #expect(pool.take(now: start) == .use(1))
            pool.giveBack(0, .misasked("A knows no such prompt."), now: start)
            pool.giveBack(1, other, now: start)
            #expect(
                pool.take(now: start) == .over(["A knows no such prompt.", other.sentence], mayPass: mayPass))
        }
    }

    @Test("servers that were never reached end it when all were tried; one that answers is enough")
    func neverReached() {
        var pool = ServerPool(count: 2, slots: 1, patience: .seconds(60))
        #expect(pool.take(now: start) == .use(0))
        #expect(pool.take(now: start) == .use(1))
        pool.giveBack(0, .unreachable("A is away."), now: start)
        #expect(pool.take(now: start) == .wait(until: after(0.5)))
        pool.giveBack(1, .unreachable("B is away."), now: start)
        #expect(pool.take(now: start) == .over(["A is away.", "B is away."], mayPass: true))
    }

    /// Lets a pool of servers that were reached at the start ask them until it gives up, or until then.
    /// - Parameter reply: what a server says at a second.
    /// - Returns: the second of the end; `nil` when it has not come.
    private func end(_ count: Int, until: Double, _ reply: (Int, Double) -> Reply) -> Double? {
        var pool = ServerPool(count: count, slots: 1, patience: .seconds(30))
        var second = 0.0
        for index in 0..<count {
            #expect(pool.take(now: start) == .use(index))
        }
        for index in 0..<count { pool.giveBack(index, .answered(.null), now: start) }
        while second < until {
            switch pool.take(now: after(second)) {
            case .use(let index):
                let said = reply(index, second)
                pool.giveBack(index, said, now: after(second))
                if case .answered = said { second += 0.5 }
            case .wait: second += 0.5
            case .over: return second
            }
        }
        return nil
    }

    @Test("the run ends when no server has taken a connection for 30 seconds, and after a last try")
    func patience() {
        let away = Reply.unreachable("Away.")
        let one = end(1, until: 1000) { _, second in second < 10 ? .answered(.null) : away }
        #expect((40.0...45.5).contains(one ?? 0), "\(one ?? 0)")
        let two = end(2, until: 1000) { index, second in second < (index == 0 ? 5 : 20) ? .answered(.null) : away }
        #expect((50.0...55.5).contains(two ?? 0), "\(two ?? 0)")
    }

    @Test("a server that is restarted, one of two that is away, and connections that are cut are no reason to end")
    func goesOn() {
        let away = Reply.unreachable("Away.")
        let restarted = end(1, until: 300) { _, second in
            second.truncatingRemainder(dividingBy: 40) < 24 ? away : .answered(.null)
        }
        #expect(restarted == nil)
        #expect(end(2, until: 300) { index, _ in index == 1 ? away : .answered(.null) } == nil)
        #expect(end(1, until: 300) { _, _ in .lost("Cut.") } == nil)
        #expect(end(1, until: 300) { _, _ in .busy("Busy.", retryAfter: .seconds(60)) } == nil)
    }

    @Test("a first connection that is cut is no reason to end, either")
    func cutAtFirst() {
        var pool = ServerPool(count: 1, slots: 1, patience: .seconds(30))
        #expect(pool.take(now: start) == .use(0))
        pool.giveBack(0, .lost("Cut."), now: start)
        #expect(pool.take(now: start) == .wait(until: after(0.5)))
        #expect(pool.take(now: after(0.5)) == .use(0))
    }

    @Test("a server that would refuse every image is dropped for good")
    func unusable() {
        var pool = ServerPool(count: 2, slots: 2, patience: nil)
        #expect(pool.take(now: start) == .use(0))
        #expect(pool.take(now: start) == .use(1))
        #expect(pool.take(now: start) == .use(0))
        pool.giveBack(0, .unusable("A wants a key."), now: start)
        pool.giveBack(0, .answered(.null), now: start)
        #expect(pool.take(now: after(1000)) == .use(1))
        pool.giveBack(1, .unusable("B wants a key."), now: after(1000))
        pool.giveBack(1, .busy("Later.", retryAfter: .seconds(1)), now: after(1000))
        #expect(pool.take(now: after(2000)) == .over(["A wants a key.", "B wants a key."], mayPass: true))
    }
}
