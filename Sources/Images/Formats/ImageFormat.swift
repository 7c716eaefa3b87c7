/// The file formats that are read. Which one a file has is told by its first bytes, never by a name or MIME type.
public enum ImageFormat: String, Sendable, CaseIterable {
    case jpeg, png, webp, gif, bmp, tiff, heif, avif, jxl

    /// The format as people write it.
    public var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        case .webp: "WebP"
        case .gif: "GIF"
        case .bmp: "BMP"
        case .tiff: "TIFF"
        case .heif: "HEIC"
        case .avif: "AVIF"
        case .jxl: "JPEG XL"
        }
    }

    /// What decodes it where that is opened only when it is needed, and Debian's package of it; else `nil`.
    public var guestLibrary: (name: String, package: String)? {
        switch self {
        case .jpeg, .png, .webp, .gif, .bmp, .tiff: nil
        case .heif, .avif: ("libheif", "libheif1")
        case .jxl: ("libjxl", "libjxl0.7")
        }
    }

    /// "JPEG, PNG, ... or JPEG XL", for messages.
    public static var acceptedNames: String {
        let names = allCases.map(\.name)
        return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }

    /// The format that `bytes` begin like, nil when it is none of these.
    init?(sniffing bytes: [UInt8]) {
        func begins(_ prefix: [UInt8], at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: prefix) }

        if begins([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if begins(Array("RIFF".utf8)), begins(Array("WEBP".utf8), at: 8) {
            self = .webp
        } else if begins(Array("GIF87a".utf8)) || begins(Array("GIF89a".utf8)) {
            self = .gif
        } else if begins(Array("BM".utf8)), begins([0, 0, 0], at: 15) {  // its header has less than 256 bytes
            self = .bmp
        } else if Self.tiffSignatures.contains(where: { begins($0) }) {
            self = .tiff
        } else if begins([0xFF, 0x0A]) || begins([0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20]) {
            self = .jxl
        } else if let format = Self.still(brands: bytes[...].isoBrands) {
            self = format
        } else {
            return nil
        }
    }

    /// By the brands of an ISO media file: films have others.
    private static func still(brands: [String]) -> ImageFormat? {
        let brands = Set(brands)
        if !brands.isDisjoint(with: ["avif", "avis"]) { return .avif }
        return brands.isDisjoint(with: ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]) ? nil : .heif
    }

    /// Both byte orders of TIFF and of BigTIFF.
    private static let tiffSignatures: [[UInt8]] = [
        [0x49, 0x49, 0x2A, 0x00], [0x4D, 0x4D, 0x00, 0x2A], [0x49, 0x49, 0x2B, 0x00], [0x4D, 0x4D, 0x00, 0x2B],
    ]
}
