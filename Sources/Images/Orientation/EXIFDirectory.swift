/// The first directory of an EXIF block, or of a TIFF file (not of a BigTIFF).
struct EXIFDirectory {
    static let orientation = 0x0112
    static let xmp = 700
    static let profile = 34_675

    private let reader: ByteReader
    private let order: ByteReader.Order
    private let start: Int
    private let count: Int

    init?(_ block: ArraySlice<UInt8>) {
        reader = ByteReader(block)
        if reader.hasText("II", at: 0) {
            order = .little
        } else if reader.hasText("MM", at: 0) {
            order = .big
        } else {
            return nil
        }
        // Some writers turn the number that says it is a TIFF around.
        guard [0x002A, 0x2A00].contains(reader.uint16(at: 2, order)) else { return nil }
        guard let start = reader.uint32(at: 4, order), let count = reader.uint16(at: start, order) else { return nil }
        self.start = start + 2
        self.count = count
    }

    /// A number of one or two bytes or more that stands in the directory itself.
    func value(of tag: Int) -> Int? {
        guard let entry = entry(of: tag) else { return nil }
        let isLong = reader.uint16(at: entry + 2, order) == 4
        return isLong ? reader.uint32(at: entry + 8, order) : reader.uint16(at: entry + 8, order)
    }

    /// The bytes that a tag names.
    func bytes(of tag: Int) -> ArraySlice<UInt8>? {
        guard let entry = entry(of: tag), let count = reader.uint32(at: entry + 4, order) else { return nil }
        guard count > 4 else { return reader.slice(at: entry + 8, count: count) }
        return reader.uint32(at: entry + 8, order).flatMap { reader.slice(at: $0, count: count) }
    }

    private func entry(of tag: Int) -> Int? {
        (0..<count).lazy.map { start + 12 * $0 }.first { reader.uint16(at: $0, order) == tag }
    }
}
