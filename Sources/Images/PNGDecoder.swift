import CImageCodecs

/// PNG by libpng: every colour type and depth, interlaced or not. 16-bit samples keep their high byte, gray too:
/// Pillow does so for 16-bit RGB, and the same shade must not depend on how it is stored.
struct PNGDecoder: FormatDecoder {
    private let bytes: [UInt8]
    private let header: cimage_header

    init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        header = try Codec.header(.png, of: bytes, into: cimage_header(), cimage_png_header)
    }

    var width: Int { Int(header.width) }
    var height: Int { Int(header.height) }

    /// From the eXIf chunk, which may stand before or after the pixels.
    var orientation: Orientation {
        let reader = ByteReader(bytes)
        var offset = 8
        while let length = reader.uint32(at: offset, .big), !reader.hasText("IEND", at: offset + 4) {
            if reader.hasText("eXIf", at: offset + 4) {
                return reader.slice(at: offset + 8, count: length).map(Orientation.init(exif:)) ?? .upright
            }
            offset += 12 + length
        }
        return .upright
    }

    func decode() throws(ImageError) -> [UInt8] {
        let header = header
        let channels = Int(header.channels)
        var pixels = try Codec.pixels(.png, of: bytes, count: width * height * channels) {
            cimage_png_decode($0, $1, header, $2, $3)
        }
        if channels == 4 { Compositing.layStraightOnWhite(&pixels) }
        return pixels
    }
}
