/// How the XMP file beside an image is called.
package enum SidecarStyle: String, Sendable, CaseIterable {
    /// `photo.jpg.xmp`, as darktable and digiKam have it: each image has its own.
    case darktable
    /// `photo.xmp`, as Lightroom has it: where a RAW file and a JPEG share a name, it is the RAW file's.
    case lightroom

    func path(for image: String) -> String {
        switch self {
        case .darktable: image + ".xmp"
        case .lightroom: FileName(image).stem + ".xmp"
        }
    }
}
