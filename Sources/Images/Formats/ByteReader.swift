/// Reads numbers at any offset of untrusted bytes; nil beyond their end.
struct ByteReader {
    enum Order { case little, big }

    let bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }
    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var count: Int { bytes.count }

    func slice(at offset: Int, count: Int) -> ArraySlice<UInt8>? {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
        let start = bytes.startIndex + offset
        return bytes[start..<start + count]
    }

    func byte(at offset: Int) -> Int? {
        guard offset >= 0, offset < bytes.count else { return nil }
        return Int(bytes[bytes.startIndex + offset])
    }

    func uint16(at offset: Int, _ order: Order) -> Int? { integer(at: offset, count: 2, order) }

    func uint32(at offset: Int, _ order: Order) -> Int? { integer(at: offset, count: 4, order) }

    func int32(at offset: Int, _ order: Order) -> Int? {
        uint32(at: offset, order).map { Int(Int32(truncatingIfNeeded: $0)) }
    }

    func hasText(_ text: String, at offset: Int) -> Bool {
        slice(at: offset, count: text.utf8.count)?.elementsEqual(text.utf8) ?? false
    }

    /// Where `pattern` begins first from `offset` on.
    func offset(of pattern: [UInt8], from offset: Int) -> Int? {
        guard let first = pattern.first, offset >= 0, offset <= count else { return nil }
        var rest = bytes.dropFirst(offset)
        while let index = rest.firstIndex(of: first) {
            rest = rest[index...]
            if rest.starts(with: pattern) { return index - bytes.startIndex }
            rest = rest.dropFirst()
        }
        return nil
    }

    private func integer(at offset: Int, count: Int, _ order: Order) -> Int? {
        guard let slice = slice(at: offset, count: count) else { return nil }
        return switch order {
        case .big: slice.reduce(0) { $0 << 8 | Int($1) }
        case .little: slice.reversed().reduce(0) { $0 << 8 | Int($1) }
        }
    }
}
