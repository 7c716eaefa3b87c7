/// How the XMP file beside a picture is called.
package enum SidecarStyle: String, Sendable, CaseIterable {
    /// `photo.jpg.xmp`, as darktable and digiKam have it: each picture has its own.
    case darktable
    /// `photo.xmp`, as Lightroom has it: where a RAW file and a JPEG share a name, it is the RAW file's.
    case lightroom

    func path(for picture: String) -> String {
        switch self {
        case .darktable: picture + ".xmp"
        case .lightroom: FileName(picture).stem + ".xmp"
        }
    }
}
