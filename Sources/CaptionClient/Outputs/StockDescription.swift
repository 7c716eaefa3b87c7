/// Descriptions that cameras and programs write into every image, and that say nothing about it.
package enum StockDescription {
    /// Whether a description is none: blank, a camera's name for itself, or the file's own name or path.
    package static func matches(_ text: String, file: FileName) -> Bool {
        let given = CaptionText.trimmed(text.filter { $0 != "\0" })
        let words = given.lowercased()
        let isBlank = words.allSatisfy { $0.isWhitespace || $0.isASCII && !$0.isLetter && !$0.isNumber }
        return isBlank || phoneModes.contains(given) || phrases.contains(words) || isCamera(words) || isPath(words)
            || isNumbered(words)
            || [FileName.lowercased(file.last.utf8), FileName.lowercased(FileName(file.text).stem.utf8)]
                .contains { FileName($0).last == words }
    }

    private static let phrases: Set<String> = [
        "default", "untitled", "image", "picture", "photo", "description", "imagedescription", "no description", "none",
        "null", "n/a", "sony dsc", "samsung", "samsung camera pictures", "exif_jpeg_picture", "exif_jpeg_t422",
        "exif jpeg", "jpeg image", "jpeg picture", "ricoh", "pentax", "casio", "kodak", "fujifilm", "canon", "nikon",
        "gopro", "acd systems digital imaging", "lead technologies inc. v1.01", "created with gimp", "created by dji",
        "processed with vsco",
    ]

    /// Phones of Huawei and Honor name the mode in which an image was taken, always in lower case.
    private static let phoneModes: Set<String> = [
        "cof", "cuof", "dav", "edf", "fbt", "hdr", "rhdr", "hdrpl", "lss", "mde", "mnf", "nor", "ptr", "ptfbty",
        "ptroz",
        "rbt", "sdr", "smartbeauty", "bty", "btf", "btfmdn", "btfhdr", "oznor", "oznorWO", "ozedf", "ozcuof", "ptn",
        "vqs",
        "_cuva",
    ]

    private static let makers: Set<String> = [
        "agfa", "agfaphoto", "benq", "canon", "casio", "concord", "epson", "fuji", "fujifilm", "ge", "genius", "hp",
        "jenoptik", "jvc", "kodak", "konica", "kyocera", "leica", "medion", "minolta", "nikon", "olympus", "panasonic",
        "pentax", "polaroid", "praktica", "ricoh", "rollei", "samsung", "sanyo", "sony", "toshiba", "traveler", "trust",
        "umax", "vivitar",
    ]

    /// `OLYMPUS DIGITAL CAMERA`, `Kodak Digital Still Camera`.
    private static func isCamera(_ text: String) -> Bool {
        let kinds = ["digital camera", "digital still camera", "digitalkamera", "digital imaging camera"]
        return kinds.contains { kind in
            text.hasSuffix(kind)
                && text.dropLast(kind.count).split(separator: " ").allSatisfy { makers.contains(String($0)) }
        }
    }

    /// `DCIM\100MEDIA\DJI_0001.JPG`.
    private static func isPath(_ text: String) -> Bool {
        text == "dcim" || text.hasPrefix("dcim\\") || text.hasPrefix("dcim/")
    }

    /// `DSC01234`, `IMG_20200101_120000.jpg`: a camera's name for a file.
    private static func isNumbered(_ text: String) -> Bool {
        let prefixes = [
            "_dsc", "_mg_", "cimg", "dji", "dsc", "dscf", "dscn", "dsci", "gopr", "img", "imgp", "kif", "mvi", "pict",
            "pxl", "sam", "wp",
        ]
        let stem = FileName(text).ending.map(FileKinds.images.contains) ?? false ? FileName(text).stem : text
        let letters = stem.prefix { $0.isLetter || $0 == "_" }
        let rest = stem.dropFirst(letters.count)
        let name = String(letters.reversed().drop { $0 == "_" }.reversed())
        return prefixes.contains { $0 == name || $0 == String(letters) } && rest.count(where: \.isNumber) >= 3
            && rest.allSatisfy { $0.isNumber || "_-".contains($0) }
    }
}
