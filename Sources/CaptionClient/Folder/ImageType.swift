/// What an image's file is by its content, as far as exiftool has to know it before it writes.
struct ImageType: Sendable, Equatable {
    /// exiftool's word for it.
    let name: String
    /// The ending under which exiftool writes it; `nil` when it can't.
    let ending: String?

    /// - Returns: `nil`, when the file's name says what it is, or nothing is known about it.
    init?(name: String, file: FileName) {
        guard let ending = file.ending else { return nil }
        let kind = Self.kinds.first { $0.types.contains(name) }
        if kind?.endings.contains(ending) ?? (ending == "tif" || ending == "tiff") { return nil }
        self.name = name
        self.ending = kind?.endings.first
    }

    /// Why exiftool cannot write files of this type at all; `nil` when it can.
    static func refusal(_ name: String) -> String? {
        switch name {
        case "BMP": "Writing of BMP files is not yet supported."
        // exiftool would make it a container, which is another file.
        case "JXL Codestream": "A bare JPEG XL codestream has no place for any."
        default: nil
        }
    }

    private static let kinds: [(types: [String], endings: [String])] = [
        (["JPEG", "MPO"], ["jpg", "jpeg", "jpe", "jfif", "mpo"]),
        (["PNG", "APNG"], ["png", "apng"]),
        (["GIF"], ["gif"]),
        (["BMP"], ["bmp"]),
        (["TIFF"], ["tif", "tiff"]),
        (["WEBP", "Extended WEBP"], ["webp"]),
        (["HEIC", "HEICS", "HEIF", "HEIFS", "AVIF"], ["heic", "heif", "hif", "avif"]),
        (["JXL", "JXL Codestream"], ["jxl"]),
    ]
}
