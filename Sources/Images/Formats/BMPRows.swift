/// The rows of a BMP file that are not run-length encoded, where they lie in it.
struct BMPRows {
    private let stored: ArraySlice<UInt8>
    private let header: BMPHeader
    private let rowBytes: Int

    /// - Throws: where the file ends before the image does.
    init(_ reader: ByteReader, _ header: BMPHeader) throws(ImageError) {
        self.header = header
        rowBytes = (header.width * header.bitsPerPixel + 31) / 32 * 4
        // The last row may lack the bytes that only pad it.
        let needed = rowBytes * (header.height - 1) + (header.width * header.bitsPerPixel + 7) / 8
        guard let stored = reader.slice(at: header.pixelOffset, count: needed) else {
            throw .damaged(.bmp, "the file ends before the picture does")
        }
        self.stored = stored
    }

    /// Row `y` from the top.
    func withRow(_ y: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        let start = rowBytes * (header.isTopDown ? y : header.height - 1 - y)
        let end = min(start + rowBytes, stored.count)
        stored.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<end])) }
    }

    /// The little-endian number of `bytes` bytes.
    @inline(__always)
    static func pixel(_ row: UnsafeBufferPointer<UInt8>, at start: Int, bytes: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in (0..<bytes).reversed() { value = value << 8 | UInt32(row[start + index]) }
        return value
    }

    /// Whether any pixel has a bit of `mask`. Writers that leave the byte of alpha unused leave it 0 everywhere.
    func hasAlpha(_ mask: UInt32, _ progress: DecodeProgress) throws(ImageError) -> Bool {
        let field = BitField(mask: mask)
        let bytes = header.bitsPerPixel / 8
        for y in 0..<header.height {
            var isUsed = false
            withRow(y) { row in
                isUsed = (0..<header.width).contains { x in
                    field.level(of: Self.pixel(row, at: x * bytes, bytes: bytes)) != 0
                }
            }
            if isUsed { return true }
            try progress.row(width: header.width)
        }
        return false
    }
}

/// The bits of a pixel that hold one colour, widened to 8 bits as Pillow does: value * 255 / largest value, cut off.
struct BitField {
    private let mask: UInt32
    private let shift: UInt32
    private let largest: UInt64

    init(mask: UInt32) {
        self.mask = mask
        shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
        largest = UInt64(mask >> shift)
    }

    @inline(__always)
    func level(of pixel: UInt32) -> UInt8 {
        if largest == 0 { return 0 }
        return UInt8(truncatingIfNeeded: UInt64((pixel & mask) >> shift) &* 255 / largest)
    }
}
