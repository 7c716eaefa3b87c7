/// The requests that wait for the model, in the order of arrival: a value.
package struct RequestQueue: Sendable {
    package struct Entry: Equatable, Sendable {
        package let ticket: UInt64
        /// Memory that the request holds while it waits.
        package var bytes: Int
        /// A request that is still being prepared keeps its place, and those behind it that are ready pass it.
        package var isReady = false
        /// How long the model may have been loaded in all until this one has waited too long.
        package let giveUpAfter: Duration?
    }

    package private(set) var entries: [Entry] = []
    package private(set) var bytes = 0

    package var tickets: [UInt64] { entries.map(\.ticket) }
    package var isEmpty: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    /// Whether one more of this size is beyond the limits; an empty queue takes any.
    func isFull(for newBytes: Int, _ limits: ModelHostLimits) -> Bool {
        guard !entries.isEmpty || limits.maxQueued == 0 else { return false }
        return entries.count >= limits.maxQueued || bytes > limits.maxQueuedBytes - min(newBytes, limits.maxQueuedBytes)
    }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        bytes += entry.bytes
    }

    /// Says that a request is prepared and what it holds now; false when it does not wait here.
    mutating func setReady(_ ticket: UInt64, bytes newBytes: Int) -> Bool {
        guard let place = entries.firstIndex(where: { $0.ticket == ticket }) else { return false }
        bytes += newBytes - entries[place].bytes
        entries[place].bytes = newBytes
        entries[place].isReady = true
        return true
    }

    mutating func remove(_ ticket: UInt64) -> Entry? {
        guard let place = entries.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        bytes -= entries[place].bytes
        return entries.remove(at: place)
    }

    /// The first in queue who is prepared.
    mutating func popFirstReady() -> UInt64? {
        guard let first = entries.first(where: \.isReady) else { return nil }
        return remove(first.ticket)?.ticket
    }

    /// Takes out every prepared request that `isDue` picks.
    mutating func removeReady(where isDue: (Entry) -> Bool = { _ in true }) -> [UInt64] {
        let due = entries.filter { $0.isReady && isDue($0) }.map(\.ticket)
        for ticket in due { _ = remove(ticket) }
        return due
    }

    /// The prepared request that will have waited too long first.
    var firstGiveUp: Duration? { entries.first { $0.isReady && $0.giveUpAfter != nil }?.giveUpAfter }

    package var hasReady: Bool { entries.contains(where: \.isReady) }
}
