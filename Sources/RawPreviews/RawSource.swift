/// The bytes of a file, in memory or on a disk, of which a few are read at a time: a RAW file is large, and what says
/// where its preview is is small.
package struct RawSource {
    /// How many bytes there are.
    package let count: Int
    private let read: (_ offset: Int, _ count: Int) -> [UInt8]?

    /// - Parameter read: Gives so many bytes from an offset on, all of which are within the file; nil where it can't.
    package init(count: Int, read: @escaping (_ offset: Int, _ count: Int) -> [UInt8]?) {
        self.count = count
        self.read = read
    }

    /// A file that is in memory.
    package init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) { Array(bytes[$0..<$0 + $1]) }
    }

    /// nil unless all of them are there.
    package func bytes(at offset: Int, count wanted: Int) -> [UInt8]? {
        guard offset >= 0, wanted >= 0, offset <= count, wanted <= count - offset,
            let bytes = read(offset, wanted), bytes.count == wanted
        else { return nil }
        return bytes
    }

    /// At most so many bytes: fewer at the end of the file.
    func prefix(at offset: Int, most: Int) -> [UInt8] {
        guard offset >= 0, offset < count else { return [] }
        return bytes(at: offset, count: min(most, count - offset)) ?? []
    }

    func hasText(_ text: String, at offset: Int) -> Bool {
        bytes(at: offset, count: text.utf8.count).map { $0.elementsEqual(text.utf8) } ?? false
    }

    func number(at offset: Int, bytes wanted: Int, _ order: RawOrder) -> Int? {
        bytes(at: offset, count: wanted).flatMap { order.number($0[...]) }
    }
}

/// The order of a number's bytes.
enum RawOrder {
    case little, big

    /// Of up to eight bytes; nil where it is too large for anything in a file.
    func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        let most: UInt64 = bytes.count > 8 ? UInt64.max : 0
        let value =
            switch self {
            case .big: bytes.reduce(most) { $0 << 8 | UInt64($1) }
            case .little: bytes.reversed().reduce(most) { $0 << 8 | UInt64($1) }
            }
        return Int(exactly: value)
    }
}
