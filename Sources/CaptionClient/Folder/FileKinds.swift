import RawPreviews

/// What the end of a file's name says about it. The scripts at the root and the page of the server repeat these
/// lists, word for word.
package enum FileKinds {
    /// Endings of images that are read.
    package static let images = [
        "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "gif", "bmp", "tif", "tiff", "webp", "heic", "heif", "hif",
        "avif", "jxl",
    ]

    /// Endings of images and films that are not read.
    package static let unread =
        [
            "jp2", "j2k", "jpf", "jpx", "jxr", "wdp", "svg", "psd", "psb", "xcf", "kra", "eps", "tga", "ico", "exr",
            "hdr", "dds", "qoi",
        ] + raws + [
            "mov", "mp4", "m4v", "avi", "mkv", "webm", "mpg", "mpeg", "mts", "m2ts", "3gp", "wmv", "insv",
        ]

    /// Endings of what cameras write before they make an image of it.
    package static let raws = [
        "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "orf", "rw2", "raf", "pef", "ptx", "srw", "x3f",
        "rwl", "iiq", "3fr", "fff", "mef", "mos", "mrw", "erf", "dcr", "kdc", "raw",
    ]

    /// Endings of images that cameras write beside a RAW file.
    private static let besideRaws: Set = ["jpg", "jpeg", "jpe", "heic", "heif", "hif"]

    /// Other endings that no caption has: what programs keep beside images, archives, weights, sound, documents.
    package static let others = [
        "xmp", "aae", "thm", "lrv", "pp3", "dop", "cos", "vrd", "on1", "mie", "icc", "icm", "lrcat", "lrtemplate",
        "zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst", "lz4", "iso", "dmg", "cbz",
        "safetensors", "ckpt", "pt", "pth", "bin", "onnx", "gguf", "npz", "npy", "pkl", "h5", "parquet",
        "mp3", "wav", "flac", "ogg", "m4a", "pdf", "doc", "docx", "xls", "xlsx", "odt", "db", "sqlite", "exe", "dll",
        "so",
    ]

    /// Folders that are left out, by patterns of their names in lower case: hidden ones, and what other programs keep.
    package static let leftOutFolders = [
        ".*", "@eadir", "#recycle", "@recycle", "@recently-snapshot", "@tmp", "$recycle.bin",
        "system?volume?information", "lost+found", "__macosx",
    ]

    /// Files that are left out, in the same way.
    package static let leftOutFiles = ["._*"]

    private static let imageSet = Set(images)
    private static let unreadSet = Set(unread)
    private static let rawSet = Set(raws)
    private static let previewSet = Set(RawPreview.endings)
    private static let notCaptionSet = Set(images + unread + others)
    private static let folderGlobs = leftOutFolders.map(Glob.init)
    private static let fileGlobs = leftOutFiles.map(Glob.init)

    static func isImage(_ name: FileName) -> Bool { name.ending.map(imageSet.contains) ?? false }

    static func isRaw(_ name: FileName) -> Bool { name.ending.map(rawSet.contains) ?? false }

    /// Whether it is a RAW file of a family whose previews are found and sent in its place.
    static func hasPreview(_ name: FileName) -> Bool { name.ending.map(previewSet.contains) ?? false }

    /// Whether it is an image that a camera writes beside a RAW file of the same name.
    static func isBesideRaw(_ name: FileName) -> Bool { name.ending.map(besideRaws.contains) ?? false }

    /// Whether it is named as the drawing of an image is: `cat.jpg.svg`.
    static func isDrawing(_ name: FileName) -> Bool {
        guard name.ending == "svg" else { return false }
        let image = FileName(name.stem)
        return isImage(image) || hasPreview(image)
    }

    static func isUnread(_ name: FileName) -> Bool { name.ending.map(unreadSet.contains) ?? false }

    /// Whether files with this extension are something else than captions; its last part decides.
    static func isNoCaption(fileExtension: String) -> Bool {
        let last = fileExtension.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).last
        return notCaptionSet.contains(FileName.lowercased(last ?? Substring(fileExtension).utf8))
    }

    static func isLeftOut(folder name: String) -> Bool {
        let name = FileName.lowercased(name.utf8)
        return folderGlobs.contains { $0.matches(name) }
    }

    static func isLeftOut(file name: String) -> Bool {
        fileGlobs.contains { $0.matches(name) }
    }
}
