import ModelHub
import Testing

@Suite("Trying again, and how fast it goes")
struct RetryPolicyTests {
    private let failure = TemporaryFailure(host: "h", reason: "r")

    @Test("five tries, with pauses that double")
    func pauses() {
        var budget = RetryPolicy()
        let pauses = (1...5).map { _ in budget.wait(after: failure) }
        #expect(pauses == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), nil])
    }

    @Test("a try that brought a lot begins the count anew, one that brought little does not")
    func success() {
        var budget = RetryPolicy()
        for _ in 1...20 {
            #expect(budget.wait(after: failure, bytes: RetryPolicy.successBytes) == .seconds(1))
        }
        #expect(budget.wait(after: failure, bytes: RetryPolicy.successBytes - 1) == .seconds(2))
        #expect(budget.wait(after: failure, bytes: -5) == .seconds(4))
    }

    @Test("what the server asks for goes before, within bounds")
    func retryAfter() {
        var budget = RetryPolicy()
        #expect(budget.wait(after: .init(host: "h", reason: "r", retryAfter: .seconds(9))) == .seconds(9))
        #expect(
            budget.wait(after: .init(host: "h", reason: "r", retryAfter: .seconds(9999))) == RetryPolicy.longestWait)
    }

    @Test("the rate is that of the last seconds")
    func rate() throws {
        var rate = TransferRate(window: .seconds(10))
        #expect(rate.bytesPerSecond(at: .zero) == nil)
        for second in 0..<100 { rate.add(1000, at: .seconds(second)) }
        #expect(abs(try #require(rate.bytesPerSecond(at: .seconds(99))) - 1000) < 1)
        for second in 100..<120 { rate.add(5000, at: .seconds(second)) }
        #expect(abs(try #require(rate.bytesPerSecond(at: .seconds(119))) - 5000) < 1)
        // Nothing comes any more: the rate falls.
        #expect(try #require(rate.bytesPerSecond(at: .seconds(219))) < 600)
    }

    @Test("many small parts are as fast as few large ones")
    func smallParts() throws {
        var rate = TransferRate()
        for part in 0..<10_000 { rate.add(10, at: .milliseconds(part)) }
        #expect(abs(try #require(rate.bytesPerSecond(at: .milliseconds(9_999))) - 10_000) < 500)
    }
}
