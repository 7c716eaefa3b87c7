/// A directory of a TIFF, or of a maker note, which has the same shape (IFD).
struct RawDirectory {
    /// Where offsets count from, and in which order the bytes of numbers stand.
    struct Frame: Hashable {
        let base: Int
        let order: RawOrder
    }

    /// What a directory says under a number.
    private struct Entry {
        let type: Int
        let count: Int
        /// Of the value itself where it has four bytes at most, else of its offset.
        let field: Int
    }

    /// No camera writes more.
    private static let maxEntries = 1000
    private static let maxValues = 64
    /// Bytes of a value, by its type.
    private static let sizes = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4]

    let frame: Frame
    /// The offset of the directory that follows; nil where there is none.
    let next: Int?
    private let source: RawSource
    private let entries: [Int: Entry]

    /// - Parameter offset: Counts from the frame's base.
    init?(_ source: RawSource, _ frame: Frame, at offset: Int) {
        let start = frame.base + offset
        guard offset > 0, let count = source.number(at: start, bytes: 2, frame.order), count > 0,
            count <= Self.maxEntries, let bytes = source.bytes(at: start + 2, count: 12 * count)
        else { return nil }
        var entries: [Int: Entry] = [:]
        for index in 0..<count {
            let entry = bytes[12 * index..<12 * index + 12]
            guard let tag = frame.order.number(entry.prefix(2)),
                let type = frame.order.number(entry.dropFirst(2).prefix(2)),
                let count = frame.order.number(entry.dropFirst(4).prefix(4)), entries[tag] == nil
            else { continue }
            entries[tag] = Entry(type: type, count: count, field: start + 2 + 12 * index + 8)
        }
        self.source = source
        self.frame = frame
        self.entries = entries
        let next = source.number(at: start + 2 + 12 * count, bytes: 4, frame.order)
        self.next = next == 0 ? nil : next
    }

    func has(_ tag: Int) -> Bool { entries[tag] != nil }

    /// The place in the file of what a tag holds, and how many bytes it has.
    func data(of tag: Int) -> Range<Int>? {
        guard let entry = entries[tag], let size = Self.sizes[entry.type] else { return nil }
        let count = size * entry.count
        guard count > 4 else { return entry.field..<entry.field + count }
        guard let offset = source.number(at: entry.field, bytes: 4, frame.order) else { return nil }
        let start = frame.base + offset
        return start <= source.count && count <= source.count - start ? start..<start + count : nil
    }

    /// The first numbers that a tag holds.
    func numbers(of tag: Int) -> [Int] {
        guard let entry = entries[tag], let size = Self.sizes[entry.type], [1, 2, 4].contains(size),
            let range = data(of: tag),
            let bytes = source.bytes(at: range.lowerBound, count: min(range.count, size * Self.maxValues))
        else { return [] }
        return stride(from: 0, to: bytes.count, by: size).compactMap { frame.order.number(bytes[$0..<$0 + size]) }
    }

    func number(of tag: Int) -> Int? { numbers(of: tag).first }
}
