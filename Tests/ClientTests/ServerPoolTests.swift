import CaptionClient
import Testing

@Suite("ServerPool")
struct ServerPoolTests {
    private let start = ContinuousClock.now

    private func after(_ seconds: Double) -> ServerPool.Instant { start + .seconds(seconds) }

    @Test("the server with the fewest pictures in flight is next, up to its slots")
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

    @Test("a server that is away rests longer each time, up to half a minute")
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
        #expect(rests == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30].map { .seconds($0) })
    }

    @Test("servers that were never reached end it when all were tried; one that answers is enough")
    func neverReached() {
        var pool = ServerPool(count: 2, slots: 1, patience: .seconds(60))
        #expect(pool.take(now: start) == .use(0))
        #expect(pool.take(now: start) == .use(1))
        pool.giveBack(0, .unreachable("A is away."), now: start)
        #expect(pool.take(now: start) == .wait(until: after(0.5)))
        pool.giveBack(1, .unreachable("B is away."), now: start)
        #expect(pool.take(now: start) == .over(["A is away.", "B is away."]))
    }

    @Test("once a server was reached, patience counts from when the last one went")
    func patience() {
        var pool = ServerPool(count: 2, slots: 1, patience: .seconds(60))
        #expect(pool.take(now: start) == .use(0))
        pool.giveBack(0, .answered(.null), now: start)
        #expect(pool.take(now: start) == .use(0))
        #expect(pool.take(now: start) == .use(1))
        pool.giveBack(0, .lost("A is away."), now: start)
        pool.giveBack(1, .lost("B is away."), now: after(40))
        #expect(pool.take(now: after(99)) == .use(0))
        pool.giveBack(0, .busy("A is busy.", retryAfter: .seconds(1)), now: after(99))
        #expect(pool.take(now: after(110)) == .use(0))
        pool.giveBack(0, .unreachable("A is away."), now: after(110))
        #expect(pool.take(now: after(169)) == .use(0))
        #expect(pool.take(now: after(170)) == .over(["A is away.", "B is away."]))
    }

    @Test("a server that would refuse every picture is dropped for good")
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
        #expect(pool.take(now: after(2000)) == .over(["A wants a key.", "B wants a key."]))
    }
}
