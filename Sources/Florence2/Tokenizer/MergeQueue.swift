/// A binary heap of possible merges: lowest rank first, then leftmost.
struct MergeQueue {
    /// rank << 32 | position: one comparison orders both. (A word of 4 GB does not fit a request.)
    private var keys: [UInt64]

    init(_ merges: [(rank: UInt32, position: Int)]) {
        keys = merges.map { Self.key($0.rank, $0.position) }
        for index in stride(from: keys.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    mutating func insert(rank: UInt32, position: Int) {
        keys.append(Self.key(rank, position))
        var child = keys.count - 1
        while child > 0, keys[child] < keys[(child - 1) / 2] {
            keys.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popFirst() -> (rank: UInt32, position: Int)? {
        guard let first = keys.first, let last = keys.popLast() else { return nil }
        if !keys.isEmpty {
            keys[0] = last
            sink(0)
        }
        return (UInt32(first >> 32), Int(first & 0xFFFF_FFFF))
    }

    private mutating func sink(_ index: Int) {
        let key = keys[index]
        var hole = index
        while 2 * hole + 1 < keys.count {
            var child = 2 * hole + 1
            if child + 1 < keys.count, keys[child + 1] < keys[child] { child += 1 }
            if keys[child] >= key { break }
            keys[hole] = keys[child]
            hole = child
        }
        keys[hole] = key
    }

    private static func key(_ rank: UInt32, _ position: Int) -> UInt64 {
        UInt64(rank) << 32 | UInt64(UInt32(truncatingIfNeeded: position))
    }
}
