/// Bits as WebP's images without loss have them: the lowest first.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var count = 0

    mutating func put(_ value: Int, bits: Int) {
        for bit in 0..<bits {
            if count % 8 == 0 { bytes.append(0) }
            bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(count % 8)
            count += 1
        }
    }

    /// A Huffman code with the one symbol 0.
    mutating func putSingleSymbol() { put(1, bits: 4) }

    /// A Huffman code whose first 256 symbols have 8 bits each; `others` more (0, or 11 to 138) have none.
    mutating func putFlatCode(others: Int) {
        put(0, bits: 1)
        put(12 - 4, bits: 4)  // lengths of the code of lengths, in the order 17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8
        for index in 0..<12 { put(index == 11 || (index == 1 && others > 0) ? 1 : 0, bits: 3) }
        put(0, bits: 1)  // for all symbols
        guard others > 0 else { return }  // one length only takes no bits
        for _ in 0..<256 { put(0, bits: 1) }
        put(1, bits: 1)
        put(others - 11, bits: 7)
    }

    /// A symbol of such a code: codes begin with their highest bit.
    mutating func putFlat(_ symbol: Int) {
        for bit in (0..<8).reversed() { put(symbol >> bit & 1, bits: 1) }
    }
}

/// WebP files without loss, written bit by bit.
enum LosslessWebP {
    /// 1024 x 1024 black pixels, each block of 4 x 4 with a Huffman group of its own: 65,536 groups in 295 KB.
    static func manyGroups() -> [UInt8] {
        var bits = header(width: 1024, height: 1024)
        bits.put(0, bits: 2)  // no transform, no colour cache
        bits.put(1, bits: 1)  // several groups
        bits.put(0, bits: 3)  // blocks of 4 x 4
        bits.put(0, bits: 1)  // the image of the groups' numbers: no colour cache
        bits.putFlatCode(others: 24)
        bits.putFlatCode(others: 0)
        for _ in ["blue", "alpha", "distance"] { bits.putSingleSymbol() }
        for group in 0..<65_536 {
            bits.putFlat(group & 255)
            bits.putFlat(group >> 8)
        }
        for _ in 0..<65_536 * 5 { bits.putSingleSymbol() }
        return file(bits.bytes)
    }

    /// Three bytes a pixel.
    static func noise(side: Int) -> [UInt8] {
        var bits = header(width: side, height: side)
        bits.put(0, bits: 3)  // no transform, no colour cache, one group
        bits.putFlatCode(others: 24)
        for _ in ["red", "blue"] { bits.putFlatCode(others: 0) }
        for _ in ["alpha", "distance"] { bits.putSingleSymbol() }
        for value in Noise.bytes(3 * side * side, seed: 7) { bits.putFlat(Int(value)) }
        return file(bits.bytes)
    }

    /// Only its header makes sense.
    static func claim(width: Int, height: Int, size: Int) -> [UInt8] {
        let start = header(width: width, height: height).bytes
        return file(start + [UInt8](repeating: 0, count: size - start.count))
    }

    private static func header(width: Int, height: Int) -> BitWriter {
        var bits = BitWriter()
        bits.put(0x2F, bits: 8)
        bits.put(width - 1, bits: 14)
        bits.put(height - 1, bits: 14)
        bits.put(0, bits: 4)  // no alpha, version 0
        return bits
    }

    private static func file(_ data: [UInt8]) -> [UInt8] {
        let padded = data + [UInt8](repeating: 0, count: data.count % 2)
        return Array("RIFF".utf8) + Checksum.bigEndian(UInt32(padded.count + 12)).reversed() + Array("WEBPVP8L".utf8)
            + Checksum.bigEndian(UInt32(data.count)).reversed() + padded
    }
}
