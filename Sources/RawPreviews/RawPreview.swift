/// The image that a camera has put into a RAW file for viewers: the largest JPEG in it that is read everywhere.
///
/// RAW files are known by their content: CR2, NEF, ARW, DNG, PEF and their kin by the directories of a TIFF, ORF and
/// RW2 by marks of their own, RAF by its header, CR3 by its boxes.
package struct RawPreview {
    /// How the names of files end that have one.
    package static let endings = ["cr2", "cr3", "nef", "nrw", "arw", "dng", "orf", "rw2", "rwl", "raf", "pef"]

    private let source: RawSource
    private let jpeg: EmbeddedJPEG
    /// The EXIF orientation of the file that holds it, 1...8; its own where that says nothing.
    package let orientation: Int

    /// nil where the file is no RAW file, or has no preview.
    ///
    /// - Parameter isNamedRaw: Whether the file's name says so; else something in it has to: many a TIFF holds a JPEG.
    package init?(_ source: RawSource, isNamedRaw: Bool = false) {
        guard let found = Self.search(source, isNamedRaw) else { return nil }
        let jpegs = found.places.compactMap { EmbeddedJPEG(source, at: $0.offset, count: $0.count) }
        let largest = jpegs.max { ($0.width * $0.height, $0.range.count) < ($1.width * $1.height, $1.range.count) }
        guard let largest else { return nil }
        self.source = source
        jpeg = largest
        orientation = found.orientation ?? largest.orientation ?? 1
    }

    /// Of a file that is in memory.
    package init?(_ bytes: [UInt8]) { self.init(RawSource(bytes)) }

    /// Columns as stored.
    package var width: Int { jpeg.width }
    /// Rows as stored.
    package var height: Int { jpeg.height }
    /// Where it stands in the file.
    package var range: Range<Int> { jpeg.range }

    /// A JPEG file of its own, with an EXIF block that says how it is turned; nil where the file is gone.
    package var file: [UInt8]? { jpeg.bytes(source, turned: orientation) }

    private static func search(_ source: RawSource, _ isNamedRaw: Bool) -> (places: [RawTIFF.Place], orientation: Int?)?
    {
        if source.hasText("FUJIFILMCCD-RAW ", at: 0) {
            guard let offset = source.number(at: 84, bytes: 4, .big), let count = source.number(at: 88, bytes: 4, .big)
            else { return nil }
            return ([(offset, count)], nil)
        }
        if source.hasText("ftypcrx ", at: 4) {
            let boxes = RawBoxes(source)
            return (boxes.places, boxes.orientation)
        }
        let marks = RawHeader.tiff + RawHeader.olympus + RawHeader.panasonic
        guard let header = RawHeader(source, at: 0), marks.contains(header.mark) else { return nil }
        let file = RawTIFF(source, header)
        return file.isRaw || isNamedRaw ? (file.places, file.orientation) : nil
    }
}
