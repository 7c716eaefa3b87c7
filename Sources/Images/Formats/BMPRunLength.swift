/// BMP's run-length encoding: (count, colour) pairs, literal runs and escapes. Pixels that no run reaches stay index 0;
/// a run that leaves its row is cut at the row's end.
struct BMPRunLength {
    let width: Int
    let height: Int
    /// Two pixels a byte (RLE4) instead of one (RLE8).
    let isNibbles: Bool

    /// [height, width] indices in stored row order.
    func decode(_ data: ArraySlice<UInt8>, _ progress: DecodeProgress) throws(ImageError) -> [UInt8] {
        var canvas = [UInt8](repeating: 0, count: width * height)
        let reader = ByteReader(data)
        var offset = 0
        var x = 0
        var y = 0
        while y < height {
            guard let count = reader.byte(at: offset), let code = reader.byte(at: offset + 1) else {
                // Some writers leave the end mark out after the last row.
                if y == height - 1, x >= width { break }
                throw .damaged(.bmp, "the file ends before the picture does")
            }
            offset += 2
            try progress.row(width: 1 + count)
            switch (count, code) {
            case (0, 0):
                x = 0
                y += 1
            case (0, 1):
                return canvas
            case (0, 2):
                guard let right = reader.byte(at: offset), let up = reader.byte(at: offset + 1) else { continue }
                offset += 2
                x += right
                y += up
            case (0, let literals):
                let byteCount = isNibbles ? (literals + 1) / 2 : literals
                guard let bytes = reader.slice(at: offset, count: byteCount) else {
                    throw .damaged(.bmp, "the file ends inside a run")
                }
                offset += byteCount + byteCount % 2
                fill(&canvas, x, y, literals) { index in color(in: bytes, index) }
                x += literals
            default:
                let even = UInt8(isNibbles ? code >> 4 : code)
                let odd = UInt8(isNibbles ? code & 15 : code)
                fill(&canvas, x, y, count) { index in index.isMultiple(of: 2) ? even : odd }
                x += count
            }
        }
        return canvas
    }

    private func color(in bytes: ArraySlice<UInt8>, _ index: Int) -> UInt8 {
        guard isNibbles else { return bytes[bytes.startIndex + index] }
        let byte = bytes[bytes.startIndex + index / 2]
        return index.isMultiple(of: 2) ? byte >> 4 : byte & 15
    }

    private func fill(_ canvas: inout [UInt8], _ x: Int, _ y: Int, _ count: Int, _ color: (Int) -> UInt8) {
        let end = min(x + count, width)
        guard y < height, x < end else { return }
        for column in x..<end { canvas[y * width + column] = color(column - x) }
    }
}
