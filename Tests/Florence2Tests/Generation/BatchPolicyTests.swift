import Florence2
import Testing

@Suite("When another picture may be looked at")
struct BatchPolicyTests {
    private let policy = BatchPolicy(maxBatch: 4)

    @Test("nobody is held up by more than what it has waited and computed")
    func accounts() {
        let looked = BatchPolicy.Account(computed: 1.2)
        #expect(policy.allows(seconds: 1.2, beams: 3, beside: [3], accounts: [looked]))
        #expect(!policy.allows(seconds: 1.3, beams: 3, beside: [3], accounts: [looked]))
        let heldUp = BatchPolicy.Account(computed: 1.3, heldUp: 1.2)
        #expect(!policy.allows(seconds: 1.2, beams: 3, beside: [3, 3], accounts: [heldUp, looked]))
        // Who has waited long loses little by it.
        let patient = BatchPolicy.Account(waited: 3, computed: 1.2, heldUp: 2.4)
        #expect(policy.allows(seconds: 1.2, beams: 3, beside: [3, 3, 3], accounts: [patient]))
        #expect(!policy.allows(seconds: 1.2, beams: 3, beside: [3, 3, 3], accounts: [patient, heldUp]))
    }

    @Test("no more are written than may be")
    func limit() {
        #expect(policy.allows(seconds: 0, beams: 3, beside: [3, 3, 3], accounts: []))
        #expect(!policy.allows(seconds: 0, beams: 3, beside: [3, 3, 3, 3], accounts: []))
        #expect(!policy.allows(seconds: 0, beams: 8, beside: [3, 3, 3], accounts: []))
        // One alone may always be begun.
        #expect(policy.allows(seconds: 9, beams: 64, beside: [], accounts: []))
    }

    /// Requests that come at once, played through: whoever is answered took at most twice as long, from its arrival,
    /// as one after the other would have taken it.
    @Test(arguments: [(1.2, 0.4), (1.2, 1.6), (0.3, 2.0), (2.0, 0.05)])
    func nobodyPaysMoreThanTwice(look: Double, write: Double) {
        let steps = 64
        var (now, begun) = (0.0, 0)
        var running: [(left: Int, account: BatchPolicy.Account, number: Int)] = []
        var finished: [Int: Double] = [:]
        while finished.count < 8 {
            if begun < 8,
                policy.allows(
                    seconds: look, beams: 1, beside: running.map { _ in 1 },
                    accounts: running.map(\.account))
            {
                for index in running.indices { running[index].account.heldUp += look }
                running.append((steps, .init(waited: now, computed: look), begun))
                begun += 1
                now += look
            } else {
                now += write / Double(steps)
                for index in running.indices {
                    running[index].left -= 1
                    running[index].account.computed += write / Double(steps)
                    if running[index].left == 0 { finished[running[index].number] = now }
                }
                running.removeAll { $0.left == 0 }
            }
        }
        for (number, time) in finished {
            #expect(time <= 2 * Double(number + 1) * (look + write) + 1e-9, "request \(number)")
        }
        #expect(now <= 8 * (look + write) + 1e-9)
    }
}
