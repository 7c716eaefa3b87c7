package import Foundation

/// The image in a drawing.
package enum DrawnImage: Sendable, Equatable {
    /// The whole file, in the drawing.
    case embedded(Data)
    /// The address of the file, relative to the drawing.
    case linked(String)

    /// The address that stands in the drawing.
    var address: String {
        switch self {
        case .embedded(let file): "data:\(Self.mediaType(of: file));base64,\(file.base64EncodedString())"
        case .linked(let address): address
        }
    }

    /// What a browser has to be told a file is, by its first bytes.
    static func mediaType(of file: Data) -> String {
        let head = Array(file.prefix(12))
        let signatures: [(type: String, offset: Int, bytes: [UInt8])] = [
            ("image/jpeg", 0, [0xFF, 0xD8, 0xFF]), ("image/png", 0, [0x89] + Array("PNG".utf8)),
            ("image/gif", 0, Array("GIF8".utf8)), ("image/webp", 8, Array("WEBP".utf8)),
            ("image/bmp", 0, Array("BM".utf8)), ("image/tiff", 0, [0x49, 0x49, 0x2A, 0]),
            ("image/tiff", 0, [0x4D, 0x4D, 0, 0x2A]), ("image/avif", 4, Array("ftypavif".utf8)),
            ("image/avif", 4, Array("ftypavis".utf8)), ("image/heic", 4, Array("ftyp".utf8)),
            ("image/jxl", 0, [0xFF, 0x0A]), ("image/jxl", 4, Array("JXL ".utf8)),
        ]
        let match = signatures.first { head.dropFirst($0.offset).starts(with: $0.bytes) }
        return match?.type ?? "application/octet-stream"
    }
}
