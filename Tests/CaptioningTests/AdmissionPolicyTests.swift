import Captioning
import Testing

@Suite("When another image may be looked at")
struct AdmissionPolicyTests {
    private let policy = AdmissionPolicy(maxBatch: 4)

    @Test("nobody is held up for longer than it would have taken one after the other")
    func accounts() {
        let looked = AdmissionPolicy.Account(computed: 1.2)
        #expect(policy.allows(seconds: 1.2, beams: 3, beside: [3], accounts: [looked]))
        #expect(!policy.allows(seconds: 1.3, beams: 3, beside: [3], accounts: [looked]))
        let heldUp = AdmissionPolicy.Account(computed: 1.3, heldUp: 1.2)
        #expect(!policy.allows(seconds: 1.2, beams: 3, beside: [3, 3], accounts: [heldUp, looked]))
        // Who would have waited longer for those before it loses little by it.
        let patient = AdmissionPolicy.Account(waited: 3, ahead: 3, computed: 1.2, heldUp: 2.4)
        #expect(policy.allows(seconds: 1.2, beams: 3, beside: [3, 3, 3], accounts: [patient]))
        #expect(!policy.allows(seconds: 1.2, beams: 3, beside: [3, 3, 3], accounts: [patient, heldUp]))
        // Nobody joins for the last steps of an answer.
        let nearlyWritten = AdmissionPolicy.Account(computed: 2.8, written: 1.5, heldUp: 1.3)
        #expect(policy.allows(seconds: 0.9, beams: 3, beside: [3], accounts: [nearlyWritten]))
        #expect(!policy.allows(seconds: 1.1, beams: 3, beside: [3], accounts: [nearlyWritten]))
        // Who has been begun early has lost nothing yet.
        let early = AdmissionPolicy.Account(waited: 1, ahead: 3, computed: 1, heldUp: 2)
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

    /// Requests played through: whoever is answered took at most twice as long, from its arrival, as it would have taken
    /// one after the other. `apart`: seconds from one arrival to the next.
    @Test(arguments: [(1.2, 0.4), (1.2, 1.6), (0.3, 2.0), (2.0, 0.05)], [0, 0.5, 1.7])
    func nobodyPaysMoreThanTwice(seconds: (look: Double, write: Double), apart: Double) {
        var play = Play(policy: policy, look: seconds.look, write: seconds.write, apart: apart)
        play.run()
        var alone = 0.0
        for (number, end) in play.ends.sorted(by: { $0.key < $1.key }) {
            let arrival = Double(number) * apart
            alone = max(alone, arrival) + seconds.look + seconds.write
            #expect(end - arrival <= 2 * (alone - arrival) + 1e-9, "request \(number)")
        }
        #expect(play.ends.count == 8 && play.now <= alone + 1e-9)
        #expect(play.mostTogether > 1 || apart > 0)
    }
}

/// Eight requests whose answers have 64 tokens, and steps that take as long for several as for one.
private struct Play {
    let policy: AdmissionPolicy
    let look, write, apart: Double
    var now = 0.0
    /// When each was answered.
    var ends: [Int: Double] = [:]
    var mostTogether = 0
    private var ledger = DelayLedger()
    private var arrived = 0
    private var begun = 0
    /// Tokens to come, by number.
    private var left: [Int: Int] = [:]

    init(policy: AdmissionPolicy, look: Double, write: Double, apart: Double) {
        (self.policy, self.look, self.write, self.apart) = (policy, look, write, apart)
    }

    mutating func run() {
        while ends.count < 8 {
            if left.isEmpty, begun == arrived, arrived < 8 { now = max(now, Double(arrived) * apart) }
            while arrived < 8, Double(arrived) * apart <= now {
                ledger.arrive(arrived, ago: now - Double(arrived) * apart)
                arrived += 1
            }
            let accounts = ledger.begun(except: begun)
            if begun < arrived,
                policy.allows(seconds: look, beams: 1, beside: left.map { _ in 1 }, accounts: accounts)
            {
                begin()
            } else {
                step()
            }
        }
    }

    private mutating func begin() {
        ledger.begin(begun, after: now - Double(begun) * apart)
        now += look
        ledger.encode(begun, look)
        left[begun] = 64
        begun += 1
        mostTogether = max(mostTogether, left.count)
    }

    private mutating func step() {
        now += write / 64
        ledger.step(write / 64) { _ in write / 64 }
        for number in left.keys { left[number, default: 0] -= 1 }
        for number in left.filter({ $0.value == 0 }).keys {
            ends[number] = now
            left[number] = nil
            ledger.leave(number)
        }
    }
}
