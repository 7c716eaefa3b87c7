extension Orientation {
    private static let tag = 0x0112

    /// From an EXIF block: a TIFF header and its first directory. Anything odd in it means upright.
    init(exif block: ArraySlice<UInt8>) {
        self = Self.find(in: ByteReader(block)) ?? .upright
    }

    private static func find(in reader: ByteReader) -> Orientation? {
        let order: ByteReader.Order
        if reader.hasText("II", at: 0) {
            order = .little
        } else if reader.hasText("MM", at: 0) {
            order = .big
        } else {
            return nil
        }
        guard let directory = reader.uint32(at: 4, order), let count = reader.uint16(at: directory, order) else {
            return nil
        }
        for index in 0..<count {
            let entry = directory + 2 + 12 * index
            guard let found = reader.uint16(at: entry, order) else { return nil }
            guard found == tag else { continue }
            let isLong = reader.uint16(at: entry + 2, order) == 4
            let value = isLong ? reader.uint32(at: entry + 8, order) : reader.uint16(at: entry + 8, order)
            return value.flatMap(Orientation.init(rawValue:))
        }
        return nil
    }
}
