/// BMP: 1, 4, 8, 16, 24 and 32 bits a pixel, run-length or bit-field encoded, rows in either direction.
/// A file of 32 bits whose every alpha is 0 is taken for opaque: its writer left the byte unused.
struct BMPDecoder: FormatDecoder {
    let orientation = Orientation.upright
    private let reader: ByteReader
    private let header: BMPHeader

    init(_ bytes: [UInt8]) throws(ImageError) {
        reader = ByteReader(bytes)
        header = try BMPHeader(reader)
    }

    var width: Int { header.width }
    var height: Int { header.height }

    /// Only runs are put together in memory, an index a pixel: they may leave rows out, and the last row comes first.
    var memory: Int { header.isRunLength ? width * height : 0 }

    func decode(into sink: any RowSink, _ progress: DecodeProgress) throws(ImageError) {
        if header.isRunLength { return try giveRuns(to: sink, progress) }
        let rows = try BMPRows(reader, header)
        let unpack: (UnsafeBufferPointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
        switch header.bitsPerPixel {
        case ...8: unpack = unpackedIndices(palette)
        case 24: unpack = unpackedTriples
        default:
            let hasAlpha = header.masks[3] == 0 ? false : try rows.hasAlpha(header.masks[3], progress)
            unpack = unpackedFields(hasAlpha)
        }
        for y in 0..<height {
            rows.withRow(y) { row in sink.take { unpack(row, $0) } }
            try progress.row(width: width)
        }
    }

    private var palette: Palette {
        var colors: [UInt8] = []
        for index in 0..<header.paletteCount {
            let offset = header.paletteOffset + index * header.paletteEntryBytes
            guard let entry = reader.slice(at: offset, count: 3) else { break }
            colors.append(contentsOf: entry.reversed())
        }
        return Palette(colors: colors)
    }

    private func giveRuns(to sink: any RowSink, _ progress: DecodeProgress) throws(ImageError) {
        let data = reader.slice(at: header.pixelOffset, count: max(0, reader.count - header.pixelOffset)) ?? []
        let runs = BMPRunLength(width: width, height: height, isNibbles: header.compression == .rle4)
        let indices = try runs.decode(data, progress)
        let colors = StoredColors.palette(palette)
        for y in 0..<height {
            let start = (header.isTopDown ? y : height - 1 - y) * width
            indices.withUnsafeBufferPointer { indices in
                guard let row = indices.baseAddress else { return }
                sink.take { colors.convert(row + start, width: width, into: $0) }
            }
            try progress.row(width: width)
        }
    }

    private func unpackedIndices(
        _ palette: Palette
    ) -> (UnsafeBufferPointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void {
        let (width, bits) = (width, header.bitsPerPixel)
        let most = UInt8(truncatingIfNeeded: (1 << bits) - 1)
        return { row, rgb in
            palette.withColors { colors in
                for x in 0..<width {
                    let bit = x &* bits
                    let index = (row[bit >> 3] >> UInt8(truncatingIfNeeded: 8 &- bits &- (bit & 7))) & most
                    StoredColors.copy(colors + 3 * Int(index), to: rgb + 3 * x)
                }
            }
        }
    }

    private func unpackedTriples(_ row: UnsafeBufferPointer<UInt8>, _ rgb: UnsafeMutablePointer<UInt8>) {
        for start in stride(from: 0, to: 3 * width, by: 3) {
            rgb[start] = row[start + 2]
            rgb[start + 1] = row[start + 1]
            rgb[start + 2] = row[start]
        }
    }

    /// 16, 24 or 32 bits a pixel, of which masks say what they mean.
    private func unpackedFields(
        _ hasAlpha: Bool
    ) -> (UnsafeBufferPointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void {
        let (width, bytesPerPixel) = (width, header.bitsPerPixel / 8)
        let (red, green, blue) = (
            BitField(mask: header.masks[0]), BitField(mask: header.masks[1]), BitField(mask: header.masks[2])
        )
        let alpha = BitField(mask: header.masks[3])
        return { row, rgb in
            for x in 0..<width {
                let value = BMPRows.pixel(row, at: x * bytesPerPixel, bytes: bytesPerPixel)
                let target = rgb + 3 * x
                target[0] = red.level(of: value)
                target[1] = green.level(of: value)
                target[2] = blue.level(of: value)
                if hasAlpha { StoredColors.layStraight(target, alpha: alpha.level(of: value), target) }
            }
        }
    }
}
