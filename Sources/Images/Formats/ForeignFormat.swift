/// Formats that are not read, known only so that the error can name them.
enum ForeignFormat {
    /// What `bytes` seem to be, as people write it; nil when that is anybody's guess.
    static func name(of bytes: [UInt8]) -> String? {
        if bytes.dropFirst(4).starts(with: "ftypcrx ".utf8) { return rawName }
        if bytes.dropFirst(4).starts(with: "ftyp".utf8) { return "a video" }
        for (signature, name) in signatures where bytes.starts(with: signature) { return name }
        return markupName(of: bytes)
    }

    private static let rawName = "a RAW file without a preview that can be shown"
    private static let signatures: [([UInt8], String)] = [
        (Array("%PDF-".utf8), "PDF"),
        (Array("%!PS".utf8), "PostScript"),
        (Array("8BPS".utf8), "a Photoshop document"),
        ([0x00, 0x00, 0x01, 0x00], "an icon (ICO)"),
        ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20], "JPEG 2000"),
        ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000"),
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive"),
        ([0x1A, 0x45, 0xDF, 0xA3], "a video"),
        (Array("FUJIFILMCCD-RAW".utf8), rawName),
        (Array("IIRO".utf8), rawName),
        (Array("IIRS".utf8), rawName),
        (Array("MMOR".utf8), rawName),
        (Array("IIU\0".utf8), rawName),
    ]

    private static func markupName(of bytes: [UInt8]) -> String? {
        let start = String(decoding: bytes.prefix(1024), as: UTF8.self).lowercased()
        guard start.drop(while: { $0.isWhitespace || $0 == "\u{FEFF}" }).first == "<" else { return nil }
        if start.contains("<svg") { return "SVG" }
        return start.contains("<html") || start.contains("<!doctype html") ? "a web page (HTML)" : nil
    }
}
