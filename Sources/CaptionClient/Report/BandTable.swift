/// Numbers by keys that several may share, in 8 bytes each: open addressing with linear probing.
package struct BandTable: Sendable {
    /// The upper half of a key, then a number plus one; 0 is free.
    private var slots: [UInt64] = Array(repeating: 0, count: 64)
    package private(set) var count = 0

    /// How many numbers a key has at most: those that come later are not kept, so that a look-up is never long.
    package static let maxPerKey = 8

    package init() {}

    /// The numbers of a key, and of others whose upper halves are the same, which is for the caller to see.
    package func numbers(_ key: UInt64) -> [Int] {
        var (numbers, slot) = ([Int](), place(key))
        while slots[slot] != 0 {
            if slots[slot] >> 32 == key >> 32 { numbers.append(Int(slots[slot] & 0xFFFF_FFFF) - 1) }
            slot = next(slot)
        }
        return numbers
    }

    /// Adds a number to a key, if it has room; numbers are below 2^32 - 1.
    package mutating func add(_ number: Int, to key: UInt64) {
        guard number >= 0, number < Int(UInt32.max), numbers(key).count < Self.maxPerKey else { return }
        if count + 1 > slots.count / 8 * 7 { grow() }
        put((key >> 32) << 32 | UInt64(number + 1))
        count += 1
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 { put(entry) }
    }

    private mutating func put(_ entry: UInt64) {
        var slot = place(entry)
        while slots[slot] != 0 { slot = next(slot) }
        slots[slot] = entry
    }

    private func place(_ key: UInt64) -> Int { Int(key >> 32) & (slots.count - 1) }
    private func next(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }
}
