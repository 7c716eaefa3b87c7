import CImageCodecs

/// JPEG by libjpeg-turbo (accurate integer DCT, fancy upsampling): equal to Pillow's pixels.
struct JPEGDecoder: FormatDecoder {
    private let bytes: [UInt8]
    private let header: cimage_header

    init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        header = try Codec.header(.jpeg, of: bytes, into: cimage_header(), cimage_jpeg_header)
    }

    var width: Int { Int(header.width) }
    var height: Int { Int(header.height) }

    /// From the first APP1 segment that holds EXIF.
    var orientation: Orientation {
        let reader = ByteReader(bytes)
        var offset = 2
        while reader.byte(at: offset) == 0xFF, let marker = reader.byte(at: offset + 1) {
            if marker == 0xFF {  // fill byte
                offset += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { break }
            guard let length = reader.uint16(at: offset + 2, .big), length >= 2 else { break }
            if marker == 0xE1, reader.hasText("Exif\0\0", at: offset + 4),
                let exif = reader.slice(at: offset + 10, count: length - 8)
            {
                return Orientation(exif: exif)
            }
            offset += 2 + length
        }
        return .upright
    }

    func decode() throws(ImageError) -> [UInt8] {
        let header = header
        let channels = Int(header.channels)
        var pixels = try Codec.pixels(.jpeg, of: bytes, count: width * height * channels) {
            cimage_jpeg_decode($0, $1, header, $2, $3)
        }
        if channels == 4 { CMYK.convertToRGB(&pixels, inverted: true) }
        return pixels
    }
}
