import CImageCodecs

/// PNG by libpng: every colour type and depth, interlaced or not. 16-bit samples keep their high byte, gray too:
/// Pillow does so for 16-bit RGB, and the same shade must not depend on how it is stored.
struct PNGDecoder: FormatDecoder {
    let orientation: Orientation
    let profile: ColorProfile?
    private let bytes: [UInt8]
    private let header: cimage_png_header_info

    init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        header = try Codec.header(.png, of: bytes[...], into: cimage_png_header_info(), cimage_png_header)
        let chunks = PNGChunks(bytes)
        orientation = chunks.orientation
        profile = chunks.profile
    }

    var model: ColorModel { header.size.channels < 3 && header.has_palette == 0 ? .gray : .rgb }

    var width: Int { Int(header.size.width) }
    var height: Int { Int(header.size.height) }
    var memory: Int { Int(header.size.memory) }

    func decode(into sink: any RowSink, _ progress: DecodeProgress) throws(ImageError) {
        let (size, width, colors) = (header.size, width, colors)
        _ = try Codec.rows(.png, of: bytes[...], width: width, progress) { row in
            sink.take { colors.convert(row, width: width, into: $0) }
        } _: {
            cimage_png_decode($0, $1, size, $2, $3)
        }
    }

    private var colors: StoredColors {
        switch header.size.channels {
        case 1 where header.has_palette != 0:
            .palette(Palette(onWhite: withUnsafeBytes(of: header.palette) { [UInt8]($0) }))
        case 1: .palette(.gray)
        case 2: .paletteAlpha(.gray, premultiplied: false)
        case 3: .rgb
        default: .rgba(premultiplied: false)
        }
    }
}
