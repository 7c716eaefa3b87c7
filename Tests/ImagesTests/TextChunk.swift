/// PNG files with a chunk of text put in behind their pixels.
enum TextChunk {
    static func png(_ kind: String, _ name: String, text: [UInt8]) throws -> [UInt8] {
        let png = try Goldens.bytes("png_color2_8bit.png")
        let named = Array((kind + name).utf8) + [0] + text
        let chunk = Checksum.bigEndian(UInt32(named.count - 4)) + named + Checksum.bigEndian(Checksum.crc32(named[...]))
        return Array(png.dropLast(12) + chunk + png.suffix(12))
    }
}
