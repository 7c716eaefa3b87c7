/// Tokens and their ids, spelled in bytes: two spellings that Unicode deems equal are two tokens.
struct Vocabulary: Sendable {
    /// The spellings of all tokens, one after the other; token `i` is `spellings[starts[i]..<starts[i + 1]]`.
    private var spellings: [UInt8] = []
    private var starts: [Int] = [0]
    private var ids: [Int] = []
    /// Open addressing, at most half full: an index into `ids`, or -1.
    private var slots = [Int](repeating: -1, count: 1024)
    /// By id: an index into `ids`, or -1; made by `seal`.
    private var indexOfID: [Int] = []

    var count: Int { ids.count }
    private(set) var highestID = -1

    /// Adds a token; false if its spelling is there already.
    mutating func insert(_ spelling: some Sequence<UInt8>, id: Int) -> Bool {
        spellings.append(contentsOf: spelling)
        let added = spellings[starts[count]...]
        let slot = self.slot(of: added, [])
        guard slots[slot] < 0 else {
            spellings.removeSubrange(starts[count]...)
            return false
        }
        slots[slot] = count
        ids.append(id)
        starts.append(spellings.count)
        highestID = max(highestID, id)
        if count * 2 > slots.count { grow() }
        return true
    }

    /// Makes ids searchable. They must be distinct, not negative and, as a table of them is made, not far beyond the
    /// number of tokens.
    mutating func seal(file: String) throws(TokenizerError) {
        let limit = 2 * count + 65_536
        guard highestID < limit else {
            throw .inconsistent(file: file, detail: "id \(highestID) is far beyond its \(count) tokens")
        }
        indexOfID = Array(repeating: -1, count: highestID + 1)
        for (index, id) in ids.enumerated() {
            guard id >= 0 else { throw .inconsistent(file: file, detail: "a token has the negative id \(id)") }
            guard indexOfID[id] < 0 else { throw .inconsistent(file: file, detail: "two tokens have the id \(id)") }
            indexOfID[id] = index
        }
    }

    func id(of spelling: ArraySlice<UInt8>) -> Int? { id(ofJoined: spelling, []) }

    /// The id of the token that two spellings make together.
    func id(ofJoined left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int? {
        let index = slots[slot(of: left, right)]
        return index < 0 ? nil : ids[index]
    }

    func spelling(of id: Int) -> ArraySlice<UInt8>? {
        guard indexOfID.indices.contains(id), indexOfID[id] >= 0 else { return nil }
        return spelling(at: indexOfID[id])
    }

    private func spelling(at index: Int) -> ArraySlice<UInt8> { spellings[starts[index]..<starts[index + 1]] }

    /// Where the token `left + right` is, or where it would go.
    private func slot(of left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: Self.hash(left, right)) & mask
        while slots[slot] >= 0 {
            let found = spelling(at: slots[slot])
            if found.count == left.count + right.count, found.starts(with: left), found.suffix(right.count) == right {
                break
            }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 4)
        let mask = slots.count - 1
        for index in ids.indices {
            var slot = Int(truncatingIfNeeded: Self.hash(spelling(at: index), [])) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = index
        }
    }

    /// FNV-1a, 64 bits, folded so that the low bits depend on all.
    private static func hash(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in left { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for byte in right { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash ^ hash >> 32
    }
}
