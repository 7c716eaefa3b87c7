/// The headers of a BMP file: Windows' of 40 to 124 bytes, OS/2's of 12 and 64.
struct BMPHeader {
    enum Compression { case none, rle8, rle4, bitFields }

    let width: Int
    let height: Int
    let isTopDown: Bool
    let bitsPerPixel: Int
    let compression: Compression
    /// Red, green, blue and alpha bits of a 16- or 32-bit pixel; alpha 0: there is none.
    let masks: [UInt32]
    /// Where the palette starts, how many colours it has at most and how many bytes each takes.
    let paletteOffset: Int
    let paletteCount: Int
    let paletteEntryBytes: Int
    /// Where the rows start.
    let pixelOffset: Int

    var isRunLength: Bool { compression == .rle8 || compression == .rle4 }

    private static let fileHeaderBytes = 14

    init(_ reader: ByteReader) throws(ImageError) {
        guard let statedOffset = reader.uint32(at: 10, .little), let size = reader.uint32(at: 14, .little) else {
            throw .damaged(.bmp, "the file ends inside its header")
        }
        guard [12, 40, 52, 56, 64, 108, 124].contains(size) else {
            throw .unsupported(.bmp, "its header has \(size) bytes")
        }
        guard reader.slice(at: Self.fileHeaderBytes, count: size) != nil else {
            throw .damaged(.bmp, "the file ends inside its header")
        }
        let isCore = size == 12
        let signedHeight = isCore ? reader.uint16(at: 20, .little) : reader.int32(at: 22, .little)
        width = (isCore ? reader.uint16(at: 18, .little) : reader.int32(at: 18, .little)) ?? 0
        height = abs(signedHeight ?? 0)
        isTopDown = (signedHeight ?? 0) < 0
        let depth = reader.uint16(at: isCore ? 24 : 28, .little) ?? 0
        bitsPerPixel = depth
        compression = try Self.compression(reader, headerBytes: size, bitsPerPixel: depth)
        masks = try Self.masks(reader, headerBytes: size, bitsPerPixel: depth, compression)

        let hasTrailingMasks = size == 40 && compression == .bitFields
        let stated = isCore ? 0 : reader.uint32(at: 46, .little) ?? 0
        paletteOffset = Self.fileHeaderBytes + size + (hasTrailingMasks ? 12 : 0)
        paletteEntryBytes = isCore ? 3 : 4
        paletteCount = depth > 8 ? 0 : min(stated == 0 ? 1 << depth : stated, 256)
        // Some writers state no offset, or forget the palette in it (Pillow corrects both likewise).
        let isWrong = statedOffset == 0 || statedOffset == paletteOffset
        pixelOffset = isWrong ? paletteOffset + paletteCount * paletteEntryBytes : statedOffset
    }

    private static func compression(
        _ reader: ByteReader, headerBytes: Int, bitsPerPixel: Int
    ) throws(ImageError) -> Compression {
        guard [1, 4, 8, 16, 24, 32].contains(bitsPerPixel) else {
            throw .unsupported(.bmp, "it has \(bitsPerPixel) bits a pixel")
        }
        let code = headerBytes == 12 ? 0 : reader.uint32(at: 30, .little) ?? 0
        switch (code, bitsPerPixel) {
        case (0, _): return .none
        case (1, 8): return .rle8
        case (2, 4): return .rle4
        case (3, 16), (3, 24), (3, 32):
            if headerBytes != 64 { return .bitFields }  // in OS/2's header 3 is a fax compression
            fallthrough
        default: throw .unsupported(.bmp, "compression \(code) with \(bitsPerPixel) bits a pixel")
        }
    }

    private static func masks(
        _ reader: ByteReader, headerBytes: Int, bitsPerPixel: Int, _ compression: Compression
    ) throws(ImageError) -> [UInt32] {
        let usual: [UInt32] = bitsPerPixel == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF_0000, 0xFF00, 0xFF, 0]
        guard compression == .bitFields else { return usual }
        var masks: [UInt32] = [0, 0, 0, 0]
        for index in 0..<(headerBytes >= 56 ? 4 : 3) {
            guard let mask = reader.uint32(at: 54 + 4 * index, .little) else {
                throw .damaged(.bmp, "the file ends inside its colour masks")
            }
            masks[index] = UInt32(truncatingIfNeeded: mask)
        }
        return masks[0] | masks[1] | masks[2] == 0 ? usual : masks
    }
}
