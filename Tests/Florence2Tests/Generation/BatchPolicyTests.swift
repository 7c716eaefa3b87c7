import Florence2
import Testing

@Suite("When another picture may be looked at")
struct BatchPolicyTests {
    private let policy = BatchPolicy(maxBatch: 4)

    @Test("nobody is held up for longer than it would have taken one after the other")
    func accounts() {
        let looked = BatchPolicy.Account(computed: 1.2)
        #expect(policy.allows(seconds: 1.2, beams: 3, beside: [3], accounts: [looked]))
        #expect(!policy.allows(seconds: 1.3, beams: 3, beside: [3], accounts: [looked]))
        let heldUp = BatchPolicy.Account(computed: 1.3, heldUp: 1.2)
        #expect(!policy.allows(seconds: 1.2, beams: 3, beside: [3, 3], accounts: [heldUp, looked]))
        // Who would have waited longer for those before it loses little by it.
        let patient = BatchPolicy.Account(waited: 3, ahead: 3, computed: 1.2, heldUp: 2.4)
        #expect(policy.allows(seconds: 1.2, beams: 3, beside: [3, 3, 3], accounts: [patient]))
        #expect(!policy.allows(seconds: 1.2, beams: 3, beside: [3, 3, 3], accounts: [patient, heldUp]))
        // Nobody joins for the last steps of an answer.
        let nearlyWritten = BatchPolicy.Account(computed: 2.8, written: 1.5, heldUp: 1.3)
        #expect(policy.allows(seconds: 0.9, beams: 3, beside: [3], accounts: [nearlyWritten]))
        #expect(!policy.allows(seconds: 1.1, beams: 3, beside: [3], accounts: [nearlyWritten]))
        // Who has been begun early has lost nothing yet.
        let early = BatchPolicy.Account(waited: 1, ahead: 3, computed: 1, heldUp: 2)
        #expect(policy.allows(seconds: 4, beams: 3, beside: [3, 3], accounts: [early]))
        #expect(!policy.allows(seconds: 4.5, beams: 3, beside: [3, 3], accounts: [early]))
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
        var ahead = Array(repeating: 0.0, count: 8)
        var running: [(left: Int, account: BatchPolicy.Account, number: Int)] = []
        var finished: [Int: Double] = [:]
        while finished.count < 8 {
            if begun < 8,
                policy.allows(
                    seconds: look, beams: 1, beside: running.map { _ in 1 },
                    accounts: running.map(\.account))
            {
                for index in running.indices { running[index].account.heldUp += look }
                for index in ahead.indices[(begun + 1)...] { ahead[index] += look }
                running.append((steps, .init(waited: now, ahead: ahead[begun], computed: look), begun))
                begun += 1
                now += look
            } else {
                now += write / Double(steps)
                for index in begun..<8 { ahead[index] += Double(running.count) * write / Double(steps) }
                let numbers = running.map(\.number)
                for index in running.indices {
                    let before = Double(numbers.count { $0 < numbers[index] })
                    running[index].account.ahead += before * write / Double(steps)
                    running[index].left -= 1
                    running[index].account.computed += write / Double(steps)
                    running[index].account.written += write / Double(steps)
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
