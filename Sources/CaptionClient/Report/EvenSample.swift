/// An even sample of whatever comes, which depends neither on its order nor on chance: those whose keys, which are
/// hashes, are the lowest.
package struct EvenSample: Sendable {
    private struct Member: Sendable {
        let key: UInt64
        let number: Int
    }

    /// In the order of their keys.
    private var members: [Member] = []
    package private(set) var capacity: Int

    package init(capacity: Int) {
        self.capacity = max(capacity, 0)
    }

    package var numbers: [Int] { members.map(\.number) }

    /// Whether a key would be in the sample; what is not now will never be, unless others are removed.
    package func admits(_ key: UInt64) -> Bool {
        members.count < capacity || members.last.map { key <= $0.key } ?? false
    }

    /// Takes something in, if its key is low enough; what has the same key goes.
    package mutating func add(_ number: Int, key: UInt64) {
        remove(key)
        guard admits(key) else { return }
        members.insert(Member(key: key, number: number), at: place(key))
        shrink(to: capacity)
    }

    package mutating func remove(_ key: UInt64) {
        let place = place(key)
        if place < members.count, members[place].key == key { members.remove(at: place) }
    }

    /// Has room for fewer from now on; it never grows again.
    package mutating func shrink(to capacity: Int) {
        self.capacity = min(self.capacity, max(capacity, 0))
        members.removeLast(max(members.count - self.capacity, 0))
    }

    /// The first member whose key is not lower.
    private func place(_ key: UInt64) -> Int {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
