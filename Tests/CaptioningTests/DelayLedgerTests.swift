import Captioning
import Testing

@Suite("What requests have had of the time since they arrived")
struct DelayLedgerTests {
    @Test("a look is the time of one, and of those behind it; it holds up those that are being written")
    func look() {
        var ledger = DelayLedger()
        for id in 1...3 { ledger.arrive(id, ago: 0) }
        ledger.begin(1, after: 0)
        ledger.encode(1, 1.2)
        ledger.begin(2, after: 1.2)
        ledger.encode(2, 1.1)
        #expect(ledger.begun(except: 2) == [.init(computed: 1.2, heldUp: 1.1)])
        #expect(ledger.begun(except: 1) == [.init(waited: 1.2, ahead: 1.2, computed: 1.1)])
        ledger.begin(3, after: 2.3)
        #expect(account(3, ledger) == .init(waited: 2.3, ahead: 1.2 + 1.1))
    }

    @Test("who arrives while another is looked at has that time ahead of it, from its arrival on")
    func arrivalDuringALook() {
        var ledger = DelayLedger()
        ledger.arrive(1, ago: 0)
        ledger.begin(1, after: 0)
        ledger.encode(1, 1.2)
        ledger.arrive(2, ago: 0.5)
        ledger.begin(2, after: 0.5)
        #expect(account(2, ledger) == .init(waited: 0.5, ahead: 0.5))
    }

    @Test("a step costs each what it would have cost alone; the rest is for the others")
    func write() {
        var ledger = DelayLedger()
        for id in 1...3 {
            ledger.arrive(id, ago: 0)
            if id < 3 { ledger.begin(id, after: 0) }
        }
        ledger.step(0.010) { $0 == 1 ? 0.006 : 0.020 }
        #expect(account(1, ledger) == .init(computed: 0.006, written: 0.006, heldUp: 0.010 - 0.006))
        #expect(account(2, ledger) == .init(ahead: 0.006, computed: 0.010, written: 0.010))
        ledger.begin(3, after: 0.010)
        #expect(account(3, ledger) == .init(waited: 0.010, ahead: 0.016))
    }

    @Test("who has left is asked no more, and holds up nobody")
    func leaving() {
        var ledger = DelayLedger()
        for id in 1...2 {
            ledger.arrive(id, ago: 0)
            ledger.begin(id, after: 0)
        }
        ledger.leave(1)
        ledger.encode(1, 5)
        ledger.begin(1, after: 5)
        #expect(ledger.begun(except: 0) == [.init()])
    }

    /// The account of one that has been begun.
    private func account(_ id: Int, _ ledger: DelayLedger) -> AdmissionPolicy.Account? {
        var alone = ledger
        for other in 1...3 where other != id { alone.leave(other) }
        return alone.begun(except: 0).first
    }
}
