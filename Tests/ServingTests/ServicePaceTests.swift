import Serving
import Testing

@Suite("How long one request takes")
struct ServicePaceTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("one after the other: the time between, idle time not counted")
    func alone() {
        var pace = ServicePace(at: start)
        #expect(pace.perRequest == nil && pace.secondsToWait(behind: 10) == 5)
        for round in 0..<10 {
            pace.began(at: at(Double(round) * 100))
            pace.ended(at: at(Double(round) * 100 + 3))
        }
        #expect(pace.perRequest == .seconds(3))
        #expect(pace.secondsToWait(behind: 4) == 12)
    }

    @Test("those that are served together share the time")
    func together() {
        var pace = ServicePace(at: start)
        for round in 0..<2 {
            for _ in 0..<8 { pace.began(at: at(Double(round) * 16)) }
            for _ in 0..<8 { pace.ended(at: at(Double(round) * 16 + 16)) }
        }
        #expect(pace.perRequest == .seconds(2))
    }

    @Test("what has been long ago is forgotten")
    func moving() {
        var pace = ServicePace(at: start)
        for round in 0..<50 {
            pace.began(at: at(Double(round) * 10))
            pace.ended(at: at(Double(round) * 10 + (round < 20 ? 9 : 1)))
        }
        #expect(pace.perRequest == .seconds(1))
    }

    @Test("the estimate is from 1 to 60 whole seconds, whatever comes")
    func limits() {
        var pace = ServicePace(at: start)
        pace.began(at: start)
        pace.ended(at: at(2.5))
        #expect([0, 1, 2, 24, 25, 10_000].map { pace.secondsToWait(behind: $0) } == [1, 3, 5, 60, 60, 60])
        #expect([0, -1, .nan, 0.2, 1.01, 59.2, .infinity].map(wholeSeconds) == [1, 1, 1, 1, 2, 60, 60])
    }
}
