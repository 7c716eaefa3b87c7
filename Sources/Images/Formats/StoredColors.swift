/// What the bytes of a decoded row mean, and how they become RGB on white paper.
enum StoredColors {
    /// Red, green, blue.
    case rgb
    /// And alpha, by which the colours may be multiplied already.
    case rgba(premultiplied: Bool)
    /// Cyan, magenta, yellow, black; inverted: 255 is no ink, as Adobe's JPEG files have it.
    case cmyk(inverted: Bool)
    /// The same for a sink that takes inks.
    case inks(inverted: Bool)
    /// A palette's index, or a shade of gray.
    case palette(Palette)
    /// And alpha.
    case paletteAlpha(Palette, premultiplied: Bool)

    /// The same as a sink wants it.
    func asked(by sink: any RowSink) -> StoredColors {
        if sink.takesInks, case .cmyk(let inverted) = self { return .inks(inverted: inverted) }
        return self
    }

    /// `width` pixels of `row` -> [width, 3]; inks -> [width, 4].
    func convert(_ row: UnsafePointer<UInt8>, width: Int, into rgb: UnsafeMutablePointer<UInt8>) {
        switch self {
        case .rgb:
            rgb.update(from: row, count: 3 * width)
        case .rgba(premultiplied: false):
            for x in 0..<width { Self.layStraight(row + 4 * x, alpha: row[4 * x + 3], rgb + 3 * x) }
        case .rgba(premultiplied: true):
            for x in 0..<width { Self.layPremultiplied(row + 4 * x, alpha: row[4 * x + 3], rgb + 3 * x) }
        case .cmyk(let inverted):
            Self.fromCMYK(row, flip: inverted ? 255 : 0, width: width, rgb)
        case .inks(let inverted):
            let flip: UInt8 = inverted ? 255 : 0
            for index in 0..<4 * width { rgb[index] = row[index] ^ flip }
        case .palette(let palette):
            palette.withColors { colors in
                for x in 0..<width { Self.copy(colors + 3 * Int(row[x]), to: rgb + 3 * x) }
            }
        case .paletteAlpha(let palette, let premultiplied):
            palette.withColors { colors in
                for x in 0..<width {
                    let color = colors + 3 * Int(row[2 * x])
                    if premultiplied {
                        Self.layPremultiplied(color, alpha: row[2 * x + 1], rgb + 3 * x)
                    } else {
                        Self.layStraight(color, alpha: row[2 * x + 1], rgb + 3 * x)
                    }
                }
            }
        }
    }

    /// One pixel.
    @inline(__always)
    static func copy(_ color: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>) {
        target[0] = color[0]
        target[1] = color[1]
        target[2] = color[2]
    }

    @inline(__always)
    static func layStraight(
        _ color: UnsafePointer<UInt8>, alpha: UInt8, _ target: UnsafeMutablePointer<UInt8>
    ) {
        let alpha = UInt32(alpha)
        let paper = 255 &* (255 &- alpha) &+ 127
        for c in 0..<3 { target[c] = UInt8(truncatingIfNeeded: (UInt32(color[c]) &* alpha &+ paper) / 255) }
    }

    @inline(__always)
    private static func layPremultiplied(
        _ color: UnsafePointer<UInt8>, alpha: UInt8, _ target: UnsafeMutablePointer<UInt8>
    ) {
        let paper = 255 &- UInt16(alpha)
        for c in 0..<3 { target[c] = UInt8(truncatingIfNeeded: min(255, UInt16(color[c]) &+ paper)) }
    }

    /// Without a colour profile, as Pillow converts it (libImaging/Convert.c, cmyk2rgb).
    private static func fromCMYK(
        _ row: UnsafePointer<UInt8>, flip: UInt8, width: Int, _ rgb: UnsafeMutablePointer<UInt8>
    ) {
        for x in 0..<width {
            let white = Int32(255 - (row[4 * x + 3] ^ flip))
            for c in 0..<3 {
                // white - white * ink / 255, rounded as Pillow's MULDIV255.
                let product = Int32(row[4 * x + c] ^ flip) &* white &+ 128
                let scaled = ((product >> 8) &+ product) >> 8
                rgb[3 * x + c] = UInt8(truncatingIfNeeded: max(0, min(255, white &- scaled)))
            }
        }
    }
}
