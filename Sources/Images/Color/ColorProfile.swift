/// What a file says about its colours, as far as they may be others than sRGB.
enum ColorProfile: Hashable, Sendable {
    /// The bytes of an ICC profile as they stand in the file.
    case icc([UInt8])
    /// Numbers of ITU-T H.273 (CICP) for the primaries and the curve, as PNG, AVIF, HEIC and JPEG XL have them.
    case codes(primaries: Int, curve: Int)

    /// More than any profile of a printing press has.
    static let maxSize = 8 << 20

    /// What finding the way to sRGB takes at the most: the profile, what is needed of it, and lcms2's tables.
    var memory: Int {
        switch self {
        case .icc(let bytes): 6 * bytes.count + (4 << 20)
        case .codes: 4 << 20
        }
    }
}

/// What the samples of an image stand for; the raw value is how many a pixel has.
enum ColorModel: Int, Hashable, Sendable {
    case gray = 1
    case rgb = 3
    case cmyk = 4
}
