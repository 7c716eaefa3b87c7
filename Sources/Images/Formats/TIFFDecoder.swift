import CImageCodecs

/// TIFF by libtiff: the first page; strips or tiles; gray, palette, RGB, CMYK, YCbCr; 1 to 32 bits a sample
/// (of which the high byte, as everywhere here); every compression that libtiff was built with.
struct TIFFDecoder: FormatDecoder {
    let orientation: Orientation
    let profile: ColorProfile?
    private let bytes: [UInt8]
    private let header: cimage_tiff_header_info

    init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        header = try Codec.header(.tiff, of: bytes[...], into: cimage_tiff_header_info(), cimage_tiff_header)
        let directory = EXIFDirectory(bytes[...])
        orientation =
            header.orientation == 0
            ? OrientationTag.value(exif: nil, xmp: directory?.bytes(of: EXIFDirectory.xmp))
            : Orientation(rawValue: Int(header.orientation)) ?? .upright
        let icc = directory?.bytes(of: EXIFDirectory.profile)
        profile = icc.flatMap { $0.count <= ColorProfile.maxSize ? .icc(Array($0)) : nil }
    }

    var model: ColorModel {
        switch Int(header.colors) {
        case Int(CIMAGE_TIFF_GRAY), Int(CIMAGE_TIFF_GRAY_INVERTED): .gray
        case Int(CIMAGE_TIFF_CMYK): .cmyk
        default: .rgb
        }
    }

    var width: Int { Int(header.size.width) }
    var height: Int { Int(header.size.height) }
    var memory: Int { Int(header.size.memory) }

    func decode(into sink: any RowSink, _ progress: DecodeProgress) throws(ImageError) {
        let (size, width, colors) = (header.size, width, colors.asked(by: sink))
        _ = try Codec.rows(.tiff, of: bytes[...], width: width, progress) { row in
            sink.take { colors.convert(row, width: width, into: $0) }
        } _: {
            cimage_tiff_decode($0, $1, size, $2, $3)
        }
    }

    private var colors: StoredColors {
        let hasAlpha = header.alpha != CIMAGE_ALPHA_NONE
        let premultiplied = header.alpha == CIMAGE_ALPHA_PREMULTIPLIED
        return switch Int(header.colors) {
        case Int(CIMAGE_TIFF_CMYK): .cmyk(inverted: false)
        case Int(CIMAGE_TIFF_RGB): hasAlpha ? .rgba(premultiplied: premultiplied) : .rgb
        default: hasAlpha ? .paletteAlpha(palette, premultiplied: premultiplied) : .palette(palette)
        }
    }

    private var palette: Palette {
        switch Int(header.colors) {
        case Int(CIMAGE_TIFF_GRAY): .gray
        case Int(CIMAGE_TIFF_GRAY_INVERTED): .invertedGray
        default: Palette(colors: withUnsafeBytes(of: header.palette) { [UInt8]($0) })
        }
    }
}
