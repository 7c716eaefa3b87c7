/// The boxes of an ISO media file, or of a box that holds others, one after the other (ISO/IEC 14496-12, 4.2).
struct ISOBoxes: Sequence, IteratorProtocol {
    struct Box {
        let kind: String
        /// What is there of it: less than it says, where the file ends early.
        let payload: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>
    private var left = 10_000  // no writer puts so many into a file

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func next() -> Box? {
        let reader = ByteReader(rest)
        guard left > 0, let kind = reader.slice(at: 4, count: 4), let (head, size) = Self.extent(reader) else {
            return nil
        }
        guard let payload = reader.slice(at: head, count: Swift.min(size, rest.count) - head) else { return nil }
        left -= 1
        rest = rest.dropFirst(Swift.min(size, rest.count))
        return Box(kind: String(decoding: kind, as: UTF8.self), payload: payload)
    }

    /// The bytes of a box's head, and of all of it.
    private static func extent(_ reader: ByteReader) -> (head: Int, size: Int)? {
        guard let size = reader.uint32(at: 0, .big) else { return nil }
        if size == 0 { return (8, reader.count) }
        if size > 1 { return size >= 8 ? (8, size) : nil }
        guard let high = reader.uint32(at: 8, .big), let low = reader.uint32(at: 12, .big) else { return nil }
        guard high < 1 << 30, high << 32 | low >= 16 else { return nil }
        return (16, high << 32 | low)
    }
}

extension ArraySlice<UInt8> {
    /// The payload of the first box of that kind in it.
    func box(_ kind: String) -> ArraySlice<UInt8>? {
        ISOBoxes(self).first { $0.kind == kind }?.payload
    }

    /// The brands of an ISO media file, the major one first; none where it is no such file.
    var isoBrands: [String] {
        guard dropFirst(4).starts(with: "ftyp".utf8), let brands = box("ftyp") else { return [] }
        let offsets = [0] + Array(stride(from: 8, to: Swift.min(brands.count, 256), by: 4))
        return offsets.compactMap { offset in
            ByteReader(brands).slice(at: offset, count: 4).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
