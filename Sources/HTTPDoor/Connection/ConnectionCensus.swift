/// Who is connected, and which connections could be done without: a value.
package struct ConnectionCensus: Sendable {
    package typealias ID = UInt64

    package enum Admission: Equatable, Sendable {
        case admitted
        /// Another one has to go, which has been idle for longer than any other.
        case inPlaceOf(ID)
        case refused
    }

    private let limit: Int
    /// When each connection became idle, in turns; `nil` while it is busy.
    private var turns: [ID: UInt64?] = [:]
    private var idleByTurn: [UInt64: ID] = [:]
    private var nextTurn: UInt64 = 0
    /// No idle connection has an earlier turn.
    private var firstTurn: UInt64 = 0

    package init(limit: Int) {
        self.limit = limit
    }

    package var count: Int { turns.count }

    /// A new connection is idle until its first byte comes.
    package mutating func open(_ id: ID) -> Admission {
        var admission = Admission.admitted
        if turns.count >= limit {
            guard let victim = longestIdle() else { return .refused }
            close(victim)
            admission = .inPlaceOf(victim)
        }
        turns[id] = .some(nil)
        _ = setIdle(id, true)
        return admission
    }

    /// - Returns: Whether the connection still belongs to those that may be.
    package mutating func setIdle(_ id: ID, _ isIdle: Bool) -> Bool {
        guard let turn = turns[id] else { return false }
        guard isIdle != (turn != nil) else { return true }
        if let turn {
            idleByTurn[turn] = nil
            turns[id] = .some(nil)
        } else {
            idleByTurn[nextTurn] = id
            turns[id] = .some(nextTurn)
            nextTurn += 1
        }
        return true
    }

    package mutating func close(_ id: ID) {
        if let turn = turns.removeValue(forKey: id) ?? nil { idleByTurn[turn] = nil }
    }

    private mutating func longestIdle() -> ID? {
        if idleByTurn.isEmpty { firstTurn = nextTurn }
        while firstTurn < nextTurn {
            if let id = idleByTurn[firstTurn] { return id }
            firstTurn += 1
        }
        return nil
    }
}
