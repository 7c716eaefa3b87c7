/// Which images are being decoded, which wait, and for what: a value that turns each event into what to do next.
///
/// Two places are fast: work that has used its share of processor time there leaves its place to the next and goes on in
/// the slow lane, which has one place; others wait for that lane paused. So what takes long holds up only what takes
/// long. All work together stays within a budget of memory: who needs less passes who waits for more, a bounded number
/// of times, and what needs little never waits for memory at all.
package struct DecodeSchedule: Sendable {
    /// The number of a request; a lower one came earlier.
    package typealias Ticket = UInt64

    package enum Event: Sendable {
        /// A piece of work waits for its turn; it will take so many bytes, at most `DecodeBudget.largest`. One that may
        /// take long without asking whether it may go on has one of the fast places at most.
        case arrived(Ticket, bytes: Int, neverAsks: Bool = false)
        /// It has had its share of a fast place.
        case slowed(Ticket)
        /// Nobody waits for it any more.
        case left(Ticket)
        /// It was put back, and has let go of its memory.
        case returned(Ticket)
        /// It is over, in whatever way.
        case ended(Ticket)
    }

    package enum Action: Equatable, Sendable {
        case begin(Ticket)
        case pause(Ticket)
        case resume(Ticket)
        /// It lets go of all it has, to be begun anew in the slow lane.
        case putBack(Ticket)
        /// It ends where it is.
        case stop(Ticket)
        /// It was never begun, or was put back, and is forgotten.
        case drop(Ticket)
    }

    package enum Stage: Equatable, Sendable {
        case waiting(isSlow: Bool)
        case fast
        case slow
        case paused
        /// On its way out of a fast place, to be begun anew.
        case returning
        /// On its way out of the pause, for good.
        case leaving
    }

    package struct Entry: Sendable {
        package let ticket: Ticket
        package let bytes: Int
        package let neverAsks: Bool
        package fileprivate(set) var stage: Stage
        /// How often work that came later was given memory that this one waits for.
        package fileprivate(set) var passed = 0
        package fileprivate(set) var isWanted = true
    }

    /// By ticket.
    package private(set) var entries: [Entry] = []
    private let budget: DecodeBudget

    package init(budget: DecodeBudget) {
        self.budget = budget
    }

    package mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .arrived(let ticket, let bytes, let neverAsks): arrived(ticket, bytes, neverAsks)
        case .slowed(let ticket): slowed(ticket)
        case .left(let ticket): left(ticket)
        case .returned(let ticket): returned(ticket)
        case .ended(let ticket): ended(ticket)
        }
    }

    /// The one who waits for memory that is kept free for it, because many have passed it. Not while it waits for the
    /// slow lane, too: that may take long, and the memory is of use to others until then.
    package var reserved: Ticket? {
        entries.first { isOverdue($0) && ($0.stage == .waiting(isSlow: false) || isLaneFree) }?.ticket
    }

    /// Bytes that all work that has been begun takes.
    package var bytes: Int { entries.reduce(0) { $1.isWaiting ? $0 : $0 + $1.bytes } }

    func contains(_ ticket: Ticket) -> Bool { index(ticket) != nil }

    private mutating func arrived(_ ticket: Ticket, _ bytes: Int, _ neverAsks: Bool) -> [Action] {
        let entry = Entry(
            ticket: ticket, bytes: min(bytes, budget.largest), neverAsks: neverAsks, stage: .waiting(isSlow: false))
        entries.insert(entry, at: entries.firstIndex { $0.ticket > ticket } ?? entries.endIndex)
        return assign()
    }

    private mutating func slowed(_ ticket: Ticket) -> [Action] {
        guard let index = index(ticket), entries[index].stage == .fast, entries[index].isWanted else { return [] }
        // A lane that is free has nobody who waits for it and could have it.
        if isLaneFree && mayGoBeforeOverdue(entries[index]) {
            entries[index].stage = .slow
            return assign()
        }
        guard hasRoomToPause(entries[index]) else {
            entries[index].stage = .returning
            return [.putBack(ticket)]
        }
        entries[index].stage = .paused
        return [.pause(ticket)] + assign()
    }

    private mutating func left(_ ticket: Ticket) -> [Action] {
        guard let index = index(ticket), entries[index].isWanted else { return [] }
        entries[index].isWanted = false
        switch entries[index].stage {
        case .waiting:
            entries.remove(at: index)
            // It may have been the one for whom memory was kept.
            return [.drop(ticket)] + assign()
        case .paused:
            entries[index].stage = .leaving
            return [.stop(ticket)]
        case .fast, .slow: return [.stop(ticket)]
        case .returning, .leaving: return []
        }
    }

    private mutating func returned(_ ticket: Ticket) -> [Action] {
        guard let index = index(ticket), entries[index].isWanted else { return ended(ticket) }
        entries[index].stage = .waiting(isSlow: true)
        return assign()
    }

    private mutating func ended(_ ticket: Ticket) -> [Action] {
        guard let index = index(ticket) else { return [] }
        entries.remove(at: index)
        return assign()
    }

    /// Gives what is free to who is next.
    private mutating func assign() -> [Action] {
        var actions: [Action] = []
        if isLaneFree, let index = entries.firstIndex(where: mayHaveTheLane) {
            if entries[index].stage == .paused {
                entries[index].stage = .slow
                actions.append(.resume(entries[index].ticket))
            } else {
                actions.append(begin(index, .slow))
            }
        }
        while fastCount < budget.fastPlaces, let index = entries.firstIndex(where: mayBeFast) {
            actions.append(begin(index, .fast))
        }
        return actions
    }

    private mutating func begin(_ index: Int, _ stage: Stage) -> Action {
        entries[index].stage = stage
        if !budget.isSmall(entries[index].bytes) {
            for earlier in entries[..<index].indices where lacksMemory(entries[earlier]) {
                entries[earlier].passed += 1
            }
        }
        return .begin(entries[index].ticket)
    }

    private func lacksMemory(_ entry: Entry) -> Bool { entry.isWaiting && !hasMemory(for: entry) }

    private func mayHaveTheLane(_ entry: Entry) -> Bool {
        entry.stage == .paused
            || entry.stage == .waiting(isSlow: true) && hasMemory(for: entry) && mayGoBeforeOverdue(entry)
    }

    private func mayBeFast(_ entry: Entry) -> Bool {
        entry.stage == .waiting(isSlow: false) && hasMemory(for: entry)
            && !(entry.neverAsks && entries.contains { $0.stage == .fast && $0.neverAsks })
    }

    /// Small work has its memory whenever it has a place: the budget keeps some free for every place.
    private func hasMemory(for entry: Entry) -> Bool {
        budget.isSmall(entry.bytes)
            || (reserved ?? entry.ticket) == entry.ticket && entry.bytes <= budget.largest - largeBytes
    }

    private func isOverdue(_ entry: Entry) -> Bool { entry.isWaiting && entry.passed >= budget.maxPassed }

    /// Whether work may have the lane, or pause for it, as far as one goes that lacks memory there and has been passed
    /// often: who came later would hold lane or memory each time that the other is in reach, so it is put back.
    private func mayGoBeforeOverdue(_ entry: Entry) -> Bool {
        let overdue = entries.first { isOverdue($0) && $0.stage == .waiting(isSlow: true) }
        return entry.ticket <= overdue?.ticket ?? entry.ticket
    }

    /// Small work that is paused has no place, so its memory counts among that of the large.
    private func hasRoomToPause(_ entry: Entry) -> Bool {
        guard entries.count(where: { $0.stage == .paused }) < budget.maxPaused, mayGoBeforeOverdue(entry) else {
            return false
        }
        return !budget.isSmall(entry.bytes) || reserved == nil && entry.bytes <= budget.largest - largeBytes
    }

    /// Bytes taken beside those that are kept for small work.
    private var largeBytes: Int {
        entries.reduce(0) { sum, entry in
            switch entry.stage {
            case .waiting: sum
            case .fast, .slow, .returning: budget.isSmall(entry.bytes) ? sum : sum + entry.bytes
            case .paused, .leaving: sum + entry.bytes
            }
        }
    }

    private var isLaneFree: Bool { !entries.contains { $0.stage == .slow } }

    private var fastCount: Int { entries.count { $0.stage == .fast || $0.stage == .returning } }

    private func index(_ ticket: Ticket) -> Int? { entries.firstIndex { $0.ticket == ticket } }
}

extension DecodeSchedule.Entry {
    package var isWaiting: Bool { if case .waiting = stage { true } else { false } }
}
