import CImageCodecs

/// TIFF by libtiff: the first page; strips or tiles; gray, palette, RGB, CMYK, YCbCr; 1 to 16 bits a sample
/// (of 16 the high byte, as everywhere here).
struct TIFFDecoder: FormatDecoder {
    private let bytes: [UInt8]
    private let header: cimage_tiff_header_info

    init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        header = try Codec.header(.tiff, of: bytes, into: cimage_tiff_header_info(), cimage_tiff_header)
    }

    var width: Int { Int(header.size.width) }
    var height: Int { Int(header.size.height) }
    var orientation: Orientation { Orientation(rawValue: Int(header.orientation)) ?? .upright }

    func decode() throws(ImageError) -> [UInt8] {
        let size = header.size
        let count = width * height * Int(size.channels)
        var samples = try Codec.pixels(.tiff, of: bytes, count: count) {
            cimage_tiff_decode($0, $1, size, $2, $3)
        }
        switch Int(header.colors) {
        case Int(CIMAGE_TIFF_CMYK):
            CMYK.convertToRGB(&samples, inverted: false)
            return samples
        case Int(CIMAGE_TIFF_RGB):
            break
        default:
            samples = spread(samples)
        }
        layOnWhite(&samples, channels: samples.count / (width * height))
        return samples
    }

    /// Gray or palette samples, with alpha or without -> [height, width, 3 or 4].
    private func spread(_ samples: [UInt8]) -> [UInt8] {
        let palette = palette
        guard header.alpha != CIMAGE_ALPHA_NONE else { return palette.rgb(samples) }
        var pixels = [UInt8]()
        pixels.reserveCapacity(samples.count * 2)
        for start in stride(from: 0, to: samples.count - 1, by: 2) {
            pixels.append(contentsOf: palette.color(samples[start]))
            pixels.append(samples[start + 1])
        }
        return pixels
    }

    private var palette: Palette {
        switch Int(header.colors) {
        case Int(CIMAGE_TIFF_GRAY): .gray
        case Int(CIMAGE_TIFF_GRAY_INVERTED): .invertedGray
        default: Palette(colors: withUnsafeBytes(of: header.palette) { [UInt8]($0) })
        }
    }

    private func layOnWhite(_ pixels: inout [UInt8], channels: Int) {
        guard channels == 4 else { return }
        if header.alpha == CIMAGE_ALPHA_PREMULTIPLIED {
            Compositing.layPremultipliedOnWhite(&pixels)
        } else {
            Compositing.layStraightOnWhite(&pixels)
        }
    }
}
