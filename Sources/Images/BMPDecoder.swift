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

    func decode() throws(ImageError) -> [UInt8] {
        if header.bitsPerPixel <= 8 { return palette.rgb(try indices()) }
        if header.bitsPerPixel == 24 { return try packedRows() }
        var pixels = try maskedRows()
        if header.masks[3] == 0 { return pixels }
        if Self.isUnused(alphaOf: pixels) { Self.fillAlpha(of: &pixels) }
        Compositing.layStraightOnWhite(&pixels)
        return pixels
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

    /// [height, width] palette indices from the top.
    private func indices() throws(ImageError) -> [UInt8] {
        switch header.compression {
        case .rle8, .rle4:
            let data = reader.slice(at: header.pixelOffset, count: max(0, reader.count - header.pixelOffset)) ?? []
            let runs = BMPRunLength(width: width, height: height, isNibbles: header.compression == .rle4)
            let indices = try runs.decode(data)
            return header.isTopDown ? indices : flipped(indices)
        case .none, .bitFields:
            return try unpackedRows()
        }
    }

    private func flipped(_ indices: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(indices.count)
        for y in (0..<height).reversed() { result.append(contentsOf: indices[y * width..<(y + 1) * width]) }
        return result
    }

    private func unpackedRows() throws(ImageError) -> [UInt8] {
        let bits = header.bitsPerPixel
        let most = UInt8(truncatingIfNeeded: (1 << bits) - 1)
        return try rows(channels: 1) { row, target in
            for x in 0..<target.count {
                let bit = x &* bits
                target[x] = (row[bit >> 3] >> UInt8(truncatingIfNeeded: 8 &- bits &- (bit & 7))) & most
            }
        }
    }

    private func packedRows() throws(ImageError) -> [UInt8] {
        try rows(channels: 3) { row, target in
            for start in stride(from: 0, to: target.count, by: 3) {
                target[start] = row[start + 2]
                target[start + 1] = row[start + 1]
                target[start + 2] = row[start]
            }
        }
    }

    /// RGB, or RGBA when there is an alpha mask.
    private func maskedRows() throws(ImageError) -> [UInt8] {
        let bytesPerPixel = header.bitsPerPixel / 8
        let channels = header.masks[3] == 0 ? 3 : 4
        let fields = header.masks.map(BitField.init(mask:))
        return try rows(channels: channels) { row, target in
            for x in 0..<target.count / channels {
                var value: UInt32 = 0
                for index in (0..<bytesPerPixel).reversed() {
                    value = value << 8 | UInt32(row[x * bytesPerPixel + index])
                }
                for c in 0..<channels { target[channels * x + c] = fields[c].level(of: value) }
            }
        }
    }

    private static func isUnused(alphaOf pixels: [UInt8]) -> Bool {
        stride(from: 3, to: pixels.count, by: 4).allSatisfy { pixels[$0] == 0 }
    }

    private static func fillAlpha(of pixels: inout [UInt8]) {
        for index in stride(from: 3, to: pixels.count, by: 4) { pixels[index] = 255 }
    }

    /// [height, width, channels] from the top; `unpack` turns one stored row into one of the result.
    private func rows(
        channels: Int, _ unpack: (UnsafeBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>) -> Void
    ) throws(ImageError) -> [UInt8] {
        let rowBytes = (width * header.bitsPerPixel + 31) / 32 * 4
        // The last row may lack the bytes that only pad it.
        let needed = rowBytes * (height - 1) + (width * header.bitsPerPixel + 7) / 8
        guard let stored = reader.slice(at: header.pixelOffset, count: needed) else {
            throw .damaged(.bmp, "the file ends before the picture does")
        }
        let targetBytes = width * channels
        return [UInt8](unsafeUninitializedCapacity: height * targetBytes) { target, filled in
            stored.withUnsafeBufferPointer { stored in
                for y in 0..<height {
                    let start = rowBytes * (header.isTopDown ? y : height - 1 - y)
                    let end = min(start + rowBytes, stored.count)
                    let row = UnsafeMutableBufferPointer(rebasing: target[y * targetBytes..<(y + 1) * targetBytes])
                    unpack(UnsafeBufferPointer(rebasing: stored[start..<end]), row)
                }
            }
            filled = height * targetBytes
        }
    }
}
