/// The names that are being asked for, and who waits for their addresses: one question for each name at a time, and not
/// many in all.
struct NameQuestions<Waiter> {
    enum Decision: Equatable {
        /// The name is asked for.
        case ask
        /// It is being asked for already.
        case wait
        /// Too many are.
        case busy
    }

    private let limit: Int
    private var waiters: [String: [UInt64: Waiter]] = [:]

    /// - Parameter limit: The most names at the same time.
    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ waiter: Waiter, _ ticket: UInt64, for name: String) -> Decision {
        let isUnderWay = waiters[name] != nil
        guard isUnderWay || waiters.count < limit else { return .busy }
        waiters[name, default: [:]][ticket] = waiter
        return isUnderWay ? .wait : .ask
    }

    /// Takes out one who waits no longer; the question goes on without it.
    mutating func remove(_ ticket: UInt64, for name: String) -> Waiter? {
        waiters[name]?.removeValue(forKey: ticket)
    }

    /// Ends a question.
    /// - Returns: All who wait for it.
    mutating func end(_ name: String) -> [Waiter] {
        waiters.removeValue(forKey: name).map { Array($0.values) } ?? []
    }
}
