import CaptionClient
import Testing

@Suite("AdaptiveLimit")
struct AdaptiveLimitTests {
    private let start = ContinuousClock.now

    /// A server that works at so many images at once, a second each, and lets the others wait; answers the limit that was
    /// found, and the answers a second of the last half.
    private func simulate(_ workers: Int, answers: Int = 4000) -> (limit: Int, rate: Double) {
        var limit = AdaptiveLimit(start: 2, most: 64)
        var free = Array(repeating: 0.0, count: workers)
        var ends: [Double] = []
        var (now, half) = (0.0, 0.0)
        for count in 0..<answers {
            while ends.count < limit.value {
                let worker = free.indices.min { free[$0] < free[$1] } ?? 0
                free[worker] = max(free[worker], now) + 1
                ends.append(free[worker])
            }
            now = ends.min() ?? now
            ends.remove(at: ends.firstIndex(of: now) ?? 0)
            limit.answered(now: start + .seconds(now))
            if count == answers / 2 { half = now }
        }
        return (limit.value, Double(answers / 2) / (now - half))
    }

    @Test("a server is kept busy, and is not sent much more than it works at", arguments: [1, 2, 3, 5, 8, 13, 32, 60])
    func finds(workers: Int) {
        let (limit, rate) = simulate(workers)
        #expect(limit <= max(4, workers * 4) && limit <= 64)
        #expect(rate > Double(workers) * 0.9, "\(limit): \(rate)")
    }

    @Test("a server that has no room gets half, and never none")
    func refused() {
        var limit = AdaptiveLimit(start: 16, most: 64)
        for expected in [8, 4, 2, 1, 1] {
            limit.refused()
            #expect(limit.value == expected)
        }
    }

    @Test("whatever comes, the limit is from 1 to the most")
    func random() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let most = Int.random(in: 1...64, using: &random)
            var limit = AdaptiveLimit(start: Int.random(in: 0...80, using: &random), most: most)
            var now = start
            for _ in 0..<2000 {
                now += .milliseconds(Int.random(in: 0...500, using: &random))
                if Int.random(in: 0..<40, using: &random) == 0 { limit.refused() } else { limit.answered(now: now) }
                #expect((1...most).contains(limit.value))
            }
        }
    }
}
