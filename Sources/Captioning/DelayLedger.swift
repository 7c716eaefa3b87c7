/// What each request has had of the time since it arrived, and what others have, in the order of arrival: a value.
///
/// `AdmissionPolicy` judges by these accounts.
package struct DelayLedger: Sendable {
    private struct Entry: Sendable {
        let id: Int
        var account = AdmissionPolicy.Account()
        var hasBegun = false
    }

    private var entries: [Entry] = []

    package init() {}

    /// A request that arrived `seconds` ago. What was going on in the meantime was for those before it.
    package mutating func arrive(_ id: Int, ago seconds: Double) {
        var entry = Entry(id: id)
        entry.account.ahead = seconds
        entries.append(entry)
    }

    /// A request is begun, so many seconds after its arrival.
    package mutating func begin(_ id: Int, after seconds: Double) {
        guard let index = index(of: id), !entries[index].hasBegun else { return }
        entries[index].account.waited = seconds
        entries[index].hasBegun = true
    }

    /// An image was looked at, or a prompt read, for one request: all others whose answers are being written waited.
    package mutating func encode(_ id: Int, _ seconds: Double) {
        guard let index = index(of: id) else { return }
        charge(index, seconds)
        for other in entries.indices where entries[other].hasBegun && other != index {
            entries[other].account.heldUp += seconds
        }
    }

    /// A step wrote one token of every answer that has been begun; `alone` gives the seconds that it would have taken
    /// for a request's answers only.
    package mutating func step(_ seconds: Double, alone: (Int) -> Double) {
        for index in entries.indices where entries[index].hasBegun {
            let own = min(seconds, alone(entries[index].id))
            charge(index, own)
            entries[index].account.written += own
            entries[index].account.heldUp += seconds - own
        }
    }

    /// A request was answered, or nobody waits for it any more.
    package mutating func leave(_ id: Int) { entries.removeAll { $0.id == id } }

    /// The accounts of those that have been begun, but for one request's.
    package func begun(except id: Int) -> [AdmissionPolicy.Account] {
        entries.filter { $0.hasBegun && $0.id != id }.map(\.account)
    }

    /// Computed for this request: those behind it would have waited as long, one after the other.
    private mutating func charge(_ index: Int, _ seconds: Double) {
        entries[index].account.computed += seconds
        for later in entries.indices[(index + 1)...] { entries[later].account.ahead += seconds }
    }

    private func index(of id: Int) -> Int? { entries.firstIndex { $0.id == id } }
}
