import Synchronization

/// Bytes that requests hold while images are fetched for them, all together up to a limit.
final class FetchRoom: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether there was room for them beside what is held elsewhere.
    func add(_ bytes: Int, beside others: Int) -> Bool {
        count.withLock { count in
            guard bytes <= limit - count - max(others, 0) else { return false }
            count += bytes
            return true
        }
    }

    func remove(_ bytes: Int) { count.withLock { $0 -= bytes } }
}

/// What one request holds of it: its own images, and those that were fetched for it, until it waits elsewhere.
package final class FetchShare: Sendable {
    private let room: FetchRoom
    private let bytes = Mutex(0)

    init(_ room: FetchRoom) {
        self.room = room
    }

    deinit { release() }

    /// - Parameter others: Bytes that wait elsewhere and count, too.
    /// - Throws: `ImageFetchError.busy`.
    package func add(_ count: Int, beside others: Int = 0) throws(ImageFetchError) {
        guard room.add(count, beside: others) else { throw .busy }
        bytes.withLock { $0 += count }
    }

    /// Gives all of it back.
    package func release() {
        let held = bytes.withLock { bytes in
            defer { bytes = 0 }
            return bytes
        }
        room.remove(held)
    }
}
